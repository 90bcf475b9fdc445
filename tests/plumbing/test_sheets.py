"""Files that people send: what is read, and what each bad one is told."""

import contextlib
import io
import zipfile
from datetime import date

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from examprep.plumbing.sheets import Row, Rows, read_table
from examprep.plumbing.unreadable import UnreadableFile

HEADS = ["姓名", "身份证号", "成绩"]


OLE_WITH_MACROS = b"\xd0\xcf\x11\xe0" + "_VBA_PROJECT".encode("utf-16-le")


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


def test_days_are_the_same_in_a_workbook_that_counts_from_1904():
    book, buffer = Workbook(), io.BytesIO()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["出生日期"])
    book.active.append([date(1990, 5, 6)])
    book.save(buffer)
    old, other = xlwt.Workbook(), io.BytesIO()
    old.dates_1904 = True
    sheet = old.add_sheet("甲")
    sheet.write(0, 0, "出生日期")
    sheet.write(1, 0, date(1990, 5, 6), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    old.save(other)
    for name, content in {"a.xlsx": buffer, "a.xls": other}.items():
        (row,) = read_table(content.getvalue(), name).rows
        assert list(row.cells) == ["1990-05-06"]


def test_row_numbers_are_those_of_the_spreadsheet():
    table = read_table(workbook([], HEADS, ["a"], [], ["b"]), "a.xlsx")
    assert [row.number for row in table.rows] == [3, 5]


def test_rows_that_are_kept_small_are_as_they_were():
    odd = [Row(3, ["镕基", "", "59.5"]), Row(9, ["", "", "a\x1fb"]), Row(10, ["\x1f\x00", "x", "\ud800"])]
    rows = [*odd, *(Row(number, [str(number), "", "甲"]) for number in range(11, 2_000)), Row(2**31, ["最后", "", ""])]
    kept = Rows(rows)
    for _ in range(2):  # they are gone through as often as one likes
        assert [(row.number, list(row.cells)) for row in kept] == [(row.number, row.cells) for row in rows]
    assert len(kept) == len(rows)
    for at in (0, 511, 512, 1023, len(rows) - 1, -1, -len(rows)):
        assert kept[at] == rows[at] == kept.numbered(rows[at].number)
    assert kept[508:516] == rows[508:516]
    for outside in (len(rows), -len(rows) - 1):
        with pytest.raises(IndexError):
            kept[outside]
    for at in range(3):
        assert list(kept.column(at)) == [row.cells[at] for row in rows]


def test_the_first_filled_sheet_is_read():
    assert read_table(workbook(HEADS, ["a"], sheet=1), "a.xlsx").heads == tuple(HEADS)


def sheets(*named, hidden=()) -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    book.remove(book.active)
    for title, rows in named:
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
        for row in rows:
            sheet.append(row)
    book.save(buffer)
    return buffer.getvalue()


FILLED, OTHER = [HEADS, ["张三", "x", 1]], [HEADS, ["李四", "y", 2]]
REMARKS = [["填表说明"], ["姓名", "必填"], ["身份证号", "十八位"]]


@pytest.mark.parametrize(
    ("content", "name", "unread"),
    [
        pytest.param(sheets(("说明", REMARKS), ("数据", FILLED)), "张三", (), id="after-remarks"),
        pytest.param(sheets(("旧", OTHER), ("数据", FILLED), hidden=["旧"]), "张三", (), id="not-the-hidden-one"),
        pytest.param(sheets(("注", [["无"]]), ("数据", FILLED), hidden=["数据"]), "张三", (), id="hidden-but-alone"),
        pytest.param(sheets(("一", FILLED), ("二", OTHER), ("三", REMARKS)), "张三", ("二",), id="one-of-two"),
        pytest.param(sheets(("一", FILLED), ("二", OTHER), hidden=["二"]), "张三", (), id="the-other-hidden"),
    ],
)
def test_the_sheet_with_such_a_head_is_read_and_others_are_named(content, name, unread):
    table = read_table(content, "a.xlsx", knows=HEADS.__contains__)
    assert ([row.cells[0] for row in table.rows], table.unread) == ([name], unread)


def test_a_cell_merged_down_stands_in_each_of_its_rows():
    book, buffer = Workbook(), io.BytesIO()
    sheet = book.active
    for row in (
        [None, "成绩单"],
        [None, *HEADS],
        [None, "张三", "x", 1],
        [None, None, None, 2],
        [None, "李四", "y", 3],
    ):
        sheet.append(row)
    for cells in ("B1:D1", "B3:B4", "C3:C4"):
        sheet.merge_cells(cells)
    book.save(buffer)
    table = read_table(buffer.getvalue(), "a.xlsx", knows=HEADS.__contains__)
    assert [(row.number, list(row.cells[-3:])) for row in table.rows] == [
        (3, ["张三", "x", "1"]),
        (4, ["张三", "x", "2"]),
        (5, ["李四", "y", "3"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("姓名;身份证号;成绩\n张三;x;1\n", id="semicolons"),
        pytest.param("sep=;\r\n姓名;身份证号;成绩\r\n张三;x;1\r\n", id="as-excel-says"),
        pytest.param('姓名,身份证号,成绩\n张三,="x",1\n', id="kept-as-text"),
        pytest.param("成绩单\n姓名\t身份证号\t成绩\n张三\tx\t1\n", id="tabs-below-a-title"),
    ],
)
def test_csv_as_systems_write_it(text):
    table = read_table(text.encode("gb18030"), "a.csv", knows=HEADS.__contains__)
    assert (table.heads, [list(row.cells) for row in table.rows]) == (tuple(HEADS), [["张三", "x", "1"]])


def test_semicolons_in_cells_part_no_columns():
    text = "姓名,科目\n张三,综合能力;实务;法规与政策\n李四,综合能力;实务;法规与政策\n"
    assert read_table(text.encode(), "a.csv").heads == ("姓名", "科目")


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
        pytest.param(lambda: b"\xd0\xcf\x11\xe0", "a.xls", "file.broken", id="broken-old-excel"),
        pytest.param(lambda: b"\xd0\xcf\x11\xe0", "a.xlsx", "file.broken", id="locked-by-a-password"),
        pytest.param(lambda: b"<html><table><tr>", "a.xls", "file.web-page", id="a-web-page-named-xls"),
        pytest.param(lambda: OLE_WITH_MACROS, "a.xls", "file.macros", id="macros-in-old-excel"),
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


def old_workbook(*rows):
    book, buffer = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    sheet = book.add_sheet("Sheet1")
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell)
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: old_workbook(HEADS, ["张三", "x", 59.5]), id="excel-97"),
        pytest.param(lambda: workbook(HEADS, ["张三", "x", 59.5]), id="a-new-one-renamed"),
        pytest.param(lambda: "姓名\t身份证号\t成绩\n张三\tx\t59.5\n".encode("gb18030"), id="text-of-another-system"),
    ],
)
def test_old_excel_files_in_all_their_kinds(content):
    table = read_table(content(), "a.xls")
    assert (table.heads, list(table.rows[0].cells)) == (tuple(HEADS), ["张三", "x", "59.5"])
    with pytest.raises(UnreadableFile, match="old Excel"):
        read_table(content(), "a.xls", formulas=False)


