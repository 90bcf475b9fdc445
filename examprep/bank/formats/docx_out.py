"""Questions as a Word document, with their pictures, in the habit that `docx` reads. Pure.

A text's pictures, and what it raises or lowers, are two private characters around a number while it is plain text.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.text.paragraph import Paragraph

from examprep.bank.formats.plain import read_plain
from examprep.bank.formats.plain_out import PLAIN_TEXT, plain_lines
from examprep.bank.formats.words import tidy
from examprep.bank.formats.writing import WORDS_ONLY, Exported, Written, fit_all
from examprep.bank.formats.xml import fit
from examprep.bank.markup import BLOCKS, PLAIN
from examprep.bank.values import Picture
from examprep.kernel.sentence import Sentence

_OPEN, _CLOSE = "\ue300", "\ue301"
_HELD = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_WIDEST_EMU, _EMU_A_PIXEL = 5_400_000, 9525  # 15 cm, the width of a page's text; 96 pixels an inch
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 -- the same questions make the same file


@dataclass(frozen=True)
class _Held:
    """What stands behind a number: a picture with its description, or text raised or lowered."""

    picture: Picture | None
    text: str
    raised: bool = False


def write_docx(questions: Sequence[Exported]) -> Written:
    """A document of one paragraph a line; of tables and emphasis the words are kept."""
    held: list[_Held] = []
    lost: list[tuple[int, Sentence]] = []
    masked = []
    for exported in questions:
        changed, words_only = _masked(exported, held)
        masked.append(changed)
        if words_only:
            lost.append((exported.question.question_id, WORDS_ONLY))
    kept, left_out = fit_all(masked, replace(PLAIN_TEXT, name="Word", read=read_plain))
    return Written(_document(kept, held), [*lost, *left_out])


def _masked(exported: Exported, held: list[_Held]) -> tuple[Exported, bool]:
    """The question as plain text, and whether more than its pictures and raised text was markup."""
    question = exported.question
    if question.markup == PLAIN:
        return exported, False
    readers: list[_Reader] = []

    def masked(text: str) -> str:
        readers.append(_Reader(exported, held))
        return readers[-1].read(text)

    changed = replace(
        question,
        stem=masked(question.stem),
        explanation=masked(question.explanation),
        passage=masked(question.passage),
        content=question.content.mapped(masked),
        markup=PLAIN,
    )
    return replace(exported, question=changed, pictures={}), any(reader.lost for reader in readers)


class _Reader(HTMLParser):
    """Makes one marked-up text plain, with numbers for what a document can show."""

    def __init__(self, exported: Exported, held: list[_Held]) -> None:
        super().__init__(convert_charrefs=True)
        self.lost = False
        self._pictures, self._held, self._out = exported.pictures, held, list[str]()
        self._shift: str | None = None

    def read(self, text: str) -> str:
        self.feed(text)
        self.close()
        lines = (tidy(line) for line in "".join(self._out).split("\n"))
        return "\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img":
            picture = self._pictures.get((given.get("src") or "").removeprefix("media:"))
            self._hold(_Held(picture, given.get("alt") or ""))
        elif tag in {"sub", "sup"}:
            self._shift = tag
        elif tag == "br" or tag in BLOCKS - {"td", "th"}:
            self.lost = self.lost or tag not in {"br", "p"}
            self._out.append("\n")
        else:
            self.lost = True
            self._out.append(" " if tag in {"td", "th"} else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"sub", "sup"}:
            self._shift = None
        elif tag in BLOCKS - {"td", "th"}:
            self._out.append("\n")

    def handle_data(self, data: str) -> None:
        if self._shift and data.strip():
            self._hold(_Held(None, data, raised=self._shift == "sup"))
        else:
            self._out.append(re.sub(r"\s+", " ", data))

    def _hold(self, held: _Held) -> None:
        self._held.append(held)
        self._out.append(f"{_OPEN}{len(self._held) - 1}{_CLOSE}")


def _document(questions: Sequence[Exported], held: Sequence[_Held]) -> bytes:
    document = docx.Document()
    end = document.element.body.sectPr
    for line in fit("\n".join(plain_lines(questions))).split("\n"):
        # Elements rather than the library's own words for them, which look through the page for each place anew.
        paragraph = OxmlElement("w:p")
        end.addprevious(paragraph)
        for place, piece in enumerate(_HELD.split(line)):
            if place % 2:
                _show(Paragraph(paragraph, document._body), held[int(piece)])
            elif piece:
                paragraph.append(_run(piece))
    about = document.core_properties
    about.author, about.comments, about.created, about.modified = "", "", _NEVER, _NEVER
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _run(text: str) -> Any:
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = text
    words.set(_SPACE, "preserve")
    run.append(words)
    return run


def _show(paragraph: Any, held: _Held) -> None:
    run = paragraph.add_run("" if held.picture else held.text)
    if held.picture is None:
        run.font.superscript, run.font.subscript = held.raised, not held.raised
        return
    width = min(held.picture.width * _EMU_A_PIXEL, _WIDEST_EMU)
    shape = run.add_picture(io.BytesIO(held.picture.content), width=width)
    shape._inline.docPr.set("descr", held.text)
