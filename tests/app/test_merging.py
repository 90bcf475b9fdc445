"""Two rows of one person: every table has its rule, nothing is counted twice, and taking back gives all back."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from examprep.app.wiring import FEATURES
from examprep.ce.actions import reverse
from examprep.ce.claim_models import ClaimRow
from examprep.ce.models import BalanceRow, LineRow
from examprep.exams.models import MarkRow, OutcomeRow, TallyRow
from examprep.kernel.errors import RuleViolation
from examprep.mocks.models import AttemptRow
from examprep.mocks.settling import name_of
from examprep.mocks.store import items_of
from examprep.people import actions, merge_lists, merging
from examprep.people import strays as of_merges
from examprep.plumbing.db import Base
from examprep.practice.models import AnswerRow, DayRow, MemoryRow
from examprep.training.mentor_models import MentorMeetingRow
from examprep.training.models import ClassRow, EnrolmentRow, GrantRow, MentorPairRow, SessionRow
from tests.app.merged import (
    FACTS,
    NOW,
    ONE_EXAM,
    PARTS,
    TODAY,
    Rows,
    differences,
    everything,
    in_context,
    merge,
    take_back,
)
from tests.practice.conftest import chapters, questions, tree  # noqa: F401 -- fixtures


def test_every_column_that_names_a_person_says_what_becomes_of_it():
    """A new table fails here until its package says whether its rows go over, are rebuilt, or tell who acted."""
    told = [name for part in PARTS for name in (*(m.name for m in part.moves), *part.derived, *part.acts)]
    named = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    ]
    assert sorted(told) == sorted(named)


def test_every_part_that_rebuilds_is_told_of():
    assert len(PARTS) == len({id(part) for part in PARTS})
    assert sum(feature.moving is not None for feature in FEATURES) == len(PARTS)


@pytest.fixture
def rows(app, database, world, questions, runtime):  # noqa: F811
    """A session whose rows are taken away again, and two rows of one person in it: (rows, gone, kept)."""
    with in_context(app), database.write() as session:
        found = Rows(session, world, questions)
        about = {"organisation_id": world.organisations["ann_agency"], "now": NOW}
        kept = actions.add_person(session, runtime.vault, name="王芳", born_on=date(1990, 3, 7), **about)
        gone = actions.add_person(session, runtime.vault, name="王芳", born_on=date(1990, 3, 7), phone="1", **about)
        yield found, gone.id, kept.id
        session.rollback()


facts = st.lists(st.sampled_from(FACTS), unique=True).map(
    lambda names: [n for n in names if not any(n in pair and max(pair & set(names)) != n for pair in ONE_EXAM)]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_gone=facts, of_kept=facts)
def test_taking_back_leaves_everything_as_it_was(rows, of_gone, of_kept):
    found, gone, kept = rows
    with found.session.begin_nested() as savepoint:
        for person, names in ((gone, of_gone), (kept, of_kept)):
            for name in names:
                getattr(found, name)(person)
        found.settle(gone, kept)
        before = everything(found.session)
        merge_id = merge(found.session, found.world, gone, kept)
        assert differences(found.session) == []
        assert outcomes(found.session, gone) == 0
        take_back(found.session, found.world, merge_id)
        assert differences(found.session) == []
        after = everything(found.session)
        for table, expected in before.items():
            assert after[table] == expected, table
        savepoint.rollback()


def outcomes(session, person):
    return session.scalar(select(func.count()).select_from(OutcomeRow).where(OutcomeRow.person_id == person))


def tally(session):
    row = TallyRow
    return session.execute(select(func.sum(row.registered), func.sum(row.sat), func.sum(row.passed))).one()


def test_whoever_was_registered_twice_counts_once(rows):
    found, gone, kept = rows
    for person in (gone, kept):
        found.examined(person)
    found.settle(gone, kept)
    assert tally(found.session) == (2, 2, 2)
    merge_id = merge(found.session, found.world, gone, kept)
    assert tally(found.session) == (1, 1, 1)
    take_back(found.session, found.world, merge_id)
    assert tally(found.session) == (2, 2, 2)


def test_hours_of_one_session_and_one_unit_count_once(rows):
    found, gone, kept = rows
    for person in (gone, kept):
        found.attended(person)
        found.completed(person)
    found.earned(gone)
    found.settle(gone, kept)
    merge(found.session, found.world, gone, kept)
    minutes = select(func.sum(BalanceRow.minutes)).where(BalanceRow.person_id == kept)
    assert found.session.scalar(minutes) == 120 + 120 + 90


def owners(found, model, **where):
    """Whose the rows of a table are, in their order."""
    return list(found.session.scalars(select(model.person_id).filter_by(**where).order_by(model.id)))


def test_answers_of_both_make_one_memory(rows):
    found, gone, kept = rows
    for person in (gone, kept):
        found.answered(person)
    found.settle(gone, kept)
    merge(found.session, found.world, gone, kept)
    kept_in_mind = select(MemoryRow.person_id, MemoryRow.reps)
    assert set(found.session.execute(kept_in_mind).all()) == {(kept, 2)}
    assert found.session.scalar(select(func.sum(DayRow.answered)).where(DayRow.person_id == kept)) == 6


def test_what_corrects_goes_back_and_what_came_later_stays(rows):
    """The row that went had a mark and hours; after the merge both are corrected, and others come."""
    found, gone, kept = rows
    found.examined(gone)
    line = found.line(gone, "ce.hand", 7)
    found.settle(gone, kept)
    merge_id = merge(found.session, found.world, gone, kept)
    about = {"person_id": kept, "half_points": 100, "code": "scored", "recorded_at": NOW}
    found.put(MarkRow, year=2025, subject_code="sw-practice", **about)
    found.put(MarkRow, year=2024, subject_code="sw-practice", **about)
    reverse(found.session, line, reason="误", posted_by=None, now=NOW)
    found.earned(kept)
    found.answered(kept)
    found.settle(gone, kept)
    take_back(found.session, found.world, merge_id)
    assert differences(found.session) == []
    assert owners(found, MarkRow, subject_code="sw-practice") == [gone, gone, kept]
    assert owners(found, LineRow) == [gone, gone, kept]
    assert set(owners(found, AnswerRow)) == {kept}


def test_hours_go_back_with_what_they_were_given_for(rows):
    """A claim, a session and a mentor's meeting of the row that went give hours only after the merge."""
    found, gone, kept = rows
    claim = found.claimed(gone)
    found.came(gone)
    meeting = found.met(found.world.people["ann_trainer"], gone)
    found.settle(gone, kept)
    merge_id = merge(found.session, found.world, gone, kept)
    line = found.line(kept, "ce.claim", claim)
    found.session.execute(update(ClaimRow).values(state="approved", line_id=line, granted_minutes=120))
    found.granted(kept)
    of_meeting = found.line(kept, "training.mentee-meeting", meeting)
    found.session.execute(update(MentorMeetingRow).values(mentee_line_id=of_meeting))
    found.line(kept, "ce.reversal", of_meeting, -120, reverses_id=of_meeting, reason="误")
    found.earned(kept)
    found.settle(gone, kept)
    take_back(found.session, found.world, merge_id)
    assert differences(found.session) == []
    assert owners(found, LineRow) == [gone, gone, gone, gone, kept]
    assert owners(found, GrantRow) == [gone]


