"""Doubtful rows: they wait, are decided by whoever may, brought in by the usual way, and taken back like any import."""

import pytest
from sqlalchemy import select, text, update

from examprep.exams.models import RegistrationRow
from examprep.imports import engine, review, rows
from examprep.imports.models import ImportBatchRow, ImportRowRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.registry import Registry
from examprep.people.models import AuditEventRow, PersonRow
from examprep.plumbing.listing import Ask
from tests.exams.files import NOW, REGISTRATION, RESULT, upload
from tests.factories import resident_id

DERIVED = ("exam_outcome", "exam_tally", "exam_subject_tally", "exam_trend")


def number(order, **more):
    return resident_id(order, **more).number


def registry(office):
    return Registry(office.registrations, office.approvals, office.results)


def decide(office, batch_id, row, decision, person_id=None, who=None):
    with office.runtime.database.write() as session:
        actor = office.world.actor(session, who or office.who)
        review.decide(
            session,
            office.runtime.vault,
            registry(office),
            actor,
            batch_id,
            row,
            decision,
            person_id=person_id,
            now=NOW,
        )


def take_back(office, batch_id, row):
    with office.runtime.database.write() as session:
        review.take_back(session, registry(office), office.actor(session), batch_id, row, now=NOW)


def waiting(office, who=None):
    with office.runtime.database.read() as session:
        page = review.queue(session, registry(office), office.world.actor(session, who or office.who), Ask())
        return [(row["number"], row["name"]) for row in page.rows]


def ends(office, batch_id):
    with office.runtime.database.read() as session:
        return rows.counts(session, batch_id)


def registered(office):
    with office.runtime.database.read() as session:
        query = (
            select(PersonRow.name, RegistrationRow.level)
            .join(PersonRow, PersonRow.id == RegistrationRow.person_id)
            .where(RegistrationRow.ended_by.is_(None))
        )
        return sorted(tuple(found) for found in session.execute(query))


def derived(office):
    """Every derived row as the database keeps it."""
    with office.runtime.database.read() as session:
        return {name: sorted(map(repr, session.execute(text(f"SELECT * FROM {name}")))) for name in DERIVED}


def apply(office, batch_id, leave_out=False):
    with office.runtime.database.write() as session:
        importer, batch = engine.find(session, registry(office), office.actor(session), batch_id)
        return engine.apply(
            session, office.runtime.vault, importer, batch, office.actor(session), now=NOW, leave_out=leave_out
        )


@pytest.fixture
def doubtful(office):
    """A file of four: one right, one under another name, one namesake with another number, one refused."""
    rows_ = [
        ("考生201", number(201), "初级", "", "通过"),
        ("改名者", number(1), "初级", "", "通过"),
        ("ann_trainer", number(777), "初级", "", "通过"),
        ("考生204", "1.52E+17", "初级", "", "通过"),
    ]
    with office.runtime.database.write() as session:
        actor = office.actor(session)
        batch_id = engine.check(
            session, office.runtime.vault, office.registrations, actor, upload(REGISTRATION, rows_), now=NOW
        )
    apply(office, batch_id, leave_out=True)
    return batch_id


def test_every_row_ends_in_one_of_four_ways(office, doubtful):
    assert ends(office, doubtful) == {"created": 1, "doubtful": 2, "refused": 1}
    assert registered(office) == [("考生201", "ASW")]
    assert waiting(office) == [(3, "改名者"), (4, "ann_trainer")]
    with office.runtime.database.read() as session:
        created = session.get_one(ImportRowRow, (doubtful, 2))
        assert session.get_one(PersonRow, created.person_id).name == "考生201"


def test_without_leaving_out_a_wrong_row_stops_the_file(office):
    rows_ = [("考生201", number(201), "初级", "", "通过"), ("考生204", "1.52E+17", "初级", "", "通过")]
    with pytest.raises(RuleViolation, match="nothing was imported"):
        office.bring(office.registrations, upload(REGISTRATION, rows_))
    assert registered(office) == []


