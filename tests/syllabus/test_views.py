"""The administrator mends the syllabus; nobody else."""

from datetime import date

import pytest
from sqlalchemy import func, select

from examprep.people.models import AuditEventRow
from examprep.syllabus import actions
from examprep.syllabus.loading import load_data


@pytest.fixture
def client(database, sign_in):
    with database.write() as session:
        load_data(session, date(2026, 4, 1))
    return sign_in("ann_administrator")


@pytest.fixture
def tree(database, client):
    def go(subject="asw-practice", version="2025", **more):
        with database.read() as session:
            return actions.chapters(session, subject, version, **more)

    return go


@pytest.fixture
def trail(database):
    def go(act):
        with database.read() as session:
            return session.scalar(select(func.count()).where(AuditEventRow.act == act))

    return go


def test_formats_trees_and_dates_are_shown(client):
    page = client.get("/syllabus/").text
    assert "社会工作法规与政策" in page
    assert "/syllabus/trees/ssw-practice/2025" in page
    assert "人民信访工作领域社会工作服务" in client.get("/syllabus/trees/asw-practice/2025").text
    assert "2027" in client.get("/syllabus/dates?year=2027").text
    assert client.get("/syllabus/trees/asw-practice/1999").status_code == 404
    assert client.get("/syllabus/trees/nothing/2025").status_code == 404


@pytest.mark.parametrize("path", ["/syllabus/trees/asw-practice/2025", "/syllabus/dates"])
def test_lists_are_exported_as_filtered(client, path):
    answer = client.get(f"{path}?export=csv&q=zzz")
    assert answer.mimetype == "text/csv"
    assert answer.data.count(b"\n") == 1


def test_a_chapter_is_mended_and_stays_mended(client, tree, database, trail):
    chapter = tree()[4]
    data = {"zh": "新名", "en": "New", "low": "5", "high": "7.5", "certainty": "M"}
    assert client.post(f"/syllabus/chapters/{chapter.id}", data=data).status_code == 303
    with database.write() as session:
        load_data(session, date(2026, 4, 1))
    found = tree()[4]
    assert (found.names, found.weight_low, found.weight_high) == ({"zh": "新名", "en": "New"}, 10, 15)
    assert (found.certainty, found.edited) == ("M", True)
    assert trail("syllabus.chapter-edited") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"low": "9", "high": "3"}, id="upper-below-lower"),
        pytest.param({"low": "1.3"}, id="not-half-points"),
        pytest.param({"zh": ""}, id="no-name"),
        pytest.param({"certainty": "X"}, id="certainty"),
    ],
)
def test_what_cannot_be_is_refused(client, tree, wrong):
    chapter = tree()[4]
    data = {"zh": "新名", "en": "", "low": "5", "high": "7", "certainty": "M", **wrong}
    assert client.post(f"/syllabus/chapters/{chapter.id}", data=data).status_code == 422
    assert tree()[4] == chapter


def test_a_chapter_is_added_retired_and_restored(client, tree, trail):
    new = {"number": "16", "zh": "数字社会", "en": "", "low": "", "high": "", "certainty": "L", "source": "通知"}
    path = "/syllabus/trees/asw-practice/2025/add"
    assert client.post(path, data=new).status_code == 303
    assert client.post(path, data=new).status_code == 422  # the number is taken
    chapter = next(c for c in tree() if c.number == "16")
    assert client.post(f"/syllabus/chapters/{chapter.id}/retire").status_code == 303
    assert "16" not in [c.number for c in tree()]
    assert client.post(f"/syllabus/chapters/{chapter.id}/restore").status_code == 303
    assert "16" in [c.number for c in tree()]
    assert [trail(f"syllabus.chapter-{act}") for act in ("added", "retired", "restored")] == [1, 1, 1]


def test_the_pseudo_chapters_stay(client, tree):
    beyond = tree()[-1]
    assert client.post(f"/syllabus/chapters/{beyond.id}/retire").status_code == 422
    assert tree()[-1].kind == "beyond"


