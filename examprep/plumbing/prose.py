"""Markdown that people here write, as HTML for a page: no tags of theirs, no pictures, links to the web only."""

from functools import lru_cache

from markupsafe import Markup

TAGS = {"p", "h3", "h4", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "br", "hr", "a"} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
# The page has its own h1 and h2 above the text.
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}


@lru_cache(256)
def prose(text: str) -> Markup:
    """The text as HTML of `TAGS`; whatever else it tries stays words."""
    import nh3  # only here: else every process would hold them
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
    tokens = markdown.parse(text)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    drawn = markdown.renderer.render(tokens, markdown.options, {})
    clean = nh3.clean(
        drawn,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 -- sanitised in the line above
