"""The pages as owner, officer, officer of another county, wrong role and signed out."""

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from examprep.ce.models import LineRow
from examprep.people.actions import add_person
from examprep.register.models import RegisterCertificateRow
from tests.factories import resident_id

HAND = {
    "earned_on": "2026-03-05",
    "amount": "4",
    "unit": "hours",
    "category": "general",
    "activity": "法规讲座",
    "reason": "结业证书",
    "number": "77",
}


@pytest.fixture
def ann_page(world):
    return f"/ce/people/{world.people['ann_candidate']}"


@pytest.fixture
def english(sign_in):
    def go(name):
        client = sign_in(name)
        client.post("/language", data={"language": "en", "next": "/"})
        return client

    return go


def lines(runtime):
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(LineRow))


def test_the_holder_sees_what_is_there_and_what_is_missing_by_when(english, holders):
    page = english("ann_candidate").get("/ce/").text
    assert "of 90 credit hours" in page
    assert "40 credit hours of professional subjects" in page
    assert "30 credit hours of any kind" in page
    assert "31 Dec 2026" in page
    assert "个案工作坊" in page
    assert "Class session" in page


def test_who_holds_no_certificate_is_told_so(english, world, holders, runtime):
    with runtime.database.write() as session:
        session.query(RegisterCertificateRow).delete()
    page = english("ann_candidate").get("/ce/").text
    assert "No certificate of yours was in the register in 2026" in page
    assert "个案工作坊" in page


def test_a_past_year_keeps_its_lines(english, holders):
    holders.post("ann_candidate", 90, on=date(2025, 11, 1))
    client = english("ann_candidate")
    assert "Hours of 2025" in client.get("/ce/?year=2025").text
    assert "Hours of 2026" in client.get("/ce/?year=2031").text
    assert "/ce/?year=2025" in client.get("/ce/").text


def test_the_list_shows_mean_and_share_with_their_base(english, holders):
    holders.post("ann_candidate", 70, on=date(2026, 3, 2))
    page = english("province_officer").get("/ce/standing").text
    assert re.search(r'figure-value">45 <', page)
    assert "90 credit hours ÷ 2 holders" in page
    assert "50.0%" in page
    assert "1 of 2 holders" in page


def test_the_list_is_bounded_filtered_and_sorted(english, world, holders):
    ann = english("ann_officer").get("/ce/standing").text
    assert "ann_candidate" in ann
    assert "bob_candidate" not in ann
    province = english("province_officer")
    assert "bob_candidate" not in province.get("/ce/standing?level=ASW").text
    assert "Nothing matches" in province.get("/ce/standing?state=ce-met").text
    unit = world.organisations["bob_county"]
    page = province.get(f"/ce/standing?unit={unit}&state=ce-short").text
    assert "bob_candidate" in page
    assert "ann_candidate" not in page
    assert "Nothing matches" in english("ann_officer").get(f"/ce/standing?unit={unit}").text
    by_name = province.get("/ce/standing?sort=-name").text
    assert by_name.index("bob_candidate") < by_name.index("ann_candidate")
    assert "ann_candidate" in province.get("/ce/standing?q=ann_c").text
    assert "bob_candidate" not in province.get("/ce/standing?q=ann_c").text
    assert province.get("/ce/standing?unit=x&level=y&sort=z&year=abc").status_code == 200


def test_an_export_has_the_words_and_the_figures_of_the_page(english, holders):
    answer = english("province_officer").get("/ce/standing?export=xlsx&sort=name")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[0][-2:] == ("Missing hours", "Whether it suffices")
    assert rows[1][0] == "ann_candidate"
    assert rows[1][2] == "Assistant social worker"
    assert rows[1][3:] == (20, 0, 0, 20, 70, "Hours short")
    own = english("ann_candidate").get("/ce/?export=csv").data.decode("utf-8-sig")
    assert "Professional" in own.splitlines()[1]


