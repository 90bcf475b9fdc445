"""An application on its way: who takes which step, what is refused, what is undone, and the pages of it all."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from examprep.feature import RenewalCheck
from examprep.imports.importer import Upload
from examprep.kernel.errors import Conflict, Forbidden, NotFound, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.access import Role
from examprep.people.models import AuditEventRow
from examprep.plumbing.jobs import JobTurn
from examprep.plumbing.listing import Ask
from examprep.register import actions, disclosing, jobs, limits, registering, scans, senior
from examprep.register.importer import HoldersImporter
from examprep.register.rebuild import differences
from examprep.register.rules.process import PLATFORM, STEPS, Status, open_steps
from examprep.reminders.models import OutboxRow
from tests.factories import enlist

TODAY = date(2026, 4, 1)
NOW = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)


@pytest.fixture
def staff(runtime, world):
    """A city officer and a provincial one besides the county's; the world's prefecture lies below a province."""
    from examprep.people.models import OrganisationRow, OrganisationTreeRow

    with runtime.database.write() as session:
        above = OrganisationRow(name="贵州省委社会工作部", kind="bureau", region_code="520000")
        session.add(above)
        session.flush()
        world.organisations["province"] = above.id
        below = [world.organisations[k] for k in ("prefecture", "ann_county", "ann_agency", "bob_county", "bob_agency")]
        session.add_all(OrganisationTreeRow(ancestor_id=above.id, descendant_id=d, depth=9) for d in below)
        session.add(OrganisationTreeRow(ancestor_id=above.id, descendant_id=above.id, depth=0))
        for name, where, order in (
            ("city", "prefecture", 90),
            ("top", "province", 91),
            ("ann_second", "ann_county", 92),
        ):
            enlist(session, runtime, world, name, where, Role.OFFICER, date(2020, 1, 1), order, NOW)
    return world


@pytest.fixture
def certificate(runtime, staff):
    """ann_candidate's, issued last autumn."""
    return certify(runtime, staff)


def certify(runtime, world, level="ASW", issued_on=date(2025, 9, 10), **more):
    with runtime.database.write() as session:
        return actions.add_certificate(
            session, world.actor(session, "ann_officer"), person_id=world.people["ann_candidate"], level=level,
            number=f"{level}-2025", qualified_year=issued_on.year, issued_on=issued_on, now=NOW, **more,
        )  # fmt: skip


@pytest.fixture
def take(runtime, staff, certificate):
    def go(who, act, *, id_=certificate, today=TODAY, **more):
        with runtime.database.write() as session:
            registering.take(session, staff.actor(session, who), id_, act, today=today, now=NOW, **more)

    return go


def of(runtime, world, certificate):
    with runtime.database.read() as session:
        assert list(differences(session, False)) == []
        return registering.certificate(session, world.actor(session, "ann_officer"), certificate)[1]


def test_from_application_to_the_registration_certificate(runtime, staff, certificate, take):
    def status():
        return of(runtime, staff, certificate)["status"]

    assert status() == Status.NOT_APPLIED
    take("ann_candidate", "applied", place_code="520526")
    assert status() == Status.PENDING
    with pytest.raises(RuleViolation, match="accepted by the county first"):
        take("city", "first-passed")
    take("ann_officer", "accepted")
    take("city", "first-passed")
    assert status() == Status.FIRST_PASSED
    with pytest.raises(RuleViolation, match="cannot be done now"):
        take("ann_candidate", "amended", place_code="520500")
    take("top", "final-passed")
    take("top", "completed", registered_on=date(2026, 3, 30))
    take("top", "issued")
    row = of(runtime, staff, certificate)
    assert (row["status"], row["registered_until"], row["place_code"]) == (Status.ISSUED, date(2029, 3, 30), "520526")


