"""What is wrong with a page's HTML, by a strict parse and by what the parser does not look for."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E

HTML = "{http://www.w3.org/1999/xhtml}"
LABELLED = {"input", "select", "textarea"}
INTERACTIVE = {"a", "button", "details", "select", "textarea"}
# Attributes whose value names other elements of the page.
POINTERS = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list")
PHRASING_ONLY = {"p", "h1", "h2", "h3", "h4", "span", "button", "label", "legend", "caption", "dt"}
BLOCKS = {"div", "p", "ul", "ol", "dl", "table", "section", "form", "fieldset", "h1", "h2", "h3", "details"}


@lru_cache(maxsize=512)
def _parsed(page: str) -> tuple[Element, tuple[str, ...]]:
    """The page as a browser understands it, and what the standard calls parse errors."""
    parser = html5lib.HTMLParser()
    root = parser.parse(page)
    return root, tuple(f"line {place[0]}: {E[code] % facts}" for place, code, facts in parser.errors)


def tree(page: str) -> Element:
    return _parsed(page)[0]


def elements(root: Element, *names: str) -> Iterator[Element]:
    for element in root.iter():
        if isinstance(element.tag, str) and (not names or element.tag.removeprefix(HTML) in names):
            yield element


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def problems(page: str) -> list[str]:
    """Each fault in one line; none on a sound page."""
    root, errors = _parsed(page)
    found = [*errors, *_ids(root), *_nesting(root), *_labels(root), *_inline(root)]
    if (count := sum(1 for _ in elements(root, "h1"))) != 1:
        found.append(f"{count} h1")
    levels = [int(e.tag[-1]) for e in elements(root, "h1", "h2", "h3", "h4", "h5", "h6")]
    found += [f"h{b} follows h{a}" for a, b in pairwise(levels) if b > a + 1]
    return found


def _ids(root: Element) -> Iterator[str]:
    ids = Counter(e.get("id") for e in elements(root) if e.get("id") is not None)
    yield from (f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1)
    yield from (f"id {name!r} is no word" for name in ids if not name or re.search(r"\s", name))
    for element in elements(root):
        for pointer in POINTERS:
            for name in (element.get(pointer) or "").split():
                if name not in ids:
                    yield f"{pointer}={name!r} points nowhere"
        address = element.get("href") or ""
        if address.startswith("#") and address[1:] not in ids:
            yield f"href={address!r} points nowhere"


def _nesting(root: Element, above: tuple[str, ...] = ()) -> Iterator[str]:
    name = root.tag.removeprefix(HTML) if isinstance(root.tag, str) else ""
    within = [outer for outer in above if outer in {"a", "button", "label", "summary"}]
    if within and ((name in INTERACTIVE and within[-1] != "label") or name == within[-1]):
        yield f"{name} within {within[-1]}"
    if name == "form" and "form" in above:
        yield "form within form"
    if above and above[-1] in PHRASING_ONLY and name in BLOCKS and not (above[-1] == "legend" and name[0] == "h"):
        yield f"{name} within {above[-1]}"
    if above and above[-1] in {"ul", "ol"} and name not in {"li", "template"}:
        yield f"{name} within {above[-1]}"
    if above and above[-1] == "dl" and name not in {"dt", "dd", "div", "template"}:
        yield f"{name} within dl"
    for inner in root:
        yield from _nesting(inner, (*above, name))


def _labels(root: Element) -> Iterator[str]:
    labelled = {e.get("for") for e in elements(root, "label")}
    inside = {id(e) for label in elements(root, "label") for e in elements(label, *LABELLED)}
    for element in elements(root, *LABELLED):
        if element.get("type") in {"hidden", "submit", "button"} or id(element) in inside:
            continue
        if element.get("id") not in labelled and not (element.get("aria-label") or element.get("aria-labelledby")):
            yield f"{element.get('name')!r} has no label"
    yield from (f"button {e.get('name')!r} has no words" for e in elements(root, "button") if not words(e))
    yield from (f"img {e.get('src')!r} has no alt" for e in elements(root, "img") if e.get("alt") is None)


def _inline(root: Element) -> Iterator[str]:
    """What a strict policy would refuse."""
    for element in elements(root):
        name = element.tag.removeprefix(HTML)
        if name == "style" or (name == "script" and not element.get("src")):
            yield f"inline {name}"
        yield from (f"{name} has {key}=" for key in element.attrib if key == "style" or re.fullmatch("on[a-z]+", key))
        if (element.get("href") or element.get("action") or "").lower().startswith("javascript:"):
            yield f"{name} runs a script from its address"
