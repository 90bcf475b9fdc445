"""Marked-up texts on their way into XML and out of it, and what is laid into one text for want of a field. Pure.

A stem with its passage and the prompts of its parts, and the marking points of an essay, stand in one text as flat
``<div class="examprep-…">``: texts of the bank never hold a div, so they come apart as they were put together.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from examprep.bank.formats.raw import RawPart
from examprep.bank.formats.writing import Exported
from examprep.bank.formats.xml import escaped, fit
from examprep.bank.markup import PLAIN, with_pictures
from examprep.bank.markup import escaped as html_escaped
from examprep.bank.types.written import Written as WrittenContent

_DIV = re.compile(r'<div class="examprep-(\w+)(?: half-points-(\d{1,4}))?">([^<]*(?:<(?!/?div\b)[^<]*)*)</div>')
_SHOWN = re.compile(r'<span class="examprep-marks">[^<]*</span>')
_DATA = re.compile(r'src\s*=\s*["\']data:image/[a-z.+-]{1,20};base64,([A-Za-z0-9+/=\s]+)["\']')
_MARKS = re.compile(r"[(（]?\s*(\d{1,3}(?:\.\d)?)\s*(?:分|points?|marks?|pts?)\s*[)）]?\s*$", re.IGNORECASE)
_SOURCE = re.compile(r"(<img\b[^<>]{0,2000}?\bsrc\s{0,9}=\s{0,9})(?:\"([^\"<>]*)\"|'([^'<>]*)')", re.IGNORECASE)
_BARE = {"contentbody", "rubricblock", "feedbackblock", "feedbackinline"}
VOID = {"br", "img", "hr", "col"}


@dataclass(frozen=True)
class Body:
    """What one text held: passage, stem, and the prompts of parts."""

    passage: str
    stem: str
    prompts: Sequence[str]


class Media:
    """The pictures of a file by the names its texts use; two that share a name are told apart."""

    def __init__(self) -> None:
        self.found: dict[str, bytes] = {}

    def add(self, name: str, content: bytes) -> str:
        """The name under which the texts find the picture."""
        base, count = name, 1
        while name in self.found and self.found[name] != content:
            count += 1
            name = f"{count}-{base}"
        self.found[name] = content
        return name

    def add_base64(self, name: str, text: str) -> str | None:
        """The same from its base64; ``None`` where that is none."""
        try:
            return self.add(name, base64.b64decode(re.sub(r"\s+", "", text), validate=True))
        except (binascii.Error, ValueError):
            return None

    def inlined(self, text: str) -> str:
        """The text with the pictures written inside it (data:) taken out into files."""

        def keep(found: re.Match[str]) -> str:
            name = self.add_base64("inline", found[1])
            return f'src="media:{name}"' if name else 'src=""'

        return _DATA.sub(keep, text)


def marked(exported: Exported, text: str, source: Callable[[str], str]) -> str:
    """A text of the bank as HTML; ``source`` gives a picture's address by its SHA-256."""
    if exported.question.markup == PLAIN:
        return html_escaped(fit(text))
    return with_pictures(fit(text), source)


def xhtml(text: str, *, underline: bool = True) -> str:
    """HTML of the bank as XML. Without ``underline``, which QTI 2.1 has no tag for, a span says it."""
    text = re.sub(r"<(br|img)\b([^>]*?)\s*/?>", r"<\1\2/>", text.replace("&nbsp;", "\u00a0"))
    if not underline:
        text = re.sub(r"<u>", '<span class="underline">', text).replace("</u>", "</span>")
    try:
        fromstring(f"<div>{text}</div>")
    except ParseError:  # not the bank's HTML after all: its words as they are written
        return escaped(text)
    return text


def inner(element: Element, source: Callable[[str], str], leave: frozenset[str] = frozenset()) -> str:
    """What is inside an element, as HTML. ``source`` gives the address for a picture's; ``leave`` are left out."""
    out = [html.escape(element.text or "", quote=False)]
    for child in element:
        if child.tag not in leave:
            out.append(_outer(child, source, leave))
        out.append(html.escape(child.tail or "", quote=False))
    return "".join(out)


def _outer(element: Element, source: Callable[[str], str], leave: frozenset[str]) -> str:
    tag = element.tag
    if tag in _BARE:
        return inner(element, source, leave)
    if tag == "object" and element.get("type", "").startswith("image/"):
        address = source(element.get("data", ""))
        return f'<img src="{html.escape(address)}" alt="{html.escape(words_of(element))}">'
    if tag == "span" and element.get("class") == "underline":
        tag = "u"
    attributes = dict(element.attrib)
    if tag == "img":
        attributes["src"] = source(attributes.get("src", ""))
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    if tag in VOID:
        return f"<{tag}{written}>"
    return f"<{tag}{written}>{inner(element, source, leave)}</{tag}>"