def test_what_practice_learns_of_a_mock_goes_back_with_it(rows):
    found, gone, kept = rows
    found.sat_a_mock(gone)
    found.answered(kept)
    found.settle(gone, kept)
    merge_id = merge(found.session, found.world, gone, kept)
    attempt = found.session.scalar(select(AttemptRow.id))
    ((item,),) = items_of(found.session, [attempt]).values()
    found.answered(kept)
    last = found.session.scalar(select(func.max(AnswerRow.id)))
    found.session.execute(update(AnswerRow).where(AnswerRow.id == last).values(client_id=name_of(attempt, item)))
    found.settle(gone, kept)
    take_back(found.session, found.world, merge_id)
    assert differences(found.session) == []
    assert owners(found, AnswerRow) == [kept] * 5 + [gone]


def test_whoever_mentored_the_other_with_hours_is_not_merged(rows):
    found, gone, kept = rows
    meeting = found.met(kept, gone)
    line = found.line(gone, "training.mentee-meeting", meeting)
    found.session.execute(update(MentorMeetingRow).values(mentee_line_id=line))
    with pytest.raises(RuleViolation, match="mentors the other"):
        merge(found.session, found.world, gone, kept)


def test_two_marks_that_differ_are_pointed_out(rows):
    found, gone, kept = rows
    for person in (gone, kept):
        found.marked(person)
    actor = found.world.actor(found.session, "ann_officer")
    asked = {"gone_id": gone, "kept_id": kept, "now": NOW}
    assert merging.look(found.session, actor, PARTS, **asked).remarks == []
    about = {"half_points": 90, "code": "scored", "recorded_at": NOW}
    found.put(MarkRow, person_id=kept, year=2025, subject_code="sw-practice", **about)
    (remark,) = merging.look(found.session, actor, PARTS, **asked).remarks
    assert remark.values == {"count": 1}