@pytest.mark.parametrize(
    ("before", "who", "act", "error"),
    [
        pytest.param([], "ann_officer", "accepted", Forbidden, id="the-county-accepts"),
        pytest.param(
            [("ann_officer", "accepted")], "ann_second", "first-passed", Forbidden, id="a-county-cannot-review"
        ),
        pytest.param([("city", "accepted")], "city", "first-passed", Forbidden, id="nobody-decides-twice"),
        pytest.param(
            [("ann_officer", "accepted"), ("top", "first-passed")], "top", "final-passed", Forbidden, id="nor-thrice"
        ),
        pytest.param([("ann_officer", "accepted")], "city", "first-failed", RuleViolation, id="failing-says-why"),
        pytest.param([], "bob_officer", "accepted", NotFound, id="another-county"),
        pytest.param([], "ann_candidate", "accepted", Forbidden, id="not-ones-own"),
        pytest.param([], "ann_trainer", "accepted", NotFound, id="a-trainer"),
    ],
)
def test_who_may_not_take_a_step(take, before, who, act, error):
    take("ann_candidate", "applied")
    for by, did in before:
        take(by, did)
    if (who, act) == ("ann_officer", "accepted"):
        take(who, act)  # and a second time it is refused
        error = RuleViolation
    with pytest.raises(error):
        take(who, act)


def test_every_state_of_the_platform_can_be_left_or_is_the_end():
    assert set(PLATFORM.values()) == set(Status)
    for status in Status:
        assert any(open_steps(status, accepted=accepted) for accepted in (False, True)), status
    editable = {status for status in Status if status in STEPS["amended"].of}
    assert editable == {Status.PENDING}


def test_returned_and_applied_again(runtime, staff, certificate, take):
    take("ann_candidate", "applied")
    with pytest.raises(RuleViolation, match="Say why"):
        take("ann_officer", "returned", reason=" ")
    take("ann_officer", "returned", reason="证书照片不清楚")
    row = of(runtime, staff, certificate)
    assert (row["status"], row["note"]) == (Status.NOT_APPLIED, "证书照片不清楚")
    take("ann_candidate", "applied")
    assert of(runtime, staff, certificate)["note"] is None
    take("ann_candidate", "retracted")
    assert of(runtime, staff, certificate)["status"] == Status.NOT_APPLIED


def test_an_amended_application_is_to_be_accepted_anew(runtime, staff, certificate, take):
    take("ann_candidate", "applied")
    take("ann_officer", "accepted")
    take("ann_candidate", "amended", place_code="520500")
    row = of(runtime, staff, certificate)
    assert (row["accepted"], row["place_code"]) == (False, "520500")


def test_a_late_application_is_taken_of_an_officer_who_says_why(take):
    late = date(2026, 9, 11)
    with pytest.raises(RuleViolation, match="ask your bureau"):
        take("ann_candidate", "applied", today=late)
    with pytest.raises(RuleViolation, match="Say why it is taken"):
        take("ann_officer", "applied", today=late)
    take("ann_officer", "applied", today=late, reason="产假")


def test_what_stands_above_the_register_hinders_a_renewal(runtime, staff, take):
    id_ = certify(runtime, staff, "SW", date(2023, 4, 1), registered_on=date(2023, 5, 1))
    short = RenewalCheck("ce", lambda session, person, level, term, day: Sentence("Ten hours are missing."))
    done = RenewalCheck("ce", lambda session, person, level, term, day: None)
    with pytest.raises(RuleViolation, match="Ten hours are missing"):
        take("ann_candidate", "applied", id_=id_, checks=[short])
    take("ann_candidate", "applied", id_=id_, checks=[done])
    take("ann_officer", "accepted", id_=id_)
    take("city", "first-passed", id_=id_)
    with pytest.raises(RuleViolation, match="Ten hours are missing"):
        take("top", "final-passed", id_=id_, checks=[short])
    take("top", "final-passed", id_=id_, checks=[done])
    # While the renewal is under way the registration stays in force; the new term begins where the old one ends.
    assert of(runtime, staff, id_)["registered_until"] == date(2026, 5, 1)
    take("top", "completed", id_=id_, registered_on=date(2026, 4, 1))
    assert of(runtime, staff, id_)["registered_until"] == date(2029, 5, 1)
    old, new = (date(2023, 5, 1), date(2026, 5, 1)), (date(2026, 5, 1), date(2029, 5, 1))
    assert terms(runtime, staff) == terms(runtime, staff, TODAY) == [old, new]
    assert terms(runtime, staff, date(2026, 5, 1)) == [new]
    with runtime.database.write() as session:
        top = staff.actor(session, "top")
        registering.take_back(session, top, registering.history(session, top, id_)[0]["id"], now=NOW)
    assert terms(runtime, staff, TODAY) == [old]


