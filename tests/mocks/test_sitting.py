"""Sitting: the clock, answers kept until the end, one end, and the one log of practice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.bank import actions as bank
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.mocks import jobs, marking, rebuild, settling, sitting, store
from examprep.mocks.models import AnswerRow, AttemptRow, ItemRow, PaperRow
from examprep.plumbing.jobs import JobTurn
from examprep.practice import rebuild as practice
from examprep.practice.models import AnswerRow as LogRow
from examprep.practice.models import DayRow, MemoryRow
from tests.mocks.conftest import SUBJECT, WRITTEN, key


def rows(database, *entities):
    with database.read() as session:
        found = session.execute(select(*entities)).all()
        return [row[0] if len(entities) == 1 else row for row in found]


def verified(database):
    """What verify would say of everything a mock touches."""
    with database.read() as session:
        return [
            line
            for each in (practice.memory_differences, practice.day_differences, rebuild.differences)
            for line in each(session, False)
        ]


def end_by_job(runtime, clock):
    return jobs.end_due(JobTurn(runtime, clock.now(), clock.now()))


def test_a_paper_of_the_official_size_keeps_its_seed_and_versions(database, fill, start, tree):
    fill(70, 30)
    attempt = start(seed=42)
    (paper,) = rows(database, PaperRow)
    items = sorted(rows(database, ItemRow), key=lambda each: each.position)
    assert (paper.seed, paper.full, paper.minutes, paper.half_points) == (42, True, 120, 200)
    assert [each.type for each in items] == ["single-choice"] * 60 + ["multiple-choice"] * 20
    assert [each.position for each in items] == list(range(1, 81))
    assert attempt


def test_too_few_questions_refuse_the_official_paper(database, fill, start):
    fill(8, 3)
    with pytest.raises(RuleViolation, match=r"mocks\.short"):
        start()
    assert rows(database, PaperRow) == []
    start(shorter=True)
    (paper,) = rows(database, PaperRow)
    assert (paper.full, len(rows(database, ItemRow)), paper.minutes) == (False, 11, 17)


def test_a_retired_question_is_not_drawn(database, world, clock, fill, start):
    fill(8, 3)
    with database.write() as session:
        gone = bank.catalogue(session, SUBJECT, "2025")[0].question_id
        bank.retire(session, world.actor(session, "ann_trainer"), gone, now=clock.now())
    start(shorter=True)
    assert gone not in {each.question_id for each in rows(database, ItemRow)}


def test_the_next_paper_takes_what_was_seen_least(database, fill, start, hand_in, keep):
    fill(120, 40)
    hand_in(start(seed=1))
    start(seed=2)
    one, two = (paper.id for paper in rows(database, PaperRow))
    items = rows(database, ItemRow)
    first, second = ({each.question_id for each in items if each.paper_id == paper} for paper in (one, two))
    with database.read() as session:
        fresh = {
            (c, each.type)
            for each in bank.catalogue(session, SUBJECT, "2025")
            for c in each.chapter_ids
            if each.question_id not in first | second
        }
    again = [each for each in items if each.paper_id == two and each.question_id in first]
    assert not [each for each in again if (each.chapter_id, each.type) in fresh], "only where a chapter has no other"


def test_the_last_answer_wins_on_any_device_and_an_empty_one_takes_it_back(small, keep, look):
    keep(small, 1, {2})
    keep(small, 1, {1}, flagged=True)
    keep(small, 2, {1})
    keep(small, 2)
    shown = look(small)
    assert (shown.items[0].ticks, shown.items[0].flagged) == (frozenset({1}), True)
    assert (shown.answered, shown.unanswered, shown.flagged) == (1, 10, 1)


def test_nobody_begins_two_at_once(start, small):
    with pytest.raises(Conflict, match=r"mocks\.under-way"):
        start(shorter=True)


def test_handed_in_it_is_marked_and_enters_the_log_once(database, clock, small, keep, look, hand_in, report):
    clock.advance(timedelta(minutes=1))
    for item in look(small).items[:3]:
        keep(small, item.position, key(item))
    keep(small, 4, {0})
    assert hand_in(small) is True
    assert hand_in(small) is False
    shown = report(small)
    assert (shown.total.earned, shown.total.rights, shown.total.unanswered) == (6, 3, 7)
    assert [each.scored.right for each in shown.told] == [False] * 8 + [True] * 3
    assert shown.told[0].item.position == 4, "what was answered wrong stands before what was left open"
    log = rows(database, LogRow)
    assert (len(log), {line.mode for line in log}) == (4, {"mock"})
    assert [(day.answered, day.rights) for day in rows(database, DayRow)] == [(4, 3)]
    memory = rows(database, MemoryRow)
    assert (len(memory), sum(row.mistaken_at is not None for row in memory)) == (4, 1)
    assert all(verified(database) == [] for _ in range(2))


def test_under_selection_earns_half_points(small, keep, look, hand_in, report):
    place = next(item.position for item in look(small).items if item.type == "multiple-choice")
    keep(small, place, {0, 1})
    hand_in(small)
    assert report(small).total.earned == 2


def test_questions_known_before_are_worked_on_from_where_they_were(database, clock, fill, start, keep, look, hand_in):
    fill(8, 3)
    for _ in range(3):
        attempt = start(shorter=True)
        for item in look(attempt).items:
            keep(attempt, item.position, key(item))
        hand_in(attempt)
        clock.advance(timedelta(days=2))
    assert {row.reps for row in rows(database, MemoryRow)} == {3}
    assert verified(database) == []


def test_the_clock_ends_it_by_the_job(database, runtime, clock, small, keep):
    keep(small, 1, {1})
    clock.advance(timedelta(minutes=16, seconds=59))
    assert end_by_job(runtime, clock) == 0
    clock.advance(timedelta(seconds=1))
    assert end_by_job(runtime, clock) == 1
    assert end_by_job(runtime, clock) == 0
    (attempt,) = rows(database, AttemptRow)
    assert (attempt.ended_by, attempt.ended_at) == ("time", attempt.ends_at)
    assert len(rows(database, LogRow)) == 1


def test_an_answer_after_the_end_is_refused_and_changes_nothing(database, clock, small, keep):
    keep(small, 1, {1})
    clock.advance(timedelta(minutes=17))
    with pytest.raises(Conflict, match=r"mocks\.over"):
        keep(small, 1, {2})
    assert [row.ticked for row in rows(database, AnswerRow)] == [[1]]


def test_the_write_itself_is_bound_to_the_clock(database, world, clock, small):
    """Whatever was read before: the statement that keeps asks for an attempt that is under way."""
    values = {"position": 1, "ticked": [1], "written": None, "flagged": False, "at": clock.now() + timedelta(hours=1)}
    with database.write() as session:
        assert not store.keep(session, small, world.people["ann_candidate"], values)
        assert not store.keep(session, small, world.people["bob_candidate"], {**values, "at": clock.now()})
        assert store.keep(session, small, world.people["ann_candidate"], {**values, "at": clock.now()})


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        pytest.param(-1, True, id="a-second-before"),
        pytest.param(0, False, id="at-the-end"),
        pytest.param(1, False, id="after"),
    ],
)
def test_the_end_is_an_instant_that_no_longer_belongs_to_it(database, world, clock, small, keep, seconds, kept):
    (attempt,) = rows(database, AttemptRow)
    clock.advance(attempt.ends_at - clock.now() + timedelta(seconds=seconds))
    if kept:
        keep(small, 1, {1})
    else:
        with pytest.raises(Conflict, match=r"mocks\.over"):
            keep(small, 1, {1})
    values = {"position": 2, "ticked": [1], "written": None, "flagged": False, "at": clock.now()}
    with database.write() as session:
        assert store.keep(session, small, world.people["ann_candidate"], values) is kept, "the write itself holds to it"


@pytest.mark.parametrize(
    ("seconds", "by"),
    [
        pytest.param(-1, "person", id="a-second-before"),
        pytest.param(0, "time", id="at-the-end"),
        pytest.param(90, "time", id="late"),
    ],
)
def test_handed_in_late_it_ended_when_its_time_did(database, clock, small, keep, hand_in, seconds, by):
    keep(small, 1, {1})
    (before,) = rows(database, AttemptRow)
    clock.advance(before.ends_at - clock.now() + timedelta(seconds=seconds))
    hand_in(small)
    (attempt,) = rows(database, AttemptRow)
    assert (attempt.ended_by, attempt.ended_at) == (by, min(clock.now(), before.ends_at))


def test_discarded_it_teaches_nothing(database, world, clock, small, keep, hand_in, start):
    keep(small, 1, {1})
    with database.write() as session:
        sitting.discard(session, world.actor(session, "ann_candidate"), small, now=clock.now())
    with pytest.raises(Conflict, match=r"mocks\.discarded"):
        hand_in(small)
    with pytest.raises(Conflict, match=r"mocks\.over"):
        keep(small, 1, {1})
    assert rows(database, LogRow) == []
    assert start(shorter=True) != small


@pytest.mark.parametrize(
    ("position", "ticks", "written", "wrong"),
    [
        pytest.param(1, {4}, (), RuleViolation, id="no-such-option"),
        pytest.param(1, {0, 1}, (), RuleViolation, id="two-of-one"),
        pytest.param(1, (), ("字",), RuleViolation, id="words-for-ticks"),
        pytest.param(99, {1}, (), NotFound, id="no-such-question"),
        pytest.param(0, {1}, (), NotFound, id="before-the-first"),
    ],
)
def test_what_is_no_answer_is_not_kept(database, small, keep, position, ticks, written, wrong):
    with pytest.raises(wrong):
        keep(small, position, ticks, written=written)
    assert rows(database, AnswerRow) == []


def test_another_persons_mock_is_none(small, keep, hand_in, look, report):
    for act in (lambda: keep(small, 1, {1}, by="bob_candidate"), lambda: hand_in(small, "bob_candidate")):
        with pytest.raises(NotFound):
            act()
    for show in (look, report):
        with pytest.raises(NotFound):
            show(small, "bob_candidate")


def test_a_report_before_the_end_is_none(small, report):
    with pytest.raises(NotFound):
        report(small)


def test_two_hand_in_at_once_and_one_ends_it(database, small, keep, hand_in):
    keep(small, 1, {1})
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda _: hand_in(small), range(4)))
    assert sorted(ended) == [False, False, False, True]
    assert len(rows(database, LogRow)) == 1
    assert verified(database) == []


def test_handing_in_takes_as_many_statements_for_few_as_for_many(database, heard, fill, start, keep, look, hand_in):
    fill(60, 20)
    counts = []
    for answered in (2, 80):
        attempt = start(seed=answered)
        for item in look(attempt).items[:answered]:
            keep(attempt, item.position, key(item))
        with heard() as words:
            hand_in(attempt)
        counts.append(len(words))
    assert counts[0] == counts[1]


@pytest.fixture
def written(cases, start, keep, look):
    """A paper of 实务 with two of its five questions answered."""
    attempt = start(subject=WRITTEN)
    keep(attempt, 1, written=("第一问的答案", ""))
    keep(attempt, 5, written=("方案", "步骤"))
    return attempt


def test_what_was_written_waits_for_marking_and_is_then_logged(database, world, clock, written, look, hand_in, report):
    assert [item.type for item in look(written).items] == ["case-analysis"] * 4 + ["programme-design"]
    hand_in(written)
    assert (report(written).marked, rows(database, LogRow)) == (False, [])

    def mark(points, done, by="ann_candidate"):
        with database.write() as session:
            marking.mark_own(session, world.actor(session, by), written, points, done=done, now=clock.now())

    with pytest.raises(NotFound):
        mark({1: frozenset({0})}, True, by="bob_candidate")
    with pytest.raises(RuleViolation, match=r"mocks\.points"):
        mark({1: frozenset({3})}, False)
    mark({1: frozenset({0, 1}), 5: frozenset({2})}, False)
    mark({1: frozenset({0}), 5: frozenset({2})}, False)
    assert rows(database, LogRow) == []
    mark({1: frozenset({0}), 5: frozenset({0, 1, 2})}, True)
    assert (report(written).total.earned, report(written).total.unanswered) == (60, 3)
    assert sorted(line.half_points for line in rows(database, LogRow)) == [20, 40]
    with pytest.raises(Conflict, match=r"mocks\.marked"):
        mark({1: frozenset({0, 1})}, True)
    assert verified(database) == []


def test_nothing_written_is_marked_at_once(cases, start, hand_in, report):
    attempt = start(subject=WRITTEN)
    hand_in(attempt)
    assert (report(attempt).marked, report(attempt).total.earned) == (True, 0)


def test_a_wrong_total_is_found_and_mended(database, small, keep, hand_in):
    keep(small, 1, {1})
    hand_in(small)
    with database.write() as session:
        session.get_one(AttemptRow, small).half_points = 22
    assert len(verified(database)) == 1
    with database.write() as session:
        list(rebuild.differences(session, True))
    assert verified(database) == []


def test_one_right_option_of_three_earns_half_a_point(small, keep, look, hand_in, report):
    """An odd number of half-points is kept as it is, in the total and in its type."""
    place = next(item.position for item in look(small).items if item.type == "multiple-choice")
    keep(small, place, {2})
    hand_in(small)
    shown = report(small)
    assert (shown.total.earned, shown.types["multiple-choice"].earned) == (1, 1)


def test_what_is_learnt_is_learnt_once(database, world, clock, small, keep, hand_in):
    keep(small, 1, {1})
    hand_in(small)
    with database.write() as session:
        attempt, paper = store.locked(session, small)
        assert not settling.teach(session, attempt, paper, now=clock.now())
        assert not sitting.catch_up(session, small, now=clock.now())
    assert len(rows(database, LogRow)) == 1


def test_once_its_time_is_up_it_is_discarded_no_more(database, world, clock, small, keep):
    """Whoever has seen the end coming does not get rid of the marks."""
    keep(small, 1, {1})
    (attempt,) = rows(database, AttemptRow)
    clock.advance(attempt.ends_at - clock.now())
    with pytest.raises(Conflict, match=r"mocks\.over"), database.write() as session:
        sitting.discard(session, world.actor(session, "ann_candidate"), small, now=clock.now())


def test_the_last_words_win_too(cases, start, keep, look):
    attempt = start(subject=WRITTEN)
    keep(attempt, 1, written=("甲",))
    keep(attempt, 1, written=("乙", "丙"))
    assert look(attempt).items[0].written == ("乙", "丙")
    keep(attempt, 1, written=("乙", ""), flagged=True)
    assert (look(attempt).items[0].written, look(attempt).items[0].flagged) == (("乙", ""), True)