def test_what_was_written_under_the_row_that_went_is_found_and_brought_over(rows):
    """A request may have begun before the merge and end after it."""
    found, gone, kept = rows
    found.noted(gone)
    found.noted(kept)
    found.settle(gone, kept)
    merge_id = merge(found.session, found.world, gone, kept)
    assert strays(found) == []
    found.answered(gone)
    found.earned(gone)
    said = sorted(each.split(" ")[0] for each in strays(found))
    assert said == ["ce_line.person_id", *["practice_answer.person_id"] * 3]
    found.settle(gone, kept)
    assert (owners(found, AnswerRow), owners(found, LineRow)) == ([kept] * 3, [kept])
    take_back(found.session, found.world, merge_id)
    assert differences(found.session) == []
    assert (owners(found, AnswerRow), owners(found, LineRow)) == ([gone] * 3, [gone])


def strays(found):
    found.session.flush()
    return list(of_merges.differences(found.session, PARTS, False))


def test_a_seat_that_one_person_had_twice_goes_to_who_waits(rows):
    found, gone, kept = rows
    found.seated(gone)
    found.seated(kept)
    other = found.world.people["ann_candidate"]
    about = {"class_id": found.class_id, "turn": 9, "at": NOW}
    found.session.execute(update(ClassRow).values(capacity=2))
    found.session.execute(delete(SessionRow))
    found.put(EnrolmentRow, person_id=other, state="waiting", **about)
    found.settle(gone, kept)

    def states():
        query = select(EnrolmentRow.person_id, EnrolmentRow.state)
        return dict(found.session.execute(query).all())

    merge_id = merge(found.session, found.world, gone, kept)
    assert states() == {gone: "left", kept: "enrolled", other: "enrolled"}
    assert differences(found.session) == []
    take_back(found.session, found.world, merge_id)
    assert states() == {gone: "enrolled", kept: "enrolled", other: "enrolled"}
    assert differences(found.session) == []


def test_a_pair_of_both_rows_is_ended_and_stands_again(rows):
    """Somebody who was their own mentor is so no longer; taken back, the pair stands as it did."""
    found, gone, kept = rows
    found.put(MentorPairRow, mentor_id=gone, mentee_id=kept, since=date(2026, 1, 1))
    merge_id = merge(found.session, found.world, gone, kept)
    pair = select(MentorPairRow.mentor_id, MentorPairRow.mentee_id, MentorPairRow.until)
    assert found.session.execute(pair).one() == (gone, kept, TODAY)
    take_back(found.session, found.world, merge_id)
    assert found.session.execute(pair).one() == (gone, kept, None)


def test_nobody_is_merged_during_a_mock(rows):
    found, gone, kept = rows
    found.sat_a_mock(gone)
    nothing = {"ended_at": None, "ended_by": None, "marked_at": None, "half_points": None, "full_half_points": None}
    found.session.execute(update(AttemptRow).values(**nothing))
    with pytest.raises(RuleViolation, match="mock"):
        merge(found.session, found.world, gone, kept)


def test_a_look_says_beforehand_what_the_merge_then_does(rows):
    found, gone, kept = rows
    for name in ("examined", "answered", "seated", "attended", "completed", "noted", "given_work", "certified"):
        getattr(found, name)(gone)
    for name in ("examined_before", "seated", "attended", "completed", "noted"):
        getattr(found, name)(kept)
    found.settle(gone, kept)
    actor = found.world.actor(found.session, "ann_officer")
    look = merging.look(found.session, actor, PARTS, gone_id=gone, kept_id=kept, now=NOW)
    merge_id = merge(found.session, found.world, gone, kept)
    done = merge_lists.merged(found.session, actor, PARTS, merge_id)
    foreseen = {line.label: (line.gone - line.stays, line.stays) for line in look.lines if line.gone}
    assert foreseen == {kind.label: (kind.moved, kind.stayed) for kind in done.kinds}
    assert look.filled == ["phone"] == done.filled