def terms(runtime, world, after=None):
    """First day and end of each of ann_candidate's registrations, as the clocks of hours join them."""
    person = world.people["ann_candidate"]
    with runtime.database.read() as session:
        found = session.execute(actions.registration_terms(lambda column: column == person, after)).all()
    return sorted((since, until) for _, _, since, until in found)


def test_an_upgrade_keeps_each_registration(runtime, staff, take):
    old = certify(runtime, staff, "SW", date(2023, 4, 1), registered_on=date(2023, 5, 1))
    new = certify(runtime, staff, "SSW", date(2026, 3, 1))
    take("ann_candidate", "applied", id_=new)
    assert of(runtime, staff, new)["status"] == Status.PENDING
    assert of(runtime, staff, old)["registered_until"] == date(2026, 5, 1)


def test_the_last_entry_is_taken_back_and_no_other(runtime, staff, certificate, take):
    take("ann_candidate", "applied")
    take("ann_officer", "accepted")
    with runtime.database.read() as session:
        events = registering.history(session, staff.actor(session, "ann_officer"), certificate)
    accepted, applied = events[0]["id"], events[1]["id"]

    def back(event_id, who="ann_officer"):
        with runtime.database.write() as session:
            registering.take_back(session, staff.actor(session, who), event_id, now=NOW)

    for event_id in (applied, events[-1]["id"]):
        with pytest.raises((Conflict, NotFound)):
            back(event_id)
    with pytest.raises(NotFound):
        back(accepted, "bob_officer")
    back(accepted)
    assert of(runtime, staff, certificate)["accepted"] is False
    back(applied)
    assert of(runtime, staff, certificate)["status"] == Status.NOT_APPLIED


def test_a_certificate_taken_out_frees_its_number(runtime, staff, certificate):
    with runtime.database.write() as session:
        registering.withdraw(session, staff.actor(session, "ann_officer"), certificate, reason="录错", now=NOW)
        assert list(differences(session, False)) == []
    assert certify(runtime, staff) != certificate


def test_a_certificate_taken_out_by_mistake_is_put_back_as_it_was(runtime, staff, certificate, take):
    take("ann_candidate", "applied")
    before = of(runtime, staff, certificate)
    with runtime.database.write() as session:
        officer, person = staff.actor(session, "ann_officer"), staff.people["ann_candidate"]
        registering.withdraw(session, officer, certificate, reason="录错", now=NOW)
        [gone] = registering.taken_out(session, person)
        assert (gone["number"], gone["reason"]) == (before["number"], "录错")
        with pytest.raises(NotFound):
            registering.bring_back(session, staff.actor(session, "bob_officer"), gone["id"], now=NOW)
        with pytest.raises(NotFound):
            registering.bring_back(session, officer, certificate, now=NOW)  # an event, but none that took it out
        assert registering.bring_back(session, officer, gone["id"], now=NOW) == certificate
        assert registering.taken_out(session, person) == []
        with pytest.raises(Conflict, match="last entry"):
            registering.bring_back(session, officer, gone["id"], now=NOW)
        assert list(differences(session, False)) == []
    assert of(runtime, staff, certificate) == before


def test_a_certificate_whose_number_was_entered_again_is_not_put_back(runtime, staff, certificate):
    with runtime.database.write() as session:
        registering.withdraw(session, staff.actor(session, "ann_officer"), certificate, reason="录错", now=NOW)
    certify(runtime, staff)
    with runtime.database.write() as session:
        [gone] = registering.taken_out(session, staff.people["ann_candidate"])
        officer = staff.actor(session, "ann_officer")
        with pytest.raises(Conflict) as refused:
            registering.bring_back(session, officer, gone["id"], now=NOW)
        session.rollback()
    assert refused.value.code == "register.number"
    with runtime.database.read() as session:
        assert list(differences(session, False)) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param({"issued_on": NOW.date() + timedelta(days=2)}, "register.issued", id="issued-in-the-future"),
        pytest.param({"registered_on": date(2025, 9, 9)}, "register.platform-day", id="registered-before-its-issue"),
        pytest.param({"registered_on": date(2036, 9, 9)}, "register.platform-day", id="registered-in-the-future"),
    ],
)
def test_days_that_cannot_be_are_refused_by_hand_as_in_files(runtime, staff, facts, code):
    with pytest.raises(RuleViolation) as refused:
        certify(runtime, staff, **facts)
    assert refused.value.code == code