def test_an_officer_records_and_takes_back(english, world, runtime, holders, ann_page):
    client = english("ann_officer")
    assert "Record hours by hand" in client.get(ann_page).text
    assert client.post(ann_page, data=HAND).status_code == 303
    assert client.post(ann_page, data=HAND).status_code == 303
    assert lines(runtime) == 2
    with runtime.database.read() as session:
        line = session.scalar(select(LineRow).where(LineRow.source_kind == "ce.hand"))
    assert (line.minutes, line.posted_by) == (180, world.people["ann_officer"])
    page = client.get(ann_page).text
    address = f"{ann_page}/lines/{line.id}/reverse"
    assert address in page
    assert "loses 4 credit hours of 2026" in client.get(address).text
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "录错人"}).status_code == 303
    again = client.post(address, data={"reason": "录错人"})
    assert again.status_code == 422
    assert "taken back already" in again.text
    page = client.get(ann_page).text
    assert address not in page
    assert "录错人" in page
    holder = english("ann_candidate").get("/ce/").text
    assert "录错人" in holder
    assert "Take back" not in holder


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        pytest.param("earned_on", "2026-04-02", "before it takes place", id="tomorrow"),
        pytest.param("earned_on", "", "This field is required", id="no-day"),
        pytest.param("amount", "0", "at least", id="nothing"),
        pytest.param("amount", "1.5", "Not a valid integer", id="fraction"),
        pytest.param("category", "fun", "Not a valid choice", id="category"),
        pytest.param("reason", "  ", "This field is required", id="no-reason"),
    ],
)
def test_a_wrong_entry_keeps_what_was_typed(english, runtime, holders, ann_page, field, value, said):
    answer = english("ann_officer").post(ann_page, data={**HAND, field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert "法规讲座" in answer.text
    assert lines(runtime) == 1


def test_another_county_sees_no_such_person(sign_in, runtime, world, holders, ann_page):
    bob = sign_in("bob_officer")
    with runtime.database.read() as session:
        line = session.scalar(select(LineRow.id))
    reverse = f"{ann_page}/lines/{line}/reverse"
    assert bob.get(ann_page).status_code == 404
    assert bob.post(ann_page, data=HAND).status_code == 404
    assert bob.get(reverse).status_code == 404
    assert bob.post(reverse, data={"reason": "x"}).status_code == 404
    other = f"/ce/people/{world.people['bob_candidate']}/lines/{line}/reverse"
    assert bob.post(other, data={"reason": "x"}).status_code == 404
    assert lines(runtime) == 1
    assert sign_in("province_officer").get(ann_page).status_code == 200


def test_the_wrong_role_and_nobody(sign_in, client, holders, ann_page):
    for name in ("ann_candidate", "ann_trainer", "ann_administrator"):
        someone = sign_in(name)
        assert someone.get("/ce/standing").status_code == 403
        assert someone.get(ann_page).status_code == 403
        assert someone.post(ann_page, data=HAND).status_code == 403
    assert sign_in("ann_officer").get("/ce/").status_code == 403
    for address in ("/ce/", "/ce/standing", ann_page):
        assert client.get(address).status_code == 303


def test_a_forged_entry_is_refused(app, sign_in, runtime, holders, ann_page):
    officer = sign_in("ann_officer")
    app.config["WTF_CSRF_ENABLED"] = True
    assert officer.post(ann_page, data=HAND).status_code == 400
    assert lines(runtime) == 1


def test_statements_of_the_list_do_not_grow_with_its_length(sign_in, runtime, world, holders, heard):
    client = sign_in("ann_officer")
    with heard() as few:
        client.get("/ce/standing")
    with runtime.database.write() as session:
        for n in range(20):
            row = add_person(
                session,
                runtime.vault,
                name=f"holder{n}",
                organisation_id=world.organisations["ann_agency"],
                id_number=resident_id(200 + n),
                now=runtime.clock.now(),
            )
            world.people[f"holder{n}"] = row.id
    for n in range(20):
        holders.certify(f"holder{n}")
    with heard() as many:
        assert "holder19" in client.get("/ce/standing").text
    assert len(many) == len(few) == 9


def test_both_languages_have_no_bare_codes(sign_in, holders, ann_page):
    page = sign_in("ann_officer").get(ann_page).text
    for code in ("ce.hand", "training.session", ">ce-short", "%("):
        assert code not in page
