"""The notebook as files to take along: a Word document, a PDF, and a deck for Anki. Every text is words alone."""

import html
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any

import docx
import genanki
from docx.oxml.ns import qn
from docx.shared import Pt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate

from examprep.bank import actions as bank
from examprep.kernel.sentence import N_
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.pdf import font, markup, printable
from examprep.practice import leaves as words
from examprep.practice.notebook import Leaf

_EMU_A_PIXEL, _WIDEST_EMU = 9525, 5_400_000
_NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 -- the same notebook makes the same file


@dataclass(frozen=True)
class Sheet:
    """One question as a file shows it, in the language of whoever asked for the file."""

    question_id: int
    subject: str
    heading: str
    stem: str
    options: Sequence[str]
    key: str
    explanation: str
    note: str
    causes: str
    tags: Sequence[str]
    pictures: Sequence[bank.Picture]


@dataclass(frozen=True)
class Booklet:
    """Sheets under a title; ``answers``: whether keys and what belongs to them are shown."""

    title: str
    sheets: Sequence[Sheet]
    answers: bool
    made_at: datetime


def sheet(leaf: Leaf, pictures: Mapping[str, bank.Picture]) -> Sheet:
    question = leaf.question
    chapter = in_language(leaf.chapter) if leaf.chapter else ""
    return Sheet(
        question_id=question.question_id,
        subject=in_language(leaf.subject),
        heading=" · ".join(part for part in (say(question.label), chapter) if part),
        stem=printable(words.stem(question)),
        options=[printable(option) for option in words.options(question)],
        key=printable(words.key(question)),
        explanation=printable(words.explanation(question)),
        note=printable(leaf.note),
        causes=words.remarks(leaf),
        tags=[printable(tag) for tag in leaf.tags],
        pictures=[pictures[name] for name in bank.shown(question) if name in pictures],
    )


def _answered(one: Sheet) -> list[tuple[str, str]]:
    """What follows a question with its answer: (label, text), without what is empty."""
    told = (
        (N_("Key"), one.key),
        (N_("Explanation"), one.explanation),
        (N_("Why missed"), one.causes),
        (N_("My note"), one.note),
    )
    return [(say(label), text) for label, text in told if text]


def write_docx(booklet: Booklet) -> bytes:
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.size = Pt(10.5)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    document.add_heading(booklet.title, 1)
    for number, one in enumerate(booklet.sheets, 1):
        document.add_paragraph().add_run(one.heading).italic = True
        asked = document.add_paragraph()
        asked.add_run(f"{number}. ").bold = True
        asked.add_run(one.stem)
        for picture in one.pictures:
            width = min(picture.width * _EMU_A_PIXEL, _WIDEST_EMU)
            document.add_paragraph().add_run().add_picture(io.BytesIO(picture.content), width=width)
        for option in one.options:
            document.add_paragraph(option).paragraph_format.space_after = Pt(0)
        for label, text in _answered(one) if booklet.answers else ():
            told = document.add_paragraph()
            told.paragraph_format.space_before = Pt(4)
            told.add_run(f"{label} ").bold = True
            told.add_run(text)
    about = document.core_properties
    about.author, about.title, about.comments, about.created, about.modified = "", booklet.title, "", _NEVER, _NEVER
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def write_pdf(booklet: Booklet) -> bytes:
    body = ParagraphStyle("body", fontName=font(), fontSize=10.5, leading=16, wordWrap="CJK")
    small = ParagraphStyle("small", body, fontSize=9, leading=13, textColor="#444444", spaceBefore=10)
    option = ParagraphStyle("option", body, leftIndent=14)
    told = ParagraphStyle("told", body, leftIndent=14, spaceBefore=3, borderPadding=2)
    title = ParagraphStyle("title", body, fontSize=16, leading=24, spaceAfter=4)
    story: list[Any] = [Paragraph(markup(booklet.title), title)]
    for number, one in enumerate(booklet.sheets, 1):
        asked = [Paragraph(markup(one.heading), small), Paragraph(f"{number}. {markup(one.stem)}", body)]
        asked += [_image(picture) for picture in one.pictures]
        asked += [Paragraph(markup(text), option) for text in one.options]
        answer = [Paragraph(f"【{markup(label)}】{markup(text)}", told) for label, text in _answered(one)]
        story += [KeepTogether(asked), *(answer if booklet.answers else ())]
    buffer = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 18 * mm)
    document = SimpleDocTemplate(
        buffer, pagesize=A4, title=booklet.title, author="", invariant=1, lang="zh-CN", **margins
    )
    document.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return buffer.getvalue()


