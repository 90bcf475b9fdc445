"""The pages: figures and their persons, lines, one's own results; and who may not see them."""

import html
import re

import pytest

from examprep.exams import cohorts
from examprep.exams.actions import mark_trained, outcomes_of


@pytest.fixture
def county(office, again):
    """2024: 4 registered, 2 passed. 2025: 10 registered, 3 passed: more passed, a smaller share."""
    again(office.runtime, "two years", lambda: two_years(office))
    return office


def two_years(office):
    office.register(201, 202, 203, 204, year=2024)
    office.mark({201: (60, "", 60), 202: (60, "", 61), 203: (40, "", 40), 204: (-1, "", -1)}, year=2024)
    office.register(*range(301, 311), year=2025)
    office.mark({n: (60, "", 60 if n < 304 else 30) for n in range(301, 309)}, year=2025)


def english(client):
    client.post("/language", data={"language": "en"})
    return client


def test_rates_name_their_denominator_and_warn(county, sign_in):
    page = english(sign_in("ann_officer")).get("/exams/").text
    assert "30.0%" in page
    assert "3/10" in page
    assert "+50.0%" in page
    assert "−20.0 percentage points" in page
    assert "passes rose from 2 to 3" in page
    assert "registrations grew faster" in page
    assert "<svg" in page
    sat = english(sign_in("ann_officer")).get("/exams/?base=sat").text
    assert "3/8" in sat


def test_who_was_approved_and_who_came_are_shares_of_their_own(county, sign_in):
    """审核通过率 is of those registered, 参考率 of those approved."""
    client = english(sign_in("ann_officer"))
    page = client.get("/exams/").text
    assert "100.0% of those registered" in page
    assert "80.0% of those approved" in page
    heads, latest, *_ = client.get("/exams/?export=csv").text.splitlines()
    assert "Sat, of those approved" in heads
    assert "80.0" in latest


def links_beside(page, words):
    """The addresses in the cells that show these figures."""
    found = re.findall(r'href="([^"]*)"[^>]*>\s*([^<]*?)\s*(?:<span[^>]*>([^<]*)</span>)?\s*</a>', page)
    return [html.unescape(at) for at, *shown in found if words in " ".join(shown)]


def test_a_rate_in_the_end_and_of_the_trained_opens_its_persons(county, sign_in):
    with county.runtime.database.write() as session:
        for order in (301, 304, 305):
            mark_trained(session, county.person_id(order), 2025)
    client = english(sign_in("ann_officer"))
    [within] = {at for at in links_beside(client.get("/exams/in-the-end").text, "3/10") if "needed=1" in at}
    assert "1–3 of 3" in client.get(within).text
    page = client.get("/exams/training").text
    [trained] = links_beside(page, "1/3")
    assert "1–3 of 3" in client.get(trained).text
    [untrained] = links_beside(page, "2/5")
    assert "1–5 of 5" in client.get(untrained).text


def test_a_cohort_of_a_class_that_is_gone_hides_no_other(county, sign_in):
    """Side by side the cohorts of colleagues stand as well, and one may rest on a class that was cancelled."""
    with county.runtime.database.write() as session:
        officer = county.world.actor(session, "ann_officer")
        for name, filters in (("of a class", {"class": "999999"}), ("assistants", {"level": "ASW"})):
            cohorts.save_filter(session, officer, name, "", filters, now=county.runtime.clock.now())
    answer = sign_in("ann_officer").get("/exams/groups?by=cohort")
    assert answer.status_code == 200
    assert "3/10" in answer.text


def test_rates_are_bounded_by_organisation(county, sign_in):
    assert "No registrations yet" in english(sign_in("bob_officer")).get("/exams/").text
    assert "3/10" in sign_in("province_officer").get("/exams/").text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("region=520526", True), ("region=520500", True), ("region=520000", True), ("region=520502", False),
        ("level=ASW", True), ("level=SW", False), ("trained=no", True), ("trained=yes", False),
        ("returning=yes", False), ("region=nonsense&level=&organisation=x&base=none", True),
    ],
)  # fmt: skip
def test_filters(county, sign_in, query, shown):
    assert ("3/10" in sign_in("ann_officer").get(f"/exams/?{query}").text) is shown


