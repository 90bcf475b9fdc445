"""Word documents: paragraphs, tables, pictures and automatic numbers, as the lines that `plain` reads.

A document is opened only when it is small inside, speaks of no macros, and its XML declares no entities. Pictures,
tables, and what is raised or lowered stand in the lines as two private characters around a number, and become markup
once the questions are read.
"""

import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import docx
from docx.oxml.ns import qn

from examprep.bank.formats.docx_safety import check_document, damaged, too_large
from examprep.bank.formats.plain import read_lines
from examprep.bank.formats.raw import RawFile, RawPart, RawQuestion
from examprep.bank.markup import HTML
from examprep.plumbing.unreadable import UnreadableFile

PARAGRAPHS_LIMIT = 60_000
_OPEN, _CLOSE = "\ue200", "\ue201"
_HELD = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_FREE = str.maketrans({_OPEN: "", _CLOSE: ""})


def read_docx(content: bytes) -> RawFile:
    """The questions of a document; the number of each is that of its paragraph.

    Raises:
        UnreadableFile: protected, damaged, with macros or entities, far too large inside, or without a question.
    """
    check_document(content)
    try:
        document = docx.Document(io.BytesIO(content))
        reader = _Reader(document)
        lines = list(reader.lines())
    except UnreadableFile:
        raise
    except Exception as error:  # the library raises many kinds for broken documents, some undocumented
        raise damaged() from error
    file = read_lines(lines)
    return replace(
        file,
        questions=tuple(_marked_up(question, reader.held) for question in file.questions),
        media=reader.media,
    )


@dataclass
class _Counters:
    """How far each list has counted, by its level."""

    at: dict[str, dict[int, int]] = field(default_factory=dict)

    def next(self, number: str, level: int, start: int) -> int:
        counted = self.at.setdefault(number, {})
        for deeper in [one for one in counted if one > level]:
            del counted[deeper]
        counted[level] = counted.get(level, start - 1) + 1
        return counted[level]


class _Reader:
    """The lines of a document; ``held`` is the markup behind each number, ``media`` are the pictures."""

    def __init__(self, document: Any) -> None:
        self.held: list[str] = []
        self.media: dict[str, bytes] = {}
        self._document = document
        self._levels = _numbering(document)
        self._styles = {
            style.get(qn("w:styleId"), ""): style for style in document.styles.element.findall(qn("w:style"))
        }
        self._counters = _Counters()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every paragraph by its number; one of several lines gives several."""
        for number, block in enumerate(_blocks(self._document.element.body), 1):
            if number > PARAGRAPHS_LIMIT:
                raise too_large()
            text = self._hold(self._table(block)) if block.tag == qn("w:tbl") else self._paragraph(block)
            for line in text.split("\n"):
                yield number, line

    def _paragraph(self, paragraph: Any) -> str:
        return self._mark(paragraph) + self._runs(paragraph)

    def _runs(self, element: Any) -> str:
        """The text of an element's runs, its links' too."""
        out = []
        for run in element.iter(qn("w:r")):
            if next(run.iterancestors(_FALLBACK), None) is not None:
                continue
            text = self._run(run)
            raised = run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
            kind = {"superscript": "sup", "subscript": "sub"}.get("" if raised is None else raised.get(qn("w:val"), ""))
            out.append(self._hold(f"<{kind}>{html.escape(text)}</{kind}>") if kind and text.strip() else text)
        return "".join(out)

    def _run(self, run: Any) -> str:
        out = []
        for child in run:
            if child.tag == qn("w:t"):
                out.append((child.text or "").translate(_FREE))
            elif child.tag == qn("w:tab"):
                out.append("\t")
            elif child.tag in {qn("w:br"), qn("w:cr")}:
                out.append("\n")
            elif child.tag in {qn("w:drawing"), qn("w:pict"), qn("w:object")}:
                out += [self._picture(one, child) for one in child.iter() if one.tag in {qn("a:blip"), _IMAGEDATA}]
        return "".join(out)

    def _picture(self, element: Any, drawing: Any) -> str:
        key = element.get(qn("r:embed")) or element.get(qn("r:id"))
        part = self._document.part.related_parts.get(key)
        if part is None:
            return ""
        name = str(part.partname).rpartition("/")[2]
        self.media[name] = part.blob
        described = drawing.find(f".//{qn('wp:docPr')}")
        alt = "" if described is None else described.get("descr", "")
        return self._hold(f'<img src="media:{html.escape(name)}" alt="{html.escape(alt)}">')

    def _table(self, table: Any) -> str:
        """A table, a table within a cell as its lines. Cells are those written, however many columns they claim."""
        rows = []
        for row in table.iter(qn("w:tr")):
            cells = [
                "<td>" + "<br>".join(_shown(self._runs(p), self.held) for p in cell.iter(qn("w:p"))) + "</td>"
                for cell in row.findall(qn("w:tc"))
            ]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return f"<table><tbody>{''.join(rows)}</tbody></table>"

    def _hold(self, markup: str) -> str:
        self.held.append(markup)
        return f"{_OPEN}{len(self.held) - 1}{_CLOSE}"

    def _mark(self, paragraph: Any) -> str:
        """The number or letter that Word puts before a paragraph of a list."""
        found = _in_list(paragraph, self._styles)
        if found is None or found not in self._levels:
            return ""
        number, level = found
        form, text, start = self._levels[found]
        value = self._counters.next(number, level, start)
        if form in {"bullet", "none"}:
            return ""
        shown = _counted(form, value)
        return re.sub(r"%\d", "", text.replace(f"%{level + 1}", shown)) + " "


_IMAGEDATA = "{urn:schemas-microsoft-com:vml}imagedata"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same again, for old programs


def _blocks(element: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, those within content controls and tracked insertions too."""
    for child in element:
        if child.tag in {qn("w:p"), qn("w:tbl")}:
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")}:
            yield from _blocks(child)


