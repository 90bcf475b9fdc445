"""Files that people send: what is read, and what each bad one is told."""

import contextlib
import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from examprep.plumbing.sheets import UnreadableFile, read_table

HEADS = ["姓名", "身份证号", "成绩"]


def workbook(*rows, sheet=0) -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    for _ in range(sheet):
        book.create_sheet()
    for row in rows:
        book.worksheets[sheet].append(row)
    book.save(buffer)
    return buffer.getvalue()


def test_cells_come_as_the_user_meant_them():
    table = read_table(
        workbook(HEADS, ["张三", 520526199003070011, 60.0], ["李四", "x", 59.5], [None, date(2026, 3, 9), True]),
        "a.xlsx",
    )
    assert table.heads == tuple(HEADS)
    assert [list(row.cells) for row in table.rows] == [
        ["张三", "5.2053E+17", "60"],
        ["李四", "x", "59.5"],
        ["", "2026-03-09", "对"],
    ]


def test_row_numbers_are_those_of_the_spreadsheet():
    table = read_table(workbook([], HEADS, ["a"], [], ["b"]), "a.xlsx")
    assert [row.number for row in table.rows] == [3, 5]


def test_the_first_filled_sheet_is_read():
    assert read_table(workbook(HEADS, ["a"], sheet=1), "a.xlsx").heads == tuple(HEADS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_usual_encoding(encoding):
    table = read_table("姓名,成绩\r\n镕基,59.5\r\n".encode(encoding), "a.csv")
    assert table.heads == ("姓名", "成绩")
    assert list(table.rows[0].cells) == ["镕基", "59.5"]


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (401 * 1024 * 1024))
    return buffer.getvalue()


def wide() -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    book.active.append(HEADS)
    book.active.cell(row=1_000_000, column=1, value="x")
    book.save(buffer)
    return buffer.getvalue()


def with_part(name: str) -> bytes:
    """A sound workbook that carries one more part."""
    buffer = io.BytesIO(workbook(HEADS, ["张三", "60"]))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, b"x")
    return buffer.getvalue()


def computed() -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    book.active.append(HEADS)
    for number in range(20_000):  # more than is looked through at once
        book.active.append(["张三", "=1+1"] if number == 19_999 else ["张三", 60])
    book.save(buffer)
    return buffer.getvalue()


def test_formulas_are_refused_only_where_they_are_not_welcome():
    with pytest.raises(UnreadableFile) as refusal:
        read_table(computed(), "a.xlsx", formulas=False)
    assert (refusal.value.code, refusal.value.sentence.values) == ("file.formula", {"cell": "B20001"})
    assert len(read_table(computed(), "a.xlsx").rows) == 20_000


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        pytest.param(lambda: b"", "a.xlsx", "file.empty", id="empty"),
        pytest.param(lambda: b"\n \n", "a.csv", "file.empty", id="blank"),
        pytest.param(lambda: "姓名,成绩".encode(), "a.xlsx", "file.not-xlsx", id="text-renamed"),
        pytest.param(lambda: b"PK\x03\x04 nonsense", "a.xlsx", "file.broken", id="broken"),
        pytest.param(lambda: workbook(), "a.xlsx", "file.empty", id="no-filled-sheet"),
        pytest.param(lambda: b"\xd0\xcf\x11\xe0", "a.xls", "file.old-excel", id="old-excel"),
        pytest.param(lambda: b"%PDF-1.7", "a.pdf", "file.kind", id="another-kind"),
        pytest.param(lambda: b"\xff\xfe\xff", "a.csv", "file.encoding", id="no-text"),
        pytest.param(lambda: b'a,b\n"open,1\n', "a.csv", "file.csv", id="open-quote"),
        pytest.param(bomb, "a.xlsx", "file.bomb", id="zip-bomb"),
        pytest.param(wide, "a.xlsx", "file.rows", id="a-million-empty-rows"),
        pytest.param(lambda: with_part("xl/vbaProject.bin"), "a.xlsm", "file.macros", id="macros"),
    ],
)
def test_each_bad_file_gets_its_sentence(content, name, code):
    with pytest.raises(UnreadableFile) as refusal:
        read_table(content(), name)
    assert refusal.value.code == code


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(["a.csv", "a.xlsx", "a.tsv"]))
def test_no_bytes_break_it_otherwise(content, name):
    with contextlib.suppress(UnreadableFile):
        read_table(content, name)