def test_a_row_is_brought_in_for_the_person_decided_on_and_taken_back(office, world, doubtful):
    before = derived(office)
    decide(office, doubtful, 3, "person", world.people["ann_administrator"])
    assert registered(office) == [("ann_administrator", "ASW"), ("考生201", "ASW")]
    assert ends(office, doubtful) == {"created": 1, "doubtful": 1, "matched": 1, "refused": 1}
    assert waiting(office) == [(4, "ann_trainer")]
    take_back(office, doubtful, 3)
    assert waiting(office) == [(3, "改名者"), (4, "ann_trainer")]
    assert derived(office) == before
    with office.runtime.database.read() as session:
        query = select(AuditEventRow.act).where(AuditEventRow.act.like("imports.row%"))
        acts = session.scalars(query.order_by(AuditEventRow.id)).all()
    assert acts == ["imports.row-decided", "imports.row-reopened"]


def test_a_namesake_is_a_new_person_when_somebody_says_so(office, doubtful):
    decide(office, doubtful, 4, "new")
    assert registered(office) == [("ann_trainer", "ASW"), ("考生201", "ASW")]
    with office.runtime.database.read() as session:
        row = session.get_one(ImportRowRow, (doubtful, 4))
        assert session.get_one(PersonRow, row.person_id).id_number_hash == office.runtime.vault.fingerprint(number(777))


def test_a_row_is_refused_and_may_wait_again(office, doubtful):
    decide(office, doubtful, 3, "refused")
    assert ends(office, doubtful)["refused"] == 2
    take_back(office, doubtful, 3)
    assert ends(office, doubtful)["refused"] == 1


def test_a_number_on_file_is_no_new_person(office, doubtful):
    with pytest.raises(RuleViolation, match="already"):
        decide(office, doubtful, 3, "new")
    assert waiting(office) == [(3, "改名者"), (4, "ann_trainer")]


def test_nobody_decides_twice_nor_for_others(office, world, doubtful):
    for who in ("bob_officer",):
        assert waiting(office, who) == []
        with pytest.raises(NotFound):
            decide(office, doubtful, 3, "refused", who=who)
    with pytest.raises(RuleViolation, match="no such person"):
        decide(office, doubtful, 3, "person", world.people["bob_candidate"])
    decide(office, doubtful, 3, "refused")
    with pytest.raises(Conflict, match="decided"):
        decide(office, doubtful, 3, "refused")
    with pytest.raises(NotFound):
        decide(office, doubtful, 2, "refused")  # it never was doubtful


def test_undoing_the_file_undoes_its_decisions(office, world, doubtful):
    decide(office, doubtful, 3, "person", world.people["ann_administrator"])
    office.undo(office.registrations, doubtful)
    assert registered(office) == []
    with office.runtime.database.read() as session:
        assert set(session.scalars(select(ImportBatchRow.state))) == {"undone"}
    assert waiting(office) == []
    with pytest.raises(Conflict, match="no decision"):
        take_back(office, doubtful, 3)


def test_two_levels_are_decided_by_ending_the_other(office, world):
    office.register(201)
    batch_id = office.register(201, level="中级")
    assert registered(office) == [("考生201", "ASW")]
    decide(office, batch_id, 2, "person", office.person_id(201))
    assert registered(office) == [("考生201", "SW")]
    take_back(office, batch_id, 2)
    assert registered(office) == [("考生201", "ASW")]
    office.mark({201: (60, "", 60)})
    with pytest.raises(RuleViolation, match="has results"):
        decide(office, batch_id, 2, "person", office.person_id(201))


def lines(office, importer, heads, *file_rows):
    plan = office.plan(importer, upload(heads, file_rows))
    return [(line.state, line.person_id, " ".join(map(str, line.said))) for line in plan.lines]


def test_results_without_a_number_are_matched_by_name_birth_and_organisation(office):
    office.register(201, 202, unit="ann 社工机构")
    heads = ("姓名", "身份证号", "出生日期", "单位", "综合能力", "实务")
    found = lines(
        office,
        office.results,
        heads,
        ("考生201", "", "1990-03-07", "ann 社工机构", 60, 60),
        ("考生202", "520526********202*", "1990-03-07", "", 60, 60),
        ("考生202", "110101********9999", "1990-03-07", "", 60, 60),
        ("考生203", "", "1990-03-07", "", 60, 60),
    )
    assert [(state, person) for state, person, _ in found] == [
        ("matched", office.person_id(201)),
        ("doubtful", None),
        ("refused", None),
        ("refused", None),
    ]
    assert "1 persons on file agree" in found[1][2]


