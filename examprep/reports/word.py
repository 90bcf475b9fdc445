"""A short document in Word: heading, paragraphs, tables and pictures in order, on A4, with Chinese fonts by name.

Source: GB/T 9704-2012 -- 仿宋 for text and 黑体 for headings are what offices have and expect. Word takes the East
Asian font from an attribute of its own, and shows a substitute where a machine lacks it.
"""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

TEXT, HEADING, LATIN = "仿宋", "黑体", "Times New Roman"
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


class Word:
    """One document being written."""

    def __init__(self, title: str, language: str) -> None:
        self._document = Document()
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(1.6)
        self._language = LANGUAGES[language]
        for name, font, size in (("Normal", TEXT, 10.5), ("Title", HEADING, 18), ("Heading 1", HEADING, 12)):
            self._style(name, font, size)
        self._document.core_properties.title = title
        self._document.core_properties.language = self._language
        self._document.add_paragraph(title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _style(self, name: str, font: str, size: float) -> None:
        style: Any = self._document.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        style.font.color.rgb = None
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        # A theme's font would win over the one that is named.
        for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{attribute}"), None)
        fonts.set(qn("w:hAnsi"), LATIN)
        fonts.set(qn("w:eastAsia"), font)
        spoken = properties.makeelement(qn("w:lang"), {qn("w:val"): "en-GB", qn("w:eastAsia"): "zh-CN"})
        properties.append(spoken)
        style.paragraph_format.space_before = Pt(6 if name == "Heading 1" else 0)
        style.paragraph_format.space_after = Pt(3)

    def heading(self, text: str) -> None:
        self._document.add_paragraph(text, style="Heading 1")

    def paragraph(self, text: str, *, bold: bool = False, centred: bool = False, small: bool = False) -> None:
        paragraph = self._document.add_paragraph()
        run = paragraph.add_run(text)
        run.bold = bold
        if small:
            run.font.size = Pt(9)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: Sequence[int] = (0,)) -> None:
        """A table whose head repeats on a further page; columns stand right but for those of text."""
        table = self._document.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for at, head in enumerate(heads):
            self._cell(table.rows[0].cells[at], head, bold=True, left=at in text_columns)
        head_row = table.rows[0]._tr.get_or_add_trPr()
        head_row.append(head_row.makeelement(qn("w:tblHeader"), {}))
        for row in rows:
            cells = table.add_row().cells
            for at, text in enumerate(row):
                self._cell(cells[at], text, left=at in text_columns)
        self._document.add_paragraph().paragraph_format.space_after = Pt(0)

    @staticmethod
    def _cell(cell: Any, text: str, *, bold: bool = False, left: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, Pt(9)

    def pictures(self, pictures: Sequence[tuple[bytes, str]], *, width_cm: float) -> None:
        """PNG pictures beside each other, each with the words for those who do not see it."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for content, words in pictures:
            shape = paragraph.add_run().add_picture(io.BytesIO(content), width=Cm(width_cm))
            shape._inline.docPr.set("descr", words)
            paragraph.add_run(" ")

    def content(self) -> bytes:
        buffer = io.BytesIO()
        self._document.save(buffer)
        return buffer.getvalue()