def platform_workbook(sign_in, who="ann_officer"):
    answer = sign_in(who).get("/register/platform.xlsx")
    assert answer.status_code == 200
    return answer.data


def test_the_platform_file_comes_back_unchanged_and_a_changed_one_is_applied_and_undone(
    runtime, staff, sign_in, certificate, take
):
    from examprep.imports import engine
    from examprep.imports.models import ImportBatchRow

    second = certify(runtime, staff, "SW", date(2023, 4, 1), registered_on=date(2023, 5, 1))
    take("ann_candidate", "applied", place_code="520526")
    importer, content = HoldersImporter(lambda: runtime.vault), platform_workbook(sign_in)

    def plan(data):
        with runtime.database.read() as session:
            return importer.plan(session, staff.actor(session, "ann_officer"), Upload("f.xlsx", data), now=NOW)

    found = plan(content)
    assert (
        found.problems,
        dict(found.counts)["Unchanged certificates"],
        dict(found.counts)["Corrected certificates"],
    ) == ([], 2, 0)
    book = load_workbook(io.BytesIO(content))
    heads = [cell.value for cell in book.active[1]]
    assert [h for h in ("证书管理号", "登记状态", "登记有效期至") if h not in heads] == []
    for row in book.active.iter_rows(min_row=2):
        cells = dict(zip(heads, row, strict=True))
        if cells["登记状态"].value == "待审核":
            cells["登记状态"].value, cells["登记日期"].value = "已出证", "2026-03-20"
    changed = io.BytesIO()
    book.save(changed)
    with runtime.database.write() as session:
        who = staff.actor(session, "ann_officer")
        batch = engine.check(session, runtime.vault, importer, who, Upload("f.xlsx", changed.getvalue()), now=NOW)
        engine.apply(session, runtime.vault, importer, session.get(ImportBatchRow, batch), who, now=NOW)
    row = of(runtime, staff, certificate)
    assert (row["status"], row["registered_until"]) == (Status.ISSUED, date(2029, 3, 20))
    assert of(runtime, staff, second)["registered_until"] == date(2026, 5, 1)
    with runtime.database.write() as session:
        engine.undo(session, importer, session.get(ImportBatchRow, batch), staff.actor(session, "ann_officer"), now=NOW)
    assert of(runtime, staff, certificate)["status"] == Status.PENDING


def test_the_platform_file_holds_only_ones_own_and_leaves_a_trace(runtime, staff, sign_in, certificate):
    rows = list(load_workbook(io.BytesIO(platform_workbook(sign_in, "bob_officer"))).active.values)
    assert len(rows) == 1
    with runtime.database.read() as session:
        assert session.scalar(select(func.count()).where(AuditEventRow.act == "register.exported")) == 1


@pytest.mark.parametrize(
    ("issued", "registered", "status", "due"),
    [
        pytest.param(date(2025, 4, 1), None, None, "first-due", id="a-year-ago-to-the-day"),
        pytest.param(date(2025, 3, 31), None, None, "first-overdue", id="a-year-and-a-day"),
        pytest.param(date(2022, 1, 1), date(2023, 7, 1), None, "renewal-due", id="three-months-left"),
        pytest.param(date(2022, 1, 1), date(2023, 7, 2), None, None, id="a-day-more"),
        pytest.param(date(2022, 1, 1), date(2023, 4, 1), None, "renewal-overdue", id="ended-today"),
        pytest.param(date(2025, 9, 1), None, "applied", None, id="under-way"),
    ],
)
def test_what_is_due(runtime, staff, issued, registered, status, due):
    id_ = certify(runtime, staff, "SW", issued, registered_on=registered)
    with runtime.database.write() as session:
        if status:
            registering.take(session, staff.actor(session, "ann_candidate"), id_, status, today=TODAY, now=NOW)
        officer = staff.actor(session, "ann_officer")
        found = actions.due(session, officer, Ask(), today=TODAY)
        assert [row["due"] for row in found.rows] == ([due] if due else [])
        if due:
            assert actions.due(session, officer, Ask(filters={"due": due}), today=TODAY).total == 1
        assert actions.due(session, staff.actor(session, "bob_officer"), Ask(), today=TODAY).total == 0


