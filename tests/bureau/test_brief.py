"""The brief on the page and in Word, for the bureau and for publication."""

import io
import re
from datetime import date, timedelta

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import insert

from examprep.app.schema import load_data
from examprep.bureau import brief, publishing, stating
from examprep.bureau.rules.statements import TARGET_PASSED
from examprep.exams.models import TallyRow
from examprep.kernel.errors import NotFound, RuleViolation

YEARS = {2024: (180, 152, 47), 2025: (521, 447, 90)}


@pytest.fixture
def county(runtime, world):
    """Two exam years of ann's agency in one county, and a target."""
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
        for year, (registered, sat, passed) in YEARS.items():
            session.execute(
                insert(TallyRow).values(
                    year=year, organisation_id=world.organisations["ann_agency"], region_code="520526", level="ASW",
                    again=False, trained=False, registered=registered, approved=registered - 3, sat=sat, passed=passed,
                )
            )  # fmt: skip
        stating.state(
            session, world.actor(session, "ann_officer"), unit=world.organisations["ann_county"], kind=TARGET_PASSED,
            holds_from=date(2025, 1, 1), value=100, precision="exact", source="计划", now=runtime.clock.now(),
            today=runtime.clock.today(),
        )  # fmt: skip


@pytest.fixture
def published(runtime, world, county):
    with runtime.database.write() as session:
        officer, now = world.actor(session, "ann_officer"), runtime.clock.now()
        asked = publishing.Asked(world.organisations["ann_county"], 0, [2024, 2025])
        number = publishing.keep(
            session, officer, publishing.draft(session, officer, asked, today=runtime.clock.today()), now=now
        )
        publishing.publish(session, officer, number, now=now + timedelta(minutes=1))
        return number


@pytest.fixture
def made(runtime, world, county):
    def go(make=brief.brief, unit="ann_county", year=2025):
        with runtime.database.read() as session:
            officer = world.actor(session, "ann_officer")
            return make(session, officer, world.organisations[unit], year, today=runtime.clock.today())

    return go


def test_the_year_of_a_county(made):
    found = made()
    assert found.as_of == date(2025, 12, 31)
    assert [(year.year, year.registered, year.approved, year.passed) for year in found.years] == [
        (2024, 180, 177, 47), (2025, 521, 518, 90),
    ]  # fmt: skip
    assert [stock.day.year for stock in found.stocks] == [2021, 2022, 2023, 2024, 2025]
    assert [(plan.actual, plan.done) for plan in found.plans] == [(90, 90.0)]


def test_a_year_without_registrations_says_so(made, published):
    assert str(made(year=2023).sentences[0]) == "No registrations of 2023 are on file."
    assert [str(one) for one in made(brief.for_publication, year=2023).sentences] == []  # they may only be unpublished


def test_another_bureaus_unit_is_not_there(made):
    with pytest.raises(NotFound):
        made(unit="bob_county")


def test_for_publication_there_must_be_published_tables(made):
    with pytest.raises(RuleViolation) as refused:
        made(brief.for_publication)
    assert refused.value.code == "bureau.unpublished"


def test_for_publication_only_what_is_public_is_said(made, published, runtime, world):
    found = made(brief.for_publication)
    assert [(year.registered, year.approved, year.passed) for year in found.years] == [(180, None, 47), (521, None, 90)]
    assert (found.met, found.mean_minutes, found.awarded, found.awarded_in_all) == (None, None, None, None)
    assert [plan.actual for plan in found.plans] == [90]
    assert (found.trained, found.workers) == (None, None)
    # Three more passed since: the brief for the bureau says so, the one for publication does not.
    with runtime.database.write() as session:
        session.execute(TallyRow.__table__.update().where(TallyRow.year == 2025).values(passed=93))
    assert made().years[-1].passed == 93
    found = made(brief.for_publication)
    assert found.years[-1].passed == 90
    assert found.plans == []


@pytest.fixture
def page(sign_in, world, county):
    def go(query="", language="en", name="brief"):
        officer = sign_in("ann_officer")
        officer.post("/language", data={"language": language})
        return officer.get(f"/bureau/{name}?unit={world.organisations['ann_county']}&year=2025{query}")

    return go


def test_the_page_says_it_in_both_languages(page):
    english = " ".join(re.sub(r"<[^>]+>", " ", page().text).split())
    assert "521 persons registered, against 180 the year before (+189.4%)" in english
    assert "fell by 8.8 points" in english
    assert "As of 31 Dec 2025" in english
    chinese = page(language="zh").text
    assert "2025年12月31日" in chinese
    assert "17.3%" in chinese


def texts(document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_word_file(page, language):
    answer = page(language=language, name="brief.docx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    document = Document(io.BytesIO(answer.data))
    said = texts(document)
    for figure in ("521", "180", "90", "47", "17.3%", "26.1%", "90/521"):
        assert figure in said
    for name, font in (("Normal", "仿宋"), ("Title", "黑体"), ("Heading 1", "黑体")):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    pictures = document.inline_shapes
    assert len(pictures) == 2
    assert all(shape._inline.docPr.get("descr") for shape in pictures)
    assert ("报考" in said) is (language == "zh")
    assert len(document.tables) == 3


def test_the_word_file_for_publication(page, published):
    said = texts(Document(io.BytesIO(page("&public=yes", name="brief.docx").data)))
    assert "For publication: counts of fewer than 10 persons" in said
    assert "518" not in said  # approvals are not public


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("year=1999", 404),
        ("year=9999", 404),
        ("year=x", 200),
        ("unit=9999999", 404),
        ("unit=%00", 200),
        ("public=%27", 200),
    ],
)
def test_hostile_questions(sign_in, county, query, status):
    officer = sign_in("ann_officer")
    assert officer.get(f"/bureau/brief?{query}").status_code == status
    assert officer.get(f"/bureau/brief.docx?{query}").status_code == status


def test_who_reads_it(sign_in, county, client):
    assert sign_in("ann_trainer").get("/bureau/brief").status_code == 403
    assert client.get("/bureau/brief").status_code == 303


def test_without_published_tables_the_page_says_so(page):
    assert page("&public=yes").status_code == 422
