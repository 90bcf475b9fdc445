"""Saved cohorts: kept, shared within the organisation, changed by their owner alone, deleted and brought back."""

import re

import pytest
from sqlalchemy import select

from examprep.exams.models import CohortPersonRow, CohortRow
from examprep.people.models import AuditEventRow
from tests.exams.test_pages import county, english  # noqa: F401 -- the fixture
from tests.factories import resident_id


def made(answer):
    assert answer.status_code == 303, answer.text
    return int(re.search(r"/cohorts/(\d+)", answer.headers["Location"])[1])


def keep_filter(client, **filters):
    return made(client.post("/exams/cohorts/new", query_string=filters, data={"name": "First time", "remark": "why"}))


def test_a_filter_is_kept_up_to_date(county, sign_in):  # noqa: F811
    client = english(sign_in("ann_officer"))
    number = keep_filter(client, returning="no", level="ASW")
    page = client.get(f"/exams/?cohort={number}").text
    assert "3/10" in page
    assert "2/4" in page
    county.register(401, 402, year=2025)
    assert "3/12" in client.get(f"/exams/?cohort={number}").text
    assert "No" in client.get(f"/exams/?cohort={number}&level=SW").text
    assert "First time" in client.get("/exams/cohorts").text
    assert "First time" in client.get("/exams/groups?by=cohort&year=2025").text


def test_a_list_stays_as_it_was_saved(county, sign_in):  # noqa: F811
    client = english(sign_in("ann_officer"))
    asked = {"list": "yes", "year": "2025", "figure": "sat"}
    assert "become a list" in client.get("/exams/cohorts/new", query_string=asked).text
    number = made(client.post("/exams/cohorts/new", query_string=asked, data={"name": "Sat in 2025"}))
    assert "3/8" in client.get(f"/exams/?cohort={number}").text
    county.register(501, year=2025)
    county.mark({501: (80, "", 80)}, year=2025)
    assert "3/8" in client.get(f"/exams/?cohort={number}").text
    assert "1–8 of 8" in client.get(f"/exams/persons?cohort={number}").text


def test_a_list_of_id_numbers_takes_whoever_is_within_bounds(county, world, sign_in):  # noqa: F811
    client = english(sign_in("ann_officer"))
    lines = [resident_id(301).number, resident_id(302).number.lower(), "no number", resident_id(999).number]
    bob = resident_id(12).number  # somebody of the other county
    answer = client.post("/exams/cohorts/new?list=yes", data={"name": "Named", "numbers": "\n".join([*lines, bob])})
    assert "2 persons were found" in answer.text
    assert "no number" in answer.text
    assert answer.text.count("**********") == 2
    with county.runtime.database.read() as session:
        kept = set(session.scalars(select(CohortPersonRow.person_id)))
        number = session.scalar(select(CohortRow.id))
    assert kept == {county.person_id(301), county.person_id(302)}
    data = {"numbers": resident_id(303).number, "add": "1"}
    assert "1 persons were found" in client.post(f"/exams/cohorts/{number}/persons", data=data).text
    assert "3/3" in client.get(f"/exams/?cohort={number}").text
    data = {"numbers": resident_id(301).number, "off": "1"}
    client.post(f"/exams/cohorts/{number}/persons", data=data)
    assert "2/2" in client.get(f"/exams/?cohort={number}").text
    nobody = client.post("/exams/cohorts/new?list=yes", data={"name": "Nobody", "numbers": bob})
    assert nobody.status_code == 422
    assert "None of these numbers" in nobody.text


def test_changing_deleting_and_bringing_back(county, sign_in):  # noqa: F811
    client = english(sign_in("ann_officer"))
    number = keep_filter(client, returning="no")
    address = f"/exams/cohorts/{number}"
    answer = client.post(address, data={"name": "Renamed", "remark": "", "returning": "yes"})
    assert answer.status_code == 303
    assert "Renamed" in client.get(address).text
    assert "Nobody in this selection" in client.get(f"/exams/?cohort={number}").text
    assert client.post(f"{address}/delete").status_code == 303
    assert client.get(address).status_code == 404
    assert client.get(f"/exams/?cohort={number}").status_code == 404
    assert "can be brought back" in client.get("/exams/cohorts").text
    assert client.post(f"{address}/bring-back").status_code == 303
    assert client.get(address).status_code == 200
    assert client.post(f"{address}/bring-back").status_code == 404
    with county.runtime.database.read() as session:
        query = select(AuditEventRow.act).where(AuditEventRow.object_kind == "exam_cohort").order_by(AuditEventRow.id)
        acts = session.scalars(query).all()
    assert acts == [f"exams.cohort-{what}" for what in ("made", "changed", "deleted", "restored")]


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        pytest.param({}, "at least one filter", id="no-filter"),
        pytest.param({"cohort": "mine"}, "cannot rest on another", id="on-another"),
    ],
)
def test_what_is_refused(county, sign_in, filters, says):  # noqa: F811
    client = english(sign_in("ann_officer"))
    if filters:
        filters = {"cohort": keep_filter(client, level="ASW")}
    answer = client.post("/exams/cohorts/new", query_string=filters, data={"name": "x"})
    assert answer.status_code == 422
    assert says in answer.text


def test_whose_it_is_and_who_sees_it(county, sign_in):  # noqa: F811
    mine = keep_filter(english(sign_in("ann_officer")), returning="no")
    above = english(sign_in("province_officer"))
    page = above.get(f"/exams/cohorts/{mine}")
    assert "Only its owner changes" in page.text
    assert above.post(f"/exams/cohorts/{mine}", data={"name": "theirs"}).status_code == 422
    assert above.post(f"/exams/cohorts/{mine}/delete").status_code == 422
    assert above.post(f"/exams/cohorts/{mine}/bring-back").status_code == 404
    theirs = keep_filter(above, level="ASW")
    other, own = sign_in("bob_officer"), sign_in("ann_officer")
    for client, number in ((other, mine), (other, theirs), (own, theirs)):
        assert client.get(f"/exams/cohorts/{number}").status_code == 404
        assert client.get(f"/exams/?cohort={number}").status_code == 404
        assert client.get(f"/exams/persons?cohort={number}").status_code == 404
        assert client.post(f"/exams/cohorts/{number}/delete").status_code == 404
    assert "First time" not in other.get("/exams/cohorts").text


PAGES = ("groups", "subjects", "training", "in-the-end", "cohorts", "cohorts/new")


@pytest.mark.parametrize("path", PAGES)
def test_who_is_let_in(office, sign_in, client, path):
    assert client.get(f"/exams/{path}").status_code == 303
    assert sign_in("ann_officer").get(f"/exams/{path}").status_code == 200
    assert sign_in("ann_candidate").get(f"/exams/{path}").status_code == 403


def test_a_forged_request_changes_nothing(county, app, sign_in):  # noqa: F811
    client = sign_in("ann_officer")
    number = keep_filter(client, level="ASW")
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(f"/exams/cohorts/{number}/delete").status_code == 400
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.get(f"/exams/cohorts/{number}").status_code == 200