def _in_list(paragraph: Any, styles: Mapping[str, Any]) -> tuple[str, int] | None:
    """The list a paragraph, or its style, belongs to, and its level there."""
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    for holder in (paragraph, styles.get("" if style is None else style.get(qn("w:val"), ""))):
        props = None if holder is None else holder.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if props is None:
            continue
        number, level = props.find(qn("w:numId")), props.find(qn("w:ilvl"))
        if number is None or number.get(qn("w:val")) == "0":
            return None
        depth = "0" if level is None else level.get(qn("w:val"), "0")
        return number.get(qn("w:val"), ""), int(depth) if depth.isdigit() else 0
    return None


def _numbering(document: Any) -> dict[tuple[str, int], tuple[str, str, int]]:
    """What each level of each list looks like: (form, text such as ``%1.``, first number)."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    kinds: dict[str, dict[int, tuple[str, str, int]]] = {}
    for abstract in root.findall(qn("w:abstractNum")):
        levels = {}
        for level in abstract.findall(qn("w:lvl")):
            form, text, start = (_value(level, name) for name in ("numFmt", "lvlText", "start"))
            levels[int(level.get(qn("w:ilvl"), "0"))] = (form or "decimal", text or "%1.", int(start or "1"))
        kinds[abstract.get(qn("w:abstractNumId"), "")] = levels
    found = {}
    for number in root.findall(qn("w:num")):
        for level, look in kinds.get(_value(number, "abstractNumId"), {}).items():
            found[number.get(qn("w:numId"), ""), level] = look
        for override in number.findall(qn("w:lvlOverride")):
            key = (number.get(qn("w:numId"), ""), int(override.get(qn("w:ilvl"), "0")))
            start = _value(override, "startOverride")
            if start and key in found:
                found[key] = (*found[key][:2], int(start))
    return found


def _value(element: Any, name: str) -> str:
    child = element.find(qn(f"w:{name}"))
    return "" if child is None else str(child.get(qn("w:val"), ""))


def _counted(form: str, value: int) -> str:
    """A number as Word shows it: 1, A, a, 一."""
    if form in {"upperLetter", "lowerLetter"}:
        letter = chr(ord("A") + (value - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    if form.startswith(("chinese", "japanese", "ideograph", "taiwanese")) and 1 <= value <= 10:
        return "一二三四五六七八九十"[value - 1]
    return str(value)


def _shown(text: str, held: list[str]) -> str:
    """A text as markup, with what stood for pictures, tables and raised text put back."""
    shown = html.escape(text, quote=False).replace("\n", "<br>")
    return _HELD.sub(lambda found: held[int(found[1])] if int(found[1]) < len(held) else "", shown)


def _marked_up(question: RawQuestion, held: list[str]) -> RawQuestion:
    """The question with its texts as markup, where any of them holds more than words."""
    texts = [question.stem, question.explanation, question.passage, *question.options, *question.notes]
    texts += [text for part in question.parts for text in (part.prompt, part.answer, *(p for p, _ in part.points))]
    if not any(_HELD.search(text) for text in texts):
        return question

    def shown(text: str) -> str:
        return _shown(text, held)

    return replace(
        question,
        markup=HTML,
        stem=shown(question.stem),
        explanation=shown(question.explanation),
        passage=shown(question.passage),
        options=[shown(text) for text in question.options],
        notes=[shown(text) for text in question.notes],
        parts=[
            RawPart(shown(part.prompt), [(shown(text), earned) for text, earned in part.points], shown(part.answer))
            for part in question.parts
        ],
    )