KNOWN = {"姓名", "证件号码", "级别", "成绩", "综合能力", "实务"}


@pytest.mark.parametrize(
    ("rows", "heads", "cells"),
    [
        pytest.param([["姓名", "证件号码"], ["甲", "1"]], ("姓名", "证件号码"), [["甲", "1"]], id="plain"),
        pytest.param(
            [["2025年度成绩表"], ["单位：某局", "", "日期：2025-08-01"], ["姓名", "证件号码"], ["甲", "1"]],
            ("姓名", "证件号码"),
            [["甲", "1"]],
            id="titles-above",
        ),
        pytest.param(
            [["表一"], ["姓名", "证件号码", "成绩", ""], ["", "", "综合能力", "实务"], ["甲", "1", "60", "59"]],
            ("姓名", "证件号码", "综合能力", "实务"),
            [["甲", "1", "60", "59"]],
            id="head-of-two-rows",
        ),
        pytest.param(
            [["考生信息", "", "各科"], ["姓名", "证件号码", "综合能力", "实务"], ["甲", "1", "60", "59"]],
            ("姓名", "证件号码", "综合能力", "实务"),
            [["甲", "1", "60", "59"]],
            id="groups-above",
        ),
        pytest.param(
            [["姓名", "证件号码"], ["甲", "1"], ["姓名", "证件号码"], ["乙", "2"], ["合计", "2"], ["制表人：丙", ""]],
            ("姓名", "证件号码"),
            [["甲", "1"], ["乙", "2"]],
            id="head-again-sums-and-signatures",
        ),
        pytest.param(
            [
                ["姓名", "证件号码"],
                ["合小明", "1"],
                ["共青团", "2"],
                ["小计", "2"],
                ["共2人", ""],
                ["注：缺考记-1", ""],
            ],
            ("姓名", "证件号码"),
            [["合小明", "1"], ["共青团", "2"]],
            id="persons-whose-names-begin-so",
        ),
        pytest.param([["甲", "乙"], ["丙", "丁"]], ("甲", "乙"), [["丙", "丁"]], id="nothing-is-known"),
    ],
)
def test_a_head_lies_where_the_known_words_are(rows, heads, cells):
    table = read_table(workbook(*rows), "a.xlsx", knows=KNOWN.__contains__)
    assert table.heads == heads
    assert [list(row.cells) for row in table.rows] == cells
    assert len(table.rows) + len(table.left_out) <= len(rows)


def test_rows_that_are_left_out_are_told():
    table = read_table(workbook(["姓名"], ["甲"], ["合计"]), "a.xlsx", knows=KNOWN.__contains__)
    assert [(row.number, row.cells[0]) for row in table.left_out] == [(3, "合计")]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(["a.csv", "a.xlsx", "a.tsv", "a.xls"]))
def test_no_bytes_break_it_otherwise(content, name):
    with contextlib.suppress(UnreadableFile):
        read_table(content, name)
