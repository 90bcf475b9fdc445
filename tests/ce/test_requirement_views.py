"""Requirements and exemptions as pages: who may, what is shown before it is saved, and what is refused."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from examprep.ce import store
from examprep.ce.models import DocumentRow, ExemptionRow, RequirementRow
from examprep.ce.requirement_form import RequirementForm, filled
from examprep.ce.store import requirement_of
from tests.ce.packs import shipped

LIGHTER = {
    "code": "mohrss-25",
    "name_zh": "每年18学时",
    "name_en": "",
    "source": "试行",
    "certainty": "M",
    "since": "2026-01-01",
    "period_kind": "calendar_year",
    "years": "1",
    "minutes_per_hour": "45",
    "hours_ASW": "18",
    "least_professional": "",
    "cap_together": "",
    "hours_SW": "18",
    "hours_SSW": "18",
    "counts_professional": "y",
    "counts_general": "y",
    "counts_elective": "y",
    "first_year": "full",
    "measure": "each",
}
LEAVE = {
    "kind": "exempt",
    "code": "",
    "since": "2026-01-01",
    "last": "2026-12-31",
    "reason_code": "illness",
    "note": "",
}
PDF = b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


@pytest.fixture
def english(sign_in):
    def go(name):
        client = sign_in(name)
        client.post("/language", data={"language": "en", "next": "/"})
        return client

    return go


def count(runtime, table):
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_who_would_change_is_shown_before_it_is_saved(english, runtime, holders):
    admin = english("ann_administrator")
    assert "90 credit hours a year" in admin.get("/ce/requirements").text
    seen = admin.post("/ce/requirements/mohrss-25", data={**LIGHTER, "preview": "1"})
    assert seen.status_code == 200
    assert "1 would meet it" in seen.text
    assert "0 would become short" in seen.text
    assert "ann_candidate" in seen.text
    assert count(runtime, RequirementRow) == 4
    assert admin.post("/ce/requirements/mohrss-25", data={**LIGHTER, "save": "1"}).status_code == 303
    assert count(runtime, RequirementRow) == 5
    page = admin.get("/ce/requirements").text
    assert "每年18学时" in page
    assert "Earlier versions" in page
    # The same first day is a correction of the same version.
    assert admin.post("/ce/requirements/mohrss-25", data={**LIGHTER, "hours_SW": "20", "save": "1"}).status_code == 303
    assert count(runtime, RequirementRow) == 5


def test_a_new_requirement_is_entered_by_its_form(english, runtime, holders):
    admin = english("ann_administrator")
    form = {**LIGHTER, "code": "own-one", "conversions": "teaching = 200% max 20h", "day_hours": "6", "part": "y"}
    assert admin.post("/ce/requirements/new", data={**form, "save": "1"}).status_code == 303
    with runtime.database.read() as session:
        (made,) = (v for v in store.versions(session) if v.code == "own-one")
    assert made.conversions["teaching"].percent == 200
    assert made.conversions["day"].minutes == 6 * 45
    assert made.minimums[0].part == (2, 3)
    again = admin.post("/ce/requirements/new", data={**form, "save": "1"})
    assert again.status_code == 422
    assert "add a version to it instead" in again.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        pytest.param("since", "2025-12-31", "begins on 1 Jan 2026 at the earliest", id="closed-years"),
        pytest.param("since", "", "This field is required", id="no-day"),
        pytest.param("conversions", "teaching = a lot", "Not understood: teaching = a lot", id="conversion"),
        pytest.param("conversions", "dancing = 5h", "Not understood: dancing = 5h", id="unknown-kind"),
        pytest.param("region_code", "52", "Invalid input", id="region"),
        pytest.param("years", "9", "between 1 and 5", id="too-many-years"),
    ],
)
def test_a_wrong_version_keeps_what_was_typed(english, runtime, holders, field, value, said):
    answer = english("ann_administrator").post(
        "/ce/requirements/mohrss-25", data={**LIGHTER, field: value, "save": "1"}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "每年18学时" in answer.text
    assert count(runtime, RequirementRow) == 4


def test_who_may_read_and_who_may_change(app, sign_in, client, runtime, holders):
    officer = sign_in("ann_officer")
    assert officer.get("/ce/requirements").status_code == 200
    for name in ("ann_officer", "ann_trainer", "ann_candidate"):
        someone = sign_in(name)
        assert someone.get("/ce/requirements/mohrss-25").status_code == 403
        assert someone.post("/ce/requirements/new", data={**LIGHTER, "save": "1"}).status_code == 403
    assert sign_in("ann_candidate").get("/ce/requirements").status_code == 403
    assert client.get("/ce/requirements").status_code == 303
    admin = sign_in("ann_administrator")
    assert admin.get("/ce/requirements/nothing").status_code == 404
    app.config["WTF_CSRF_ENABLED"] = True
    assert admin.post("/ce/requirements/mohrss-25", data={**LIGHTER, "save": "1"}).status_code == 400
    assert count(runtime, RequirementRow) == 4


def test_a_requirement_ends_on_a_day_to_come_and_goes_on(english, runtime, holders):
    admin = english("ann_administrator")

    def until():
        with runtime.database.read() as session:
            return [v.until for v in store.versions(session) if v.code == "mohrss-25"]

    at = "/ce/requirements/mohrss-25"
    for day, said in (("2026-01-01", "It ends on a day to come"), ("", "This field is required")):
        answer = admin.post(f"{at}/end", data={"day": day})
        assert answer.status_code == 422
        assert said in answer.text
        ticked = re.findall(r"<input[^>]* checked[^>]*>", answer.text)
        assert len(ticked) == 3, ticked  # the form above stays as it was: every category counts
    assert admin.post(f"{at}/end", data={"go_on": "1"}).status_code == 422
    assert until() == [None]
    assert admin.post(f"{at}/end", data={"day": "2027-01-01"}).status_code == 303
    assert until() == [date(2027, 1, 1)]
    assert "for periods that begin before 1 Jan 2027" in admin.get("/ce/requirements").text
    assert "Go on asking it" in admin.get(at).text
    assert admin.post(f"{at}/end", data={"go_on": "1"}).status_code == 303
    assert until() == [None]
    assert admin.post("/ce/requirements/nothing/end", data={"day": "2027-01-01"}).status_code == 404
    assert english("ann_officer").post(f"{at}/end", data={"day": "2027-01-01"}).status_code == 403


@pytest.mark.parametrize("code", ["mohrss-25", "mca-123", "guangdong", "weining-mean"])
def test_the_form_gives_back_what_it_was_filled_with(app, code):
    asked = shipped(code)
    with app.test_request_context():
        form = RequirementForm(codes=["mohrss-25"], units=[], **filled(asked))
        form.since.data = asked.since
        again = requirement_of(form.row())
    assert sorted(map(repr, again.minimums)) == sorted(map(repr, asked.minimums))
    assert repr(replace(again, minimums=())) == repr(replace(asked, minimums=()))


def test_an_officer_exempts_with_a_document_and_withdraws(english, runtime, world, holders):
    officer, page = english("ann_officer"), f"/ce/people/{world.people['ann_candidate']}"
    sent = {**LEAVE, "document": (io.BytesIO(PDF), "病假.pdf")}
    assert officer.post(f"{page}/exempt", data=LEAVE).status_code == 422
    assert officer.post(f"{page}/exempt", data=sent, content_type="multipart/form-data").status_code == 303
    shown = officer.get(page).text
    assert "Long illness" in shown
    assert "Exempt" in shown
    with runtime.database.read() as session:
        document, exemption = session.scalar(select(DocumentRow.id)), session.scalar(select(ExemptionRow.id))
    file = officer.get(f"/ce/documents/{document}")
    assert file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment")
    withdraw = f"{page}/exemptions/{exemption}/withdraw"
    assert officer.post(withdraw, data={"reason": ""}).status_code == 422
    assert officer.post(withdraw, data={"reason": "误录"}).status_code == 303
    assert officer.post(withdraw, data={"reason": "误录"}).status_code == 422
    assert "误录" in officer.get(page).text


def test_no_program_is_taken_for_a_document(english, world, holders):
    sent = {**LEAVE, "document": (io.BytesIO(b"MZ\x90\x00"), "病假.pdf")}
    page = f"/ce/people/{world.people['ann_candidate']}/exempt"
    answer = english("ann_officer").post(page, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "no photo or PDF" in answer.text


def test_others_neither_exempt_nor_read_documents(app, sign_in, client, runtime, world, holders):
    ann = f"/ce/people/{world.people['ann_candidate']}/exempt"
    sign_in("ann_officer").post(
        ann, data={**LEAVE, "document": (io.BytesIO(PDF), "病假.pdf")}, content_type="multipart/form-data"
    )
    with runtime.database.read() as session:
        document, exemption = session.scalar(select(DocumentRow.id)), session.scalar(select(ExemptionRow.id))
    withdraw = f"/ce/people/{world.people['ann_candidate']}/exemptions/{exemption}/withdraw"
    for name, status in (("bob_officer", 404), ("ann_trainer", 403), ("ann_candidate", 403)):
        other = sign_in(name)
        assert other.get(ann).status_code == status
        assert other.post(withdraw, data={"reason": "x"}).status_code == status
        assert other.get(f"/ce/documents/{document}").status_code == status
    wrong = f"/ce/people/{world.people['bob_candidate']}/exemptions/{exemption}/withdraw"
    assert sign_in("province_officer").post(wrong, data={"reason": "x"}).status_code == 404
    assert client.get(ann).status_code == 303
    app.config["WTF_CSRF_ENABLED"] = True
    assert sign_in_again(sign_in, app).post(withdraw, data={"reason": "x"}).status_code == 400
    assert count(runtime, ExemptionRow) == 1


def sign_in_again(sign_in, app):
    app.config["WTF_CSRF_ENABLED"] = False
    officer = sign_in("ann_officer")
    app.config["WTF_CSRF_ENABLED"] = True
    return officer


def test_the_officers_pages_of_every_clock(english, holders):
    holders.certify("ann_candidate", "SW", registered_on=date(2025, 10, 1))
    officer = english("ann_officer")
    page = officer.get("/ce/standing?clock=mca-123").text
    assert "72/90 hours" in page
    assert "at today" in page
    assert "A target for the mean" in officer.get("/ce/standing?clock=weining-mean").text
    assert "Counted hours" in page
    assert officer.get("/ce/standing?clock=nothing&year=2024").status_code == 200
    own = english("ann_candidate").get("/ce/?clock=mca-123").text
    assert "Hours from 1 Oct 2025 to 30 Sep 2028" in own


def test_what_would_mend_it_is_offered_with_a_button(english, runtime, world, holders):
    from tests.training.conftest import Season

    season = Season(runtime, world)
    class_id = season.class_(name="专业补课班")
    page = english("ann_candidate").get("/ce/").text
    assert "专业补课班" in page
    assert f'action="/training/classes/{class_id}/enrol"' in page
    holders.post("ann_candidate", 70)
    assert "专业补课班" not in english("ann_candidate").get("/ce/").text