def test_reminders_once_a_threshold_and_dropped_when_applied_for(runtime, staff, certificate, take):
    def run(day):
        at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        return jobs.remind_due(JobTurn(runtime, at, at))

    with runtime.database.write() as session:
        limits.load_data(session, TODAY)
    assert run(TODAY) == 1
    assert run(TODAY + timedelta(days=1)) == 0
    assert run(date(2026, 8, 20)) == 1  # 21 days before the last one
    with runtime.database.read() as session:
        queued = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        ask = [(one.person_id, {**one.context, "closes_on": date(2026, 9, 10)}) for one in queued]
        assert jobs.still_due(session, *ask[0], TODAY)
        assert not jobs.still_due(session, *ask[0], date(2026, 8, 20))
        assert jobs.still_due(session, *ask[1], date(2026, 8, 20))
    take("ann_candidate", "applied", today=date(2026, 8, 20))
    with runtime.database.read() as session:
        assert not jobs.still_due(session, *ask[1], date(2026, 8, 20))


def test_the_words_of_the_reminder(app, runtime, staff, certificate):
    from examprep.reminders.words import words

    context = {"certificate_id": 7, "level": "ASW", "again": True, "threshold": 30, "overdue": False,
               "closes_on": date(2026, 9, 10), "lapsed_on": date(2026, 9, 10)}  # fmt: skip
    with app.app_context():
        for change in ({}, {"again": False, "lapsed_on": None}, {"overdue": True}):
            subject, body = words(runtime.settings, "registration-due", "en", "Ann", {**context, **change})
            assert subject
            assert "/register/certificates/7" in body


def test_limits_are_added_by_who_answers_for_the_region(runtime, staff):
    entry = {
        "region_code": "520526", "since": TODAY, "first_months": 24, "term_months": 36, "renew_from_months": -3,
        "renew_to_months": 6, "batches": [], "accept_by": 3, "review_by": 3, "approve_by": 3, "source": "县通知",
        "certainty": "H",
    }  # fmt: skip
    with runtime.database.write() as session:
        limits.load_data(session, TODAY)
        limits.load_data(session, TODAY)
        with pytest.raises(NotFound):
            limits.add(session, staff.actor(session, "bob_officer"), entry, now=NOW)
        limits.add(session, staff.actor(session, "ann_officer"), entry, now=NOW)
        found = limits.limits_of(session, staff.people["ann_candidate"], TODAY)
        assert (found.first_months, found.renew_to_months, found.needed["approve"]) == (24, 6, 3)
        assert limits.limits_of(session, staff.people["bob_candidate"], TODAY).first_months == 12
        assert len(limits.known_limits(session)) == 5


def test_the_public_check_shows_what_the_holder_allows_and_else_the_same_to_everybody(
    runtime, staff, sign_in, client, certificate
):
    holder = sign_in("ann_candidate")
    address = f"/register/certificates/{certificate}"

    def code():
        with runtime.database.read() as session:
            return disclosing.disclosure(session, staff.actor(session, "ann_candidate"), certificate)[1]

    def allow(shows):
        assert holder.post(f"{address}/disclosure", data={"shows": shows}).status_code == 303
        return code()

    client.post("/language", data={"language": "en", "next": "/"})

    def asked(secret):
        answer = client.get(f"/register/check/{secret}")
        return answer.status_code, re.sub(
            r'(nonce|value|content)="[^"]*"|/check/[\w-]+|check%2F[\w-]+', "", answer.text
        )

    unknown = asked("x" * 22)
    assert unknown[0] == 404
    first = allow("validity")
    status, text = asked(first)
    assert status == 200
    assert "ann_candidate" not in text
    assert "ASW-2025" not in text
    second = allow("name")
    assert second != first
    assert len(second) >= 22
    assert asked(first) == unknown
    assert "ann_candidate" in asked(second)[1]
    assert holder.get(f"{address}/code.svg").mimetype == "image/svg+xml"
    hidden = allow("nothing")
    assert asked(hidden) == asked(second) == unknown
    assert holder.get(f"{address}/code.svg").status_code == 404
    assert client.post("/register/check", data={"code": f"https://x/register/check/{second}"}).location.endswith(second)
    assert sign_in("bob_candidate").post(f"{address}/disclosure", data={"shows": "name"}).status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"%PDF-1.4 x", None, id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"x" * scans.LARGEST_BYTES, "register.scan-size", id="too-large"),
        pytest.param(b"<html>", "register.scan-kind", id="html"),
    ],
)
def test_scans(runtime, staff, certificate, content, code):
    def add(who):
        with runtime.database.write() as session:
            return scans.add(
                session, runtime.vault, staff.actor(session, who), certificate, "证书.pdf", content, now=NOW
            )

    if code:
        with pytest.raises(RuleViolation) as refusal:
            add("ann_candidate")
        assert refusal.value.code == code
        return
    id_ = add("ann_candidate")
    with pytest.raises(NotFound):
        add("bob_officer")
    with runtime.database.write() as session:
        with pytest.raises(NotFound):
            scans.content(session, runtime.vault, staff.actor(session, "bob_officer"), id_)
        assert scans.content(session, runtime.vault, staff.actor(session, "ann_officer"), id_)[2] == content
        scans.remove(session, staff.actor(session, "ann_candidate"), id_, now=NOW)
        with pytest.raises(NotFound):
            scans.content(session, runtime.vault, staff.actor(session, "ann_officer"), id_)