def test_filter_by_organisation(county, sign_in, world):
    client = sign_in("province_officer")
    for name, shown in (("prefecture", True), ("ann_county", True), ("ann_agency", False), ("bob_county", False)):
        assert ("3/10" in client.get(f"/exams/?organisation={world.organisations[name]}").text) is shown


def test_a_figure_leads_to_its_persons(county, sign_in):
    client = english(sign_in("ann_officer"))
    passed = client.get("/exams/persons?year=2025&figure=passed").text
    assert "考生303" in passed
    assert "考生304" not in passed
    assert "520526**********" in passed
    assert "1–8 of 8" in client.get("/exams/persons?year=2025&figure=sat").text
    assert "考生305" in client.get("/exams/persons?q=考生305").text
    export = client.get("/exams/persons?year=2025&figure=passed&export=csv").data.decode("utf-8-sig")
    assert export.count("考生") == 3
    assert "Passed" in export
    assert "考生3" not in sign_in("bob_officer").get("/exams/persons?year=2025").text


def test_rates_are_downloaded(county, sign_in):
    text = english(sign_in("ann_officer")).get("/exams/?export=csv").data.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("2025,10,150.0,10,100.0%,8,166.7,80.0%,3,50.0,30.0%,registered,")
    assert sign_in("ann_officer").get("/exams/?export=xlsx").data.startswith(b"PK")


@pytest.mark.parametrize("address", ["/exams/", "/exams/persons"])
def test_a_page_takes_the_same_number_of_statements_for_more_rows(office, sign_in, heard, address):
    client = sign_in("ann_officer")
    office.register(*range(201, 230))  # a list that goes on beyond its first page is counted
    with heard() as few:
        client.get(address)
    office.register(*range(301, 340))
    office.register(*range(401, 440), level="中级", year=2024)
    with heard() as many:
        client.get(address)
    assert many == few != []


def test_training_is_counted_whenever_it_becomes_known(county, sign_in):
    with county.runtime.database.write() as session:
        mark_trained(session, county.person_id(301), 2025)
        mark_trained(session, county.person_id(301), 2025)
        mark_trained(session, county.person_id(201), 2026)
    client = sign_in("ann_officer")
    assert "1/1" in client.get("/exams/?trained=yes").text
    county.register(201, year=2026)
    with county.runtime.database.write() as session:
        mark_trained(session, county.person_id(301), 2025, trained=False)
    page = client.get("/exams/persons?trained=yes").text
    assert "考生201" in page
    assert "考生301" not in page


def test_one_person_for_officers_of_the_place(county, sign_in):
    address = f"/exams/persons/{county.person_id(301)}"
    page = english(sign_in("ann_officer")).get(address)
    assert "Both subjects were passed in 2025." in page.text
    assert english(sign_in("province_officer")).get(address).status_code == 200
    assert sign_in("bob_officer").get(address).status_code == 404
    assert sign_in("ann_trainer").get(address).status_code == 403


@pytest.mark.parametrize("path", ["", "persons", "import", "lines", "lines/new"])
def test_who_is_let_in(world, office, sign_in, client, path):
    assert client.get(f"/exams/{path}").status_code == 303
    assert sign_in("ann_officer").get(f"/exams/{path}").status_code == 200
    assert sign_in("ann_candidate").get(f"/exams/{path}").status_code == 403