def test_a_part_of_a_paper_is_mended(client, database, trail):
    with database.read() as session:
        part = actions.paper_parts(session, "ssw-practice")[0]
    assert client.get(f"/syllabus/parts/{part.id}").status_code == 200
    data = {"count": "4", "points": "20.5", "certainty": "H"}
    assert client.post(f"/syllabus/parts/{part.id}", data=data).status_code == 303
    with database.read() as session:
        assert actions.paper_part(session, part.id).half_points == 4 * 41
    assert trail("syllabus.part-edited") == 1


def test_key_dates_are_added_and_mended(client, database, trail):
    entry = {
        "exam_year": "2027",
        "kind": "registration",
        "region_code": "520000",
        "starts_on": "2027-03-10",
        "ends_on": "2027-03-20",
        "precision": "day",
        "note": "17:00 截止",
        "certainty": "H",
        "source": "贵州省公告",
    }
    assert client.post("/syllabus/dates/add", data=entry).status_code == 303
    assert client.post("/syllabus/dates/add", data=entry).status_code == 422  # of this kind there is one
    assert client.post("/syllabus/dates/add", data={**entry, "region_code": "", "kind": "exam"}).status_code == 422
    with database.read() as session:
        found = {e.kind: e for e in actions.key_dates(session, 2027, "520526")}["registration"]
    assert (found.starts_on, found.ends_on) == (date(2027, 3, 10), date(2027, 3, 20))
    path = f"/syllabus/dates/{found.id}"
    assert "2027-03-10" in client.get(path).text
    assert client.post(path, data={**entry, "ends_on": "2027-03-01"}).status_code == 422
    assert client.post(path, data={**entry, "ends_on": "2027-03-25"}).status_code == 303
    assert trail("syllabus.date-set") == 2
    assert "17:00 截止" in client.get("/syllabus/dates?year=2027&region=520000").text


def test_a_key_date_is_taken_back_and_restored(client, database, trail):
    entry = {"exam_year": "2027", "kind": "fee", "region_code": "520000", "starts_on": "2027-03-10", "ends_on": ""}
    entry |= {"precision": "day", "certainty": "H", "source": "公告"}

    def fees():
        with database.read() as session:
            return [e.id for e in actions.key_dates(session, 2027, "520526") if e.kind == "fee"]

    assert client.post("/syllabus/dates/add", data=entry).status_code == 303
    (number,) = fees()
    assert client.post(f"/syllabus/dates/{number}/withdraw").status_code == 303
    assert fees() == []
    with database.write() as session:
        load_data(session, date(2026, 4, 1))
    assert fees() == []
    assert client.post(f"/syllabus/dates/{number}", data=entry).status_code == 303
    assert fees() == [number]
    assert trail("syllabus.date-withdrawn") == 1


def test_what_cannot_be_right_is_said_on_the_page(client):
    entry = {"exam_year": "2026", "kind": "fee", "region_code": "520000", "starts_on": "2026-03-10"}
    entry |= {"ends_on": "2026-03-29", "precision": "day", "certainty": "H", "source": "公告"}
    client.post("/syllabus/dates/add", data=entry)
    assert "note-warn" in client.get("/syllabus/dates?year=2026&region=520000").text
    assert "note-warn" not in client.get("/syllabus/dates?year=2026&region=640000").text


@pytest.mark.parametrize("path", ["chapters/999999", "parts/999999", "dates/999999"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(f"/syllabus/{path}").status_code == 404


@pytest.mark.parametrize("who", ["ann_trainer", "ann_officer", "ann_candidate"])
def test_others_may_not(client, sign_in, tree, who):
    chapter = tree()[4]
    other = sign_in(who)
    assert other.get("/syllabus/").status_code == 403
    assert other.post(f"/syllabus/chapters/{chapter.id}/retire").status_code == 403
    assert tree()[4] == chapter