def test_a_senior_proof_holds_for_three_years_and_makes_nobody_a_holder(runtime, staff):
    person_id = staff.people["ann_candidate"]
    with runtime.database.write() as session:
        officer = staff.actor(session, "ann_officer")
        entry = {"person_id": person_id, "number": "G1", "passed_year": 2024, "issued_on": date(2024, 9, 1)}
        id_ = senior.add(session, officer, **entry, now=NOW)
        (proof,) = senior.proofs_of(session, person_id, today=date(2027, 8, 31))
        assert (proof["valid_until"], proof["ended"]) == (date(2027, 9, 1), False)
        assert senior.proofs_of(session, person_id, today=date(2027, 9, 1))[0]["ended"]
        assert actions.highest_level(session, person_id, as_of=TODAY) is None
        with pytest.raises(RuleViolation, match="three years"):
            senior.decide(session, officer, id_, "passed", decided_on=date(2027, 9, 1), now=NOW)
        senior.decide(session, officer, id_, "passed", decided_on=date(2027, 8, 31), now=NOW)
        with pytest.raises(NotFound):
            senior.decide(session, staff.actor(session, "bob_officer"), id_, "waiting", decided_on=TODAY, now=NOW)


def test_a_senior_proof_entered_by_mistake_is_taken_out(staff, sign_in):
    person = f"/register/persons/{staff.people['ann_candidate']}"
    officer, typed = sign_in("ann_officer"), {"number": "评2024-1", "passed_year": 2024, "issued_on": "2024-09-01"}
    assert officer.post(f"{person}/proofs", data=typed).status_code == 303
    away = re.search(r"/register/proofs/\d+/remove", officer.get(person).text)[0]
    assert sign_in("bob_officer").post(away).status_code == 404
    assert sign_in("ann_candidate").post(away).status_code == 403
    officer = sign_in("ann_officer")
    assert officer.post(away).status_code == 303
    assert "评2024-1" not in officer.get(person).text
    assert officer.post(away).status_code == 404
    assert officer.post(f"{person}/proofs", data=typed).status_code == 303


PAGES = ("/register/due", "/register/applications", "/register/limits", "/register/limits/add", "/register/holders")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages(runtime, staff, sign_in, client, certificate, take, language):
    take("ann_candidate", "applied")
    officer, holder = sign_in("ann_officer"), sign_in("ann_candidate")
    own = f"/register/certificates/{certificate}"
    persons = f"/register/persons/{staff.people['ann_candidate']}"
    for one in (officer, holder):
        one.post("/language", data={"language": language, "next": "/"})
    for page in (*PAGES, own, persons):
        assert officer.get(page).status_code == 200, page
        assert client.get(page).status_code == 303
    assert officer.get("/register/due?export=xlsx").status_code == 200
    assert officer.get("/register/applications?export=csv").status_code == 200
    assert officer.get("/register/limits?export=csv").status_code == 200
    for page in ("/register/mine", own):
        assert holder.get(page).status_code == 200, page
    for page in (*PAGES, persons):
        assert holder.get(page).status_code == 403, page
    assert sign_in("bob_officer").get(own).status_code == 404
    assert sign_in("bob_candidate").get(own).status_code == 404
    assert sign_in("ann_trainer").get(own).status_code == 403


