"""Texts with pictures, tables and emphasis: a small, safe part of HTML. Pure.

A version's texts are all plain or all marked up (``markup`` says which). Plain ones are shown as they are written,
line by line. Marked-up ones hold only `TAGS`; their pictures are ``<img src="media:NAME" alt="…">``, where NAME is
the picture's name in a file being read, and its SHA-256 in the bank.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from html.parser import HTMLParser

PLAIN, HTML = "plain", "html"
BLOCKS = frozenset({"p", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "blockquote", "pre"})
INLINE = frozenset({"strong", "em", "u", "sub", "sup", "code", "br", "img"})
TAGS = BLOCKS | INLINE
_CELL = {"colspan", "rowspan"}
_ATTRIBUTES: Mapping[str, set[str]] = {"img": {"src", "alt"}, "td": _CELL, "th": {*_CELL, "scope"}}
# What others write for the same; the text of every other tag is kept without it.
_SAME = {"b": "strong", "i": "em", "div": "p", "section": "p", "article": "p", "ins": "u"} | {
    f"h{level}": "p" for level in range(1, 7)
}
_SILENT = {"span", "font", "html", "body", "a", "tfoot", "colgroup", "col", "small", "big", "center", "label", "tt"}
_VOID = {"br", "img"}
# Their text is no text of the question.
_HIDDEN = {"script", "style", "head", "title", "template", "iframe", "object", "noscript"}
MEDIA = re.compile(r'(?<=src=")media:([^"]*)(?=")')
_SECTION = re.compile(r"<!\[[^>]*>")
_SPACE = re.compile(r"[ \t\r\n]+")


class _Reader(HTMLParser):
    """Rewrites a fragment with our tags, and notes what it had to leave out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.dropped: dict[str, None] = {}
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
            self.dropped[tag] = None
        tag = _SAME.get(tag, tag)
        if self._hidden or tag not in TAGS:
            if tag not in _SILENT | _HIDDEN:
                self.dropped[tag] = None
            return
        kept = [(name, value or "") for name, value in attrs if name in _ATTRIBUTES.get(tag, ())]
        if tag == "img":
            kept = self._picture(dict(kept))
            if not kept:
                return
        written = "".join(f' {name}="{html.escape(value)}"' for name, value in kept)
        self.out.append(f"<{tag}{written}>")

    def _picture(self, attrs: dict[str, str]) -> list[tuple[str, str]]:
        source = attrs.get("src", "")
        if not source.startswith("media:"):
            self.dropped["img"] = None
            return []
        return [("src", source), ("alt", attrs.get("alt", ""))]

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
            return
        tag = _SAME.get(tag, tag)
        if not self._hidden and tag in TAGS and tag not in _VOID:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.out.append(html.escape(data, quote=False))


def _closed(text: str) -> str:
    """The text as Python's parser can bear it, which reads on to the end for each thing that opens and never closes.

    What opens and is never closed becomes words. Marked sections, over whose names the parser falls, are left out, as
    browsers do.
    """
    text = _SECTION.sub("", text).replace("<![", "&lt;![")
    for opened, closed in (("<!--", "-->"), ("<", ">")):
        head, mark, tail = text.rpartition(closed)
        text = head + mark + tail.replace(opened, html.escape(opened))
    return text


def sanitise(text: str) -> tuple[str, tuple[str, ...]]:
    """A fragment as the bank keeps it, and the names of the tags whose effect is lost (never their words)."""
    import nh3  # only here: else every process would hold it

    reader = _Reader()
    reader.feed(_closed(text))
    reader.close()
    clean = nh3.clean(
        "".join(reader.out),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"media"},
        link_rel=None,
    )
    return re.sub(r"<p>\s*</p>", "", clean).strip(), tuple(reader.dropped)


def escaped(text: str) -> str:
    """A plain text as a marked-up one: its lines stay lines."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def is_rich(text: str) -> bool:
    """Whether a sanitised fragment says more than its lines do."""
    return re.search(r"<(?!/?p>|br>)", text) is not None


def pictures(texts: Iterable[str]) -> tuple[str, ...]:
    """The names of the pictures in marked-up texts, each once."""
    return tuple(dict.fromkeys(html.unescape(name) for text in texts for name in MEDIA.findall(text)))


def with_pictures(text: str, name_of: Callable[[str], str]) -> str:
    """The text with each picture's address replaced; ``name_of`` gives the whole new ``src`` for a name."""
    return MEDIA.sub(lambda found: html.escape(name_of(html.unescape(found[1]))), text)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.out.append(f"[{dict(attrs).get('alt') or '图'}]")
        elif tag in {"td", "th"}:
            self.out.append(" ")
        elif tag == "br" or tag in BLOCKS:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS and tag not in {"td", "th"}:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        self.out.append(_SPACE.sub(" ", data))


def plain(text: str, markup: str) -> str:
    """The words of a text, for lists, searches and checks; a picture is its description in brackets."""
    if markup == PLAIN:
        return text
    words = _Words()
    words.feed(_closed(text))
    words.close()
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(words.out).split("\n"))
    return "\n".join(line for line in lines if line)
