"""An officer brings in a year's registrations and results, reads the figures, and takes it all back."""

import io
import re

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from tests.factories import resident_id
from tests.journeys.conftest import zh

YEAR = "2023"  # a year whose lines were the same everywhere
ASSISTANTS, INTERMEDIATES = 10, 2
REGISTRATION = ("姓名", "身份证号", "级别", "审核状态")
RESULT = ("姓名", "身份证号", "级别", "综合能力", "法规与政策", "实务")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Assistants: four passed, four sat and failed, one was absent from both papers, one was not approved and is in no file.
MARKS = [(60, 60), (60.5, 71), (88, 90), (100, 60), (59.5, 80), (30, 30), (70, -1), (0, 60), (-1, -1)]
INTERMEDIATE_MARKS = [(60, 61, 62), (60, 59, 60)]


def workbook(heads, rows) -> dict[str, object]:
    """A file as a person would make it, for an upload field."""
    book, kept = Workbook(), io.BytesIO()
    for row in (heads, *rows):
        book.active.append(row)
    book.save(kept)
    return {"name": "名单.xlsx", "mimeType": XLSX, "buffer": kept.getvalue()}


class Candidates:
    """Twelve people of one county's file."""

    def __init__(self, first: int, region: str) -> None:
        count = ASSISTANTS + INTERMEDIATES
        numbers = [resident_id(first + n, region=region).number for n in range(count)]
        self.people = [(f"考生{n:02d}", number) for n, number in enumerate(numbers, 1)]

    def registrations(self) -> list[tuple[object, ...]]:
        levels = ["初级"] * ASSISTANTS + ["中级"] * INTERMEDIATES
        approved = ["通过"] * (ASSISTANTS - 1) + ["不通过"] + ["通过"] * INTERMEDIATES
        return [(*who, *rest) for who, *rest in zip(self.people, levels, approved, strict=True)]

    def results(self) -> list[tuple[object, ...]]:
        rows = [(*who, "初级", a, None, b) for who, (a, b) in zip(self.people, MARKS, strict=False)]
        return rows + [
            (*who, "中级", *marks) for who, marks in zip(self.people[ASSISTANTS:], INTERMEDIATE_MARKS, strict=True)
        ]


@pytest.fixture
def candidates(size):
    return {"phone": Candidates(500, "520526"), "desktop": Candidates(600, "520502")}[size]


def persons(*counts: int) -> list[str]:
    return [f"{count} {zh('persons')}" for count in counts]


def send(officer, name: str, file: dict[str, object]):
    page = officer.open(f"/imports/{name}")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("[name=options-year]").select_option(YEAR)
    page.get_by_role("button", name=zh("Check the file")).click()
    page.wait_for_url("**/imports/batch/*")
    return page


def test_a_years_results_from_the_file_to_the_rate_and_back(device, served, size, county, candidates):
    officer = device(size)
    page = officer.sign_in(f"{county}_officer", served.world.password)

    # A file with two bad rows writes nothing and gives exactly those two back.
    rows = candidates.registrations()
    name, number, *rest = rows[2]
    bad = [*rows[:2], (name, number[:-1] + ("0" if number[-1] != "0" else "1"), *rest), *rows[3:]]
    bad[5] = (*rows[5][:2], "特级", "通过")
    send(officer, "exam-registrations", workbook(REGISTRATION, bad))
    expect(page.get_by_text(zh("%(count)s problems. Nothing was imported.", count=2))).to_be_visible()
    listed_rows = page.get_by_role("region", name=zh("Rows of the file")).locator("tbody tr")
    expect(listed_rows).to_have_count(12)
    for place, (number, column) in enumerate((("4", "身份证号"), ("7", "级别"))):  # what is wrong comes first
        expect(listed_rows.nth(place).get_by_role("rowheader")).to_have_text(number)
        expect(listed_rows.nth(place)).to_contain_text(f"{column}：")
        expect(listed_rows.nth(place)).to_contain_text(zh("Row refused"))
    expect(listed_rows.nth(1)).to_contain_text("特级")
    officer.check_width()
    with page.expect_download() as fetching:
        page.get_by_role("link", name=zh("Download the failed rows")).click()
    found = load_workbook(io.BytesIO(fetching.value.path().read_bytes())).active
    listed = list(found.iter_rows(values_only=True))
    assert listed[0][:4] == REGISTRATION
    assert [row[:4] for row in listed[1:]] == [bad[2], bad[5]]
    assert all(row[4] for row in listed[1:])
    officer.open("/exams/")
    expect(page.locator(".figure-box")).to_have_count(0)

    # Mended, the dry run says what it would do; then it is done.
    send(officer, "exam-registrations", workbook(REGISTRATION, rows))
    expect(page.get_by_text(zh("The file is right."))).to_be_visible()
    expect(page.locator(".figure-value").first).to_have_text("12")
    officer.check_width()
    page.get_by_role("button", name=zh("Import %(count)s rows", count=12)).click()
    expect(page.get_by_role("status")).to_contain_text("12")
    registrations = page.url
    send(officer, "exam-results", workbook(RESULT, candidates.results()))
    expect(page.get_by_text(zh("The file is right."))).to_be_visible()
    page.get_by_role("button", name=zh("Import %(count)s rows", count=11)).click()
    expect(page.get_by_text(zh("Undo this import")).first).to_be_visible()
    results = page.url

    officer.open("/exams/")
    figures = page.locator(".figure-box")
    values = figures.locator(".figure-value")
    expect(values).to_have_text([*persons(12, 11, 10, 5), "41.7%"])
    expect(figures.last).to_contain_text(zh("Pass rate, of those who %(base)s", base=zh("registered")))
    expect(figures.last).to_contain_text(re.compile(r"5 ÷ \D+12"))
    expect(page.locator("figure svg").first).to_be_visible()
    officer.check_width()
    page.locator("#base").select_option("sat")
    page.get_by_role("button", name=zh("Show")).click()
    expect(values.last).to_have_text("50.0%")
    expect(figures.last).to_contain_text(zh("Pass rate, of those who %(base)s", base=zh("sat")))

    page.locator("#base").select_option("registered")
    page.locator("#level").select_option("SW")
    page.get_by_role("button", name=zh("Show")).click()
    expect(values).to_have_text([*persons(2, 2, 2, 1), "50.0%"])
    figures.nth(3).get_by_role("link").click()
    expect(page.locator("table.table-list tbody tr")).to_have_count(1)
    expect(page.locator("table.table-list tbody tr")).to_contain_text("考生11")
    officer.check_width()

    for batch in (results, registrations):
        page.goto(batch)
        page.locator("summary", has_text=zh("Undo this import")).click()
        page.locator(".confirm-box button").click()
        expect(page.get_by_text(zh("This import was undone."))).to_be_visible()
    officer.open("/exams/")
    expect(page.locator(".figure-box")).to_have_count(0)