def _image(picture: bank.Picture) -> Image:
    widest, highest = A4[0] - 50 * mm, A4[1] / 2
    scale = min(1.0, widest / (picture.width * 0.75), highest / (picture.height * 0.75))
    shown = (picture.width * 0.75 * scale, picture.height * 0.75 * scale)
    return Image(io.BytesIO(picture.content), *shown, hAlign="LEFT")


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont(font(), 9)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, str(document.page))


_FRONT = '<div class="q">{{Question}}</div><div>{{Options}}</div>'
_BACK = (
    "{{FrontSide}}<hr id=answer><div><b>{{Key}}</b></div><div>{{Explanation}}</div>"
    "{{#Note}}<div class=n>{{Note}}</div>{{/Note}}<div class=o>{{Heading}}</div>"
)
_CARD_CSS = (
    ".card{font-size:18px;line-height:1.7;text-align:left}.q{font-weight:600;margin-bottom:8px}"
    ".n{border-left:4px solid #1f5c4d;padding-left:10px;margin-top:8px}.o{color:#777;font-size:14px;margin-top:8px}"
    ".card img{max-width:100%}"
)
# Anki knows a kind of card by this number: the same in every file, so that a later file brings the same cards.
_MODEL_ID = 1_763_900_411


def write_anki(booklet: Booklet) -> bytes:
    """One deck for each subject. A card is known by its question, so that a later file mends the same cards."""
    model = genanki.Model(
        _MODEL_ID,
        "examprep",
        fields=[{"name": name} for name in ("Question", "Options", "Key", "Explanation", "Note", "Heading")],
        templates=[{"name": "examprep", "qfmt": _FRONT, "afmt": _BACK}],
        css=_CARD_CSS,
    )
    decks: dict[str, genanki.Deck] = {}
    media: dict[str, bytes] = {}
    for one in booklet.sheets:
        name = f"{booklet.title}::{one.subject}"
        deck = decks.setdefault(name, genanki.Deck(_deck_id(one.subject), name))
        images = ""
        for picture in one.pictures:
            file = f"{picture.sha256}.{picture.mimetype.rpartition('/')[2]}"
            media[file] = picture.content
            images += f'<br><img src="{file}">'
        fields = (_lines(one.stem) + images, _lines("\n".join(one.options)), *map(_lines, _back(one)))
        tags = [re.sub(r"\s", "_", tag) for tag in (*one.tags, *filter(None, one.causes.split("、")))]
        guid = genanki.guid_for("examprep", one.question_id)
        deck.add_note(genanki.Note(model, [*fields], guid=guid, tags=tags))
    return _package(list(decks.values()), media, booklet.made_at)


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _back(one: Sheet) -> tuple[str, str, str, str]:
    return one.key, one.explanation, one.note, one.heading


def _deck_id(subject: str) -> int:
    return 1 << 30 | int.from_bytes(blake2b(subject.encode(), digest_size=3).digest())


def _package(decks: Sequence[Any], media: Mapping[str, bytes], made_at: datetime) -> bytes:
    """The package as Anki reads it; the library's own writer would leave its database behind."""
    instant = made_at.timestamp()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection.anki2"
        with closing(sqlite3.connect(path)) as collection, collection:
            genanki.Package(decks).write_to_db(collection.cursor(), instant, count(int(instant * 1000)))
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            package.write(path, "collection.anki2")
            package.writestr("media", json.dumps({str(place): name for place, name in enumerate(media)}))
            for place, content in enumerate(media.values()):
                package.writestr(str(place), content)
    return buffer.getvalue()


@dataclass(frozen=True)
class Kind:
    """A kind of file, and what writes it."""

    suffix: str
    mimetype: str
    write: Callable[[Booklet], bytes]


KINDS: Mapping[str, Kind] = {
    "docx": Kind(
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        write_docx,
    ),
    "pdf": Kind(".pdf", "application/pdf", write_pdf),
    "anki": Kind(".apkg", "application/octet-stream", write_anki),
}