def test_ones_own_results(office, sign_in, world):
    office.who = "province_officer"
    from tests.exams.files import REGISTRATION, upload
    from tests.factories import resident_id

    number = resident_id(2).number  # ann_candidate
    assert "No exams on file" in english(sign_in("ann_candidate")).get("/exams/mine").text
    office.bring(office.registrations, upload(REGISTRATION, [("ann_candidate", number, "初级", "", "通过")]))
    rows = [("ann_candidate", number, 55, "", 72.5)]
    office.bring(office.results, upload(("姓名", "身份证号", "综合能力", "法规与政策", "实务"), rows))
    page = english(sign_in("ann_candidate")).get("/exams/mine").text
    assert "72.5 points" in page
    assert "regional line 53" in page
    assert "holds in that region alone" in page
    assert "72.5" not in sign_in("ann_trainer").get("/exams/mine").text


LINE = {"year": "2025", "level": "ASW", "subject": "", "region": "520526", "points": "29.5", "source": "A notice",
        "certainty": "H", "published_on": "2026-03-01"}  # fmt: skip


def test_a_late_line_changes_outcomes_and_says_whose(county, sign_in):
    client = english(sign_in("ann_officer"))
    answer = client.post("/exams/lines/new", data=LINE)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "1–5 of 5" in page
    assert "考生304" in page
    assert "8/10" in client.get("/exams/").text
    assert "考生304" not in english(sign_in("bob_officer")).get(answer.headers["Location"]).text
    assert "Passed (regional line)" in client.get(answer.headers["Location"] + "?export=csv").data.decode("utf-8-sig")
    assert "A notice" in client.get("/exams/lines?q=notice").text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"region": "520502"}, "your own organisations", id="another-region"),
        pytest.param({"region": "520500"}, "your own organisations", id="a-larger-region"),
        pytest.param({"region": ""}, "administrator", id="national"),
        pytest.param({"region": "12"}, "Six digits", id="code"),
        pytest.param({"points": "53.25"}, "half a point", id="quarter"),
        pytest.param({"points": "101"}, "at most at 100", id="too-high"),
        pytest.param({"points": "nan"}, "Not a valid decimal", id="nan"),
        pytest.param({"subject": "sw-practice"}, "no such subject", id="subject"),
        pytest.param({"published_on": "2026-04-02"}, "future", id="future"),
        pytest.param({"source": ""}, "required", id="no-source"),
    ],
)
def test_lines_that_are_refused(office, sign_in, change, says):
    answer = english(sign_in("ann_officer")).post("/exams/lines/new", data={**LINE, **change})
    assert answer.status_code == 422
    assert says in answer.text


def test_only_an_administrator_adds_a_national_line(county, sign_in):
    client = sign_in("ann_administrator")
    answer = client.post("/exams/lines/new", data={**LINE, "region": ""})
    assert answer.status_code == 303
    assert client.get(answer.headers["Location"]).status_code == 200
    assert "考生" not in client.get(answer.headers["Location"]).text


def test_verify_finds_and_mends(county):
    from sqlalchemy import update

    from examprep.exams.models import OutcomeRow, TallyRow

    with county.runtime.database.write() as session:
        session.execute(update(TallyRow).values(passed=99))
        session.execute(update(OutcomeRow).where(OutcomeRow.person_id == county.person_id(301)).values(qualified=False))
    found = county.differences(repair=True)
    assert any("qualified is False, should be True" in line for line in found)
    assert any(line.startswith("tally") for line in found)
    assert county.differences() == []


def test_upload_pages(office, sign_in):
    from io import BytesIO

    client = english(sign_in("ann_officer"))
    assert "Choose the exam year" in client.get("/imports/exam-registrations").text
    assert client.get("/imports/exam-results/template.xlsx").data.startswith(b"PK")
    for name, content, says in (
        ("x.xlsx", b"plain text", "not an Excel workbook"),
        ("x.csv", b"", "is empty"),
        ("x.csv", "姓名,备注\n甲,乙\n".encode(), "lacks the columns"),
    ):
        data = {"file": (BytesIO(content), name), "options-year": "2025"}
        answer = client.post("/imports/exam-registrations", data=data)
        assert answer.status_code == 422
        assert says in answer.text


def test_outcomes_of_nobody(office):
    with office.runtime.database.read() as session:
        assert outcomes_of(session, 999_999) == ()
