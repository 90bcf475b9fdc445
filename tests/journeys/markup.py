"""What is wrong with a page beyond what the Nu checker and axe look for; and a page's parts, for the walk."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"


@lru_cache(maxsize=1024)
def tree(page: str) -> Element:
    """The page as a browser understands it."""
    return html5lib.parse(page)


def elements(root: Element, *names: str) -> Iterator[Element]:
    for element in root.iter():
        if isinstance(element.tag, str) and (not names or element.tag.removeprefix(HTML) in names):
            yield element


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def problems(page: str) -> list[str]:
    """Each fault in one line; none on a sound page."""
    root = tree(page)
    found = [*_inline(root), *_nowhere(root)]
    if (count := sum(1 for _ in elements(root, "h1"))) != 1:
        found.append(f"{count} h1")
    levels = [int(e.tag[-1]) for e in elements(root, "h1", "h2", "h3", "h4", "h5", "h6")]
    found += [f"h{b} follows h{a}" for a, b in pairwise(levels) if b > a + 1]
    return found


def _nowhere(root: Element) -> Iterator[str]:
    """Links to a part that the page does not have."""
    parts = {e.get("id") for e in elements(root)}
    for link in elements(root, "a"):
        address = link.get("href") or ""
        if address.startswith("#") and address[1:] not in parts:
            yield f"href={address!r} points nowhere"


def _inline(root: Element) -> Iterator[str]:
    """What a strict policy would refuse."""
    for element in elements(root):
        name = element.tag.removeprefix(HTML)
        if name == "style" or (name == "script" and not element.get("src")):
            yield f"inline {name}"
        yield from (f"{name} has {key}=" for key in element.attrib if key == "style" or re.fullmatch("on[a-z]+", key))
        if (element.get("href") or element.get("action") or "").lower().startswith("javascript:"):
            yield f"{name} runs a script from its address"