def test_a_file_without_a_column_of_numbers_needs_one_of_births(office):
    office.register(201)
    heads = ("姓名", "出生日期", "综合能力", "实务")
    assert lines(office, office.results, heads, ("考生201", "1990-03-07", 60, 60))[0][0] == "doubtful"


def test_an_id_number_that_excel_may_have_spoilt_waits(office):
    numbers = (number(order, born=f"198501{day:02d}") for day in range(1, 29) for order in range(100, 1000, 100))
    spoilt = next(each for each in numbers if each.endswith("000"))
    ((state, _, said),) = lines(office, office.registrations, REGISTRATION, ("某人", spoilt, "初级", "", "通过"))
    assert (state, "ends in 000" in said) == ("doubtful", True)


def test_corrections_are_said_before_they_are_made(office):
    office.register(201)
    office.mark({201: (59, "", -1)})
    found = lines(office, office.results, RESULT, ("考生201", number(201), 60.5, "", 61))
    assert found[0][2] == ("Comprehensive ability (assistant): 59 → 60.5 Practice (assistant): Absent → 61")
    found = lines(
        office, office.registrations, REGISTRATION, ("考生201", number(201), "初级", "ann 社工机构", "不通过")
    )
    assert found[0][2] == "Organisation: ann 县社会工作部 → ann 社工机构 Approved: Yes → No"


def test_a_file_that_would_do_something_else_by_now_is_shown_anew(office):
    office.register(201)
    file = upload(RESULT, [("考生201", number(201), 60, "", 60)])
    with office.runtime.database.write() as session:
        batch_id = engine.check(session, office.runtime.vault, office.results, office.actor(session), file, now=NOW)
    office.mark({201: (59, "", 60)})
    with pytest.raises(Conflict, match="has changed"):
        apply(office, batch_id)
    with office.runtime.database.write() as session:
        importer, batch = engine.find(session, registry(office), office.actor(session), batch_id)
        engine.check_again(session, office.runtime.vault, importer, batch, office.actor(session), now=NOW)
    assert apply(office, batch_id) == 1


def test_approvals_change_nothing_else(office):
    office.register(201, 202, 204, approved="待审核", unit="ann 社工机构")
    office.register(205, approved="通过")
    office.mark({205: (60, "", 60)})  # who sat counts as approved, whatever is said later
    with office.runtime.database.write() as session:
        session.execute(update(PersonRow).values(sex=None, born_on=None, education="master"))
    heads = ("姓名", "身份证号", "审核结果")
    said = {201: "通过", 202: "不通过", 204: "通过", 205: "不通过"}
    file = upload(heads, [(f"考生{n}", number(n), approval) for n, approval in said.items()])
    before, row = derived(office), RegistrationRow
    current = select(row.person_id, row.organisation_id, row.sex, row.age, row.education, row.approved)
    with office.runtime.database.read() as session:
        known = {each[0]: tuple(each)[1:-1] for each in session.execute(current.where(row.ended_by.is_(None)))}
    batch_id = office.bring(office.approvals, file)
    assert (ends(office, batch_id), office.differences()) == ({"matched": 4}, [])
    with office.runtime.database.read() as session:
        found = {each[0]: tuple(each)[1:] for each in session.execute(current.where(row.ended_by.is_(None)))}
    approved = {office.person_id(n): approval == "通过" for n, approval in said.items()}
    assert found == {id_: (*known[id_], approved[id_]) for id_ in known}
    office.undo(office.approvals, batch_id)
    assert derived(office) == before
    found = lines(office, office.approvals, heads, ("考生203", number(203), "通过"))
    assert found[0][0] == "refused"


def test_undo_restores_every_derived_row_also_after_later_files(office):
    office.register(201, 202, 203)
    empty = derived(office)
    first = office.mark({201: (60, "", 60), 202: (53, "", 60)})
    after_first = derived(office)
    second = office.mark({202: (60, "", 60), 203: (60, "", 59)})
    third = office.mark({203: (60, "", 60)})
    with pytest.raises(RuleViolation, match="corrected 1"):
        office.undo(office.results, second)
    office.undo(office.results, third)
    office.undo(office.results, second)
    assert derived(office) == after_first
    office.undo(office.results, first)
    assert derived(office) == empty