def test_the_forms(staff, sign_in, certificate):
    officer, holder = sign_in("ann_officer"), sign_in("ann_candidate")
    own = f"/register/certificates/{certificate}"
    assert holder.post(f"{own}/apply", data={"place_code": "999999"}).status_code == 422
    assert holder.post(f"{own}/apply", data={"place_code": "520526"}).status_code == 303
    assert holder.post(f"{own}/apply", data={"place_code": "520500"}).status_code == 303
    assert officer.post(f"{own}/step/accepted", data={}).status_code == 303
    assert officer.post(f"{own}/step/returned", data={"reason": ""}).status_code == 422
    assert officer.post(f"{own}/step/nonsense", data={}).status_code == 404
    sent = {"status": Status.ISSUED.value, "registered_on": "2026-03-01"}
    assert officer.post(f"{own}/platform", data=sent).status_code == 303
    page = officer.get(own).text
    event = re.search(r"/register/events/(\d+)/take-back", page)[0]
    assert officer.post(event).status_code == 303
    scan = {"scan": (io.BytesIO(b"%PDF-1"), "证书.pdf")}
    assert holder.post(f"{own}/scans", data=scan).status_code == 303
    assert holder.get(re.search(r"/register/scans/\d+", holder.get(own).text)[0]).mimetype == "application/pdf"
    person = f"/register/persons/{staff.people['ann_candidate']}"
    typed = {"level": "SW", "number": "N-1234", "qualified_year": 2025, "issued_on": "2025-09-01",
             "validity": "national", "subjects": "综合能力 2024、实务 2025"}  # fmt: skip
    assert officer.post(person, data={**typed, "subjects": "综合"}).status_code == 422
    assert officer.post(person, data=typed).status_code == 303
    assert officer.post(person, data=typed).status_code == 422
    proof = {"number": "G2", "passed_year": 2024, "issued_on": "2024-09-01"}
    assert officer.post(f"{person}/proofs", data=proof).status_code == 303
    assert "G2" in officer.get(person).text
    version = {"region_code": "520526", "since": "2026-01-01", "term_months": 36, "renew_from_months": -3,
               "renew_to_months": 0, "batches": "12-15/01-15", "accept_by": 3, "review_by": 2, "approve_by": 1,
               "source": "通知", "certainty": "H"}  # fmt: skip
    assert officer.post("/register/limits/add", data={**version, "batches": "02-30/03-01"}).status_code == 422
    assert officer.post("/register/limits/add", data=version).status_code == 303
    assert officer.post(person, data={**typed, "number": "N-5", "qualified_year": 2026}).status_code == 422
    assert officer.post(person, data={**typed, "number": "N-5", "issued_on": "9999-12-31"}).status_code == 422
    assert officer.post(f"{own}/withdraw", data={"reason": "录错"}).status_code == 303
    assert officer.get(own).status_code == 404
    back = re.search(r"/register/events/\d+/bring-back", officer.get(person).text)[0]
    assert sign_in("bob_officer").post(back).status_code == 404
    assert sign_in("ann_candidate").post(back).status_code == 403
    assert sign_in("ann_officer").post(back).status_code == 303
    assert officer.get(own).status_code == 200


def test_forged_posts_are_refused(app, staff, sign_in, certificate):
    officer = sign_in("ann_officer")
    app.config["WTF_CSRF_ENABLED"] = True
    assert officer.post(f"/register/certificates/{certificate}/withdraw", data={"reason": "x"}).status_code == 400


def test_nothing_says_that_a_certificate_expires():
    """民发〔2009〕44号: the registration ends, the qualification does not. No page, mail or sentence says otherwise."""
    from pathlib import Path

    from tests.catalogue import CATALOGUE

    root = Path(__file__).parents[2]
    wrong = re.compile(
        r"证书(已)?(失效|过期|作废)|资格(已)?失效|certificate[^.。{}<]{0,20}(has )?expire[ds]", re.IGNORECASE
    )
    texts = [*(root / "templates").rglob("*.html"), *(root / "templates").rglob("*.txt"), CATALOGUE]
    found = [f"{path.name}: {hit[0]}" for path in texts for hit in wrong.finditer(path.read_text(encoding="utf-8"))]
    assert found == []
    assert "登记已过期" in CATALOGUE.read_text(encoding="utf-8")