def readdressed(text: str, source: Callable[[str], str]) -> str:
    """HTML with each picture's address changed."""

    def change(found: re.Match[str]) -> str:
        address = source(html.unescape(found[2] or found[3] or ""))
        return f'{found[1]}"{html.escape(address)}"'

    return _SOURCE.sub(change, text)


def words_of(element: Element) -> str:
    """All the text in an element."""
    return "".join(element.itertext()).strip()


def body(passage: str, stem: str, prompts: Sequence[str]) -> str:
    """One text that holds them all; the stem alone stands bare."""
    if not passage and not any(prompts):
        return stem
    divs = [("passage", passage)] if passage else []
    return _divs([*divs, ("stem", stem), *(("part", prompt) for prompt in prompts)])


def _divs(texts: Sequence[tuple[str, str]]) -> str:
    return "".join(f'<div class="examprep-{kind}">{text}</div>' for kind, text in texts)


def read_body(text: str) -> Body:
    """What `body` put together; any other text is a stem."""
    found = {kind: text for kind, _, text in _DIV.findall(text)}
    if "stem" not in found:
        return Body("", text, ())
    prompts = [prompt for kind, _, prompt in _DIV.findall(text) if kind == "part"]
    return Body(found.get("passage", ""), found["stem"], prompts)


def rubric(content: WrittenContent, text: Callable[[str], str]) -> str:
    """The marking points of all parts, and an answer written out where there is one, as one HTML text."""
    out = []
    for place, part in enumerate(content.parts):
        out += [f'<div class="examprep-rubric">{place + 1}.</div>'] if place else []
        for point in part.points:
            marks = f'<span class="examprep-marks">（{point.half_points / 2:g} 分）</span>'
            out.append(f'<div class="examprep-point half-points-{point.half_points}">{text(point.text)}{marks}</div>')
        out += [f'<div class="examprep-answer">{text(part.answer)}</div>'] if part.answer else []
    return "".join(out)


def without_rubric(text: str) -> str:
    """The text without the marking points that `rubric` wrote into it."""
    return _DIV.sub("", text)


def read_rubric(text: str, prompts: Sequence[str], full: float | None) -> list[RawPart]:
    """The parts that `rubric` wrote; else one part whose points are the lines that end in their marks, or, where no
    line does, one point that earns ``full`` points. None where there are no words."""
    parts: list[tuple[list[tuple[str, int]], list[str]]] = [([], [])]
    for kind, earned, inside in _DIV.findall(text):
        if kind == "rubric":
            parts.append(([], []))
        elif kind == "point" and earned:
            parts[-1][0].append((_SHOWN.sub("", inside), int(earned)))
        elif kind == "answer":
            parts[-1][1].append(inside)
    if parts[0][0]:
        asked = [*prompts, *[""] * len(parts)]
        return [
            RawPart(prompt, points, "".join(answer)) for prompt, (points, answer) in zip(asked, parts, strict=False)
        ]
    return _plain_points(text, full)


def _plain_points(text: str, full: float | None) -> list[RawPart]:
    lines = [line.strip() for line in re.split(r"</?(?:p|li|ul|ol|div|br)\b[^<>]*>|\n", text)]
    lines = [line for line in lines if re.sub(r"<[^<>]*>|&nbsp;|\s", "", line)]
    ends = [(line, _MARKS.search(line, max(0, len(line) - 40))) for line in lines]
    points = [(line[: found.start()].strip(), float(found[1])) for line, found in ends if found]
    if points and len(points) == len(lines) and all(words and marks * 2 % 1 == 0 for words, marks in points):
        return [RawPart("", [(words, int(marks * 2)) for words, marks in points])]
    if lines and full and full > 0:
        return [RawPart("", [(text, max(1, min(200, round(full * 2))))])]
    return []


def letters_of(places: Sequence[int] | set[int], called: str) -> str:
    """Places as the letters that an answer is written in."""
    return "".join(called[place] for place in sorted(places) if place < len(called))


def named_pictures(exported: Exported, folder: str) -> Mapping[str, str]:
    """Where each picture of a question goes: its SHA-256 and the name of its file."""
    return {
        sha256: f"{folder}{sha256}.{picture.mimetype.rpartition('/')[2]}"
        for sha256, picture in exported.pictures.items()
    }
