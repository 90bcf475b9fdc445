"""Word documents: automatic numbers, pictures, tables; and documents that must not be opened."""

import hashlib
import io
import tracemalloc
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from examprep.bank.formats.docx import read_docx
from examprep.bank.formats.docx_out import write_docx
from examprep.bank.formats.writing import Exported
from examprep.bank.media import redraw
from examprep.plumbing.unreadable import UnreadableFile
from tests.bank.exported import question
from tests.fuzz_formats import DOCX

LEVELS = (("decimal", "%1."), ("upperLetter", "%2．"))


def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    return buffer.getvalue()


def test_a_shared_text_stands_once_above_its_questions_and_comes_back():
    questions = [
        Exported(replace(question("true-false", f"题{n}", {"options": [], "correct": [0]}, n), passage="甲\n乙"))
        for n in (1, 2)
    ]
    content = write_docx(questions).content
    assert [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs].count("甲") == 1
    assert [each.passage for each in read_docx(content).questions] == ["甲\n乙", "甲\n乙"]


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def numbered_document():
    document = docx.Document()
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(LEVELS)
    )
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="99"/></w:num>'))
    return document


def listed(document, text, level):
    paragraph = document.add_paragraph(text)
    properties = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(properties))
    return paragraph


def test_numbers_and_letters_that_word_counts_itself():
    document = numbered_document()
    for stem in ("甲题", "乙题"):
        listed(document, stem, 0)
        for option in ("一", "二", "三"):
            listed(document, option, 1)
        document.add_paragraph("答案：C")
    file = read_docx(saved(document))
    assert [(q.stem, list(q.options), q.answer) for q in file.questions] == [
        ("甲题", ["一", "二", "三"], "C"),
        ("乙题", ["一", "二", "三"], "C"),
    ]


def test_pictures_tables_and_raised_text_become_markup():
    document = docx.Document()
    paragraph = document.add_paragraph("1．H")
    paragraph.add_run("2").font.subscript = True
    paragraph.add_run().add_picture(io.BytesIO(picture()))
    for line in ("A．<一>", "B．表"):
        document.add_paragraph(line)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "x", "<y>"
    document.add_paragraph("答案：A")
    file = read_docx(saved(document))
    (read,) = file.questions
    assert (read.markup, read.stem) == ("html", '1．H<sub>2</sub><img src="media:image1.png" alt="">'[2:])
    assert read.options == [
        "&lt;一&gt;",
        "表<br><table><tbody><tr><td>x</td><td>&lt;y&gt;</td></tr></tbody></table>",
    ]
    assert file.media["image1.png"] == picture()


def test_pictures_are_written_and_come_back():
    kept = redraw(picture())
    shown = question(
        "single-choice", f'看<br><img src="media:{kept.sha256}" alt="红">', {"options": ["一", "二"], "correct": [0]}
    )
    written = write_docx([Exported(replace(shown, markup="html"), pictures={kept.sha256: kept})])
    assert written.left_out == []
    file = read_docx(written.content)
    assert file.questions[0].stem == '看<br><img src="media:image1.png" alt="红">'
    assert hashlib.sha256(redraw(file.media["image1.png"]).content).hexdigest() == kept.sha256


def rezipped(change=None, **parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(DOCX)) as whole, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name in whole.namelist():
            content = whole.read(name)
            out.writestr(name, change(content) if change and name == "word/document.xml" else content)
        for name, content in parts.items():
            out.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"text", "file.not-docx", id="text"),
        pytest.param(b"PK\x03\x04broken", "file.docx-broken", id="damaged"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "file.docx-protected", id="encrypted"),
        pytest.param(rezipped(word__vbaProject_dot_bin=b"x"), "file.docx-macros", id="macros"),
        pytest.param(rezipped(lambda xml: ENTITIES + xml), "file.docx-broken", id="entities"),
        pytest.param(rezipped(lambda xml: xml[:200]), "file.docx-broken", id="cut"),
        pytest.param(rezipped(word__big_dot_xml=b" " * 30_000_000), "file.docx-bomb", id="bomb"),
    ],
)
def test_documents_that_must_not_be_opened_say_why(content, code):
    tracemalloc.start()
    with pytest.raises(UnreadableFile) as refusal:
        read_docx(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal.value.code == code
    assert peak < 80_000_000


def test_a_part_named_outside_the_document_is_not_written_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_docx(rezipped(**{"../../out_dot_txt": b"x"})).questions
    assert list(tmp_path.iterdir()) == []


def test_a_cell_that_claims_a_billion_columns_is_one_cell():
    def widened(xml):
        cell = b'<w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>'
        table = b"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>" + cell + b"</w:tr></w:tbl>"
        at = xml.index(b"<w:p", xml.index("甲题".encode()))
        return xml[:at] + table + xml[at:]

    (read,) = read_docx(rezipped(widened)).questions
    assert read.stem == "甲题<br><table><tbody><tr><td>x</td></tr></tbody></table>"
