"""Office files: known by their parts, and refused where opening them would do something."""

import io
import zipfile

import docx
import openpyxl
import pytest

from examprep.kernel.errors import RuleViolation
from examprep.plumbing.office_files import OLD, accept_office, is_office
from examprep.plumbing.uploads import LARGEST_BYTES

SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def word():
    made = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("讲义")
    document.save(made)
    return made.getvalue()


def book():
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


def slides(content_type=SLIDES):
    return packed({"[Content_Types].xml": f'<Types><Override PartName="/p.xml" ContentType="{content_type}"/></Types>'})


def packed(parts, method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


def with_part(content, name, text="x"):
    made = io.BytesIO(content)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, text)
    return made.getvalue()


def relation(kind, mode="External"):
    return f'<R><Relationship Id="r" Type="{RELATION}{kind}" Target="http://a.example/x" TargetMode="{mode}"/></R>'


@pytest.mark.parametrize(("made", "kind"), [(word, "docx"), (book, "xlsx"), (slides, "pptx")])
def test_what_a_file_is_stands_in_it_and_not_in_its_name(made, kind):
    content = made()
    kept = accept_office("../../讲义.pdf", content)
    assert (kept.name, kept.kind, kept.content) == ("讲义.pdf", kind, content)
    assert is_office(content)


def test_what_is_clicked_may_lie_elsewhere():
    assert accept_office("a", with_part(word(), "word/_rels/more.xml.rels", relation("hyperlink"))).kind == "docx"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: slides(MACROS), id="macro-enabled"),
        pytest.param(lambda: with_part(word(), "word/vbaProject.bin"), id="macros-under-another-ending"),
        pytest.param(lambda: with_part(word(), "word/activeX/activeX1.xml"), id="active-x"),
        pytest.param(lambda: with_part(book(), "xl/embeddings/oleObject1.bin"), id="another-file-in-it"),
        pytest.param(lambda: with_part(book(), "xl/macrosheets/sheet1.xml"), id="macro-sheet"),
        pytest.param(lambda: with_part(word(), "word/_rels/s.xml.rels", relation("attachedTemplate")), id="template"),
        pytest.param(lambda: with_part(word(), "word/_rels/s.xml.rels", relation("image")), id="picture-elsewhere"),
        pytest.param(lambda: with_part(word(), "word/_rels/S.XML.RELS", relation("frame", "EXTERNAL")), id="capitals"),
    ],
)
def test_what_acts_when_it_is_opened_is_refused(content):
    with pytest.raises(RuleViolation, match=r"upload\.macros"):
        accept_office("a.docx", content())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: OLD + b"x" * 600, id="old-format-or-password"),
        pytest.param(lambda: b"PK\x03\x04" + b"x" * 600, id="no-archive"),
        pytest.param(lambda: packed({"a.txt": "x"}), id="some-archive"),
        pytest.param(lambda: slides("text/xml"), id="no-main-part"),
        pytest.param(lambda: packed({"[Content_Types].xml": "<Types"}), id="damaged-list"),
        pytest.param(lambda: packed({"[Content_Types].xml": b" " * 5_000_000}), id="a-bomb"),
        pytest.param(
            lambda: packed({"[Content_Types].xml": '<!DOCTYPE a [<!ENTITY b "c">]><Types>&b;</Types>'}), id="entities"
        ),
        pytest.param(lambda: word()[:-30], id="cut"),
    ],
)
def test_what_is_none_of_the_three_is_refused(content):
    with pytest.raises(RuleViolation, match=r"upload\.office"):
        accept_office("a.docx", content())


def test_a_large_one_is_refused():
    with pytest.raises(RuleViolation, match=r"upload\.size"):
        accept_office("a.docx", b"PK\x03\x04" + b"x" * LARGEST_BYTES)
