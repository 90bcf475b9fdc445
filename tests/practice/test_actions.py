"""Answering: marked, logged once, worked in, and never pulled back by another device."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from examprep.bank import actions as bank
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.rate import Rate
from examprep.practice import overview, progress
from examprep.practice.models import AnswerRow, DayRow, MemoryRow, PlaceRow
from tests.practice.conftest import SUBJECT, contents, right, wrong


@pytest.fixture
def stand(database, world, clock, questions):
    """The question on which a person stands, by its number from 0; ``None`` at the end."""

    def go(by="ann_candidate", scope="all"):
        with database.read() as session:
            standing = overview.standing(
                session,
                world.actor(session, by),
                subject_code=SUBJECT,
                scope=scope,
                today=clock.today(),
                now=clock.now(),
            )
        return None if standing.question is None else questions.index(standing.question)

    return go


def only(database, row):
    with database.read() as session:
        return session.scalars(select(row)).one()


def number(database, row):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(row))


def test_a_right_answer(database, give, questions, clock):
    told = give(questions[0], {1}, sure="sure", took_ms=4_000)
    assert (told.right, told.half_points, told.repeated, told.upcoming) == (True, 2, False, questions[1])
    assert (told.position, told.total) == (2, 10)
    line, day = only(database, AnswerRow), only(database, DayRow)
    assert (line.ticked, line.half_points, line.full_half_points, line.sure) == ([1], 2, 2, "sure")
    assert (line.at, line.took_ms, line.version_id) == (clock.now(), 4_000, questions[0].version_id)
    assert (day.answered_on, day.answered, day.rights, day.took_ms) == (clock.today(), 1, 1, 4_000)


@pytest.mark.parametrize(
    ("ticks", "half_points"),
    [({0, 1, 2}, 4), ({0, 1}, 2), ({2}, 1), ({0, 1, 2, 4}, 0), ({3}, 0)],
    ids=["all", "two-of-three", "one-of-three", "one-too-many", "wrong"],
)
def test_half_points_by_the_official_rule(give, questions, ticks, half_points):
    told = give(questions[6], ticks)
    assert (told.half_points, told.right) == (half_points, half_points == 4)


def test_not_knowing_is_an_answer(database, give, questions):
    assert give(questions[0], (), blank=True).half_points == 0
    assert only(database, MemoryRow).mistaken_at is not None


def test_sent_again_it_is_told_the_same_and_counted_once(database, give, questions):
    first = give(questions[0], {0}, client_id="11111111-1111-4111-8111-111111111111")
    before = contents(database)
    again = give(questions[0], {1}, client_id="11111111-1111-4111-8111-111111111111")
    assert (again.half_points, again.ticks, again.repeated) == (first.half_points, first.ticks, True)
    assert again.upcoming == first.upcoming
    assert contents(database) == before


def test_two_people_may_use_the_same_client_id(database, give, questions):
    for name in ("ann_candidate", "bob_candidate"):
        assert not give(questions[0], {1}, by=name, client_id="11111111-1111-4111-8111-111111111111").repeated
    assert number(database, AnswerRow) == 2


def test_a_replay_is_told_even_after_the_question_was_retired(database, world, give, questions, clock):
    give(questions[0], {1}, client_id="11111111-1111-4111-8111-111111111111")
    with database.write() as session:
        bank.retire(session, world.actor(session, "ann_trainer"), questions[0].question_id, now=clock.now())
    told = give(questions[0], {1}, client_id="11111111-1111-4111-8111-111111111111")
    assert (told.repeated, told.right) == (True, True)


def test_another_device_continues_at_the_same_question(give, questions, stand):
    assert stand() == 0
    give(questions[0], {1})
    assert stand() == 1
    assert stand(by="bob_candidate") == 0


def test_a_second_device_does_not_pull_the_place_back(database, give, questions, stand):
    for question in questions[:4]:
        give(question, right(question))
    late = give(questions[0], {1})
    assert (stand(), late.upcoming) == (4, questions[4])
    assert number(database, AnswerRow) == 5


def test_chapters_have_their_own_places(give, questions, chapters, stand):
    give(questions[6], {0}, scope=f"chapter-{chapters[1]}")
    assert (stand(), stand(scope=f"chapter-{chapters[1]}"), stand(scope=f"chapter-{chapters[0]}")) == (0, 7, 0)


def test_the_end_is_an_end_until_one_starts_again(give, questions, chapters, stand):
    scope = f"chapter-{chapters[1]}"
    for question in questions[6:]:
        told = give(question, right(question), scope=scope)
    assert told.upcoming is None
    assert stand(scope=scope) is None


def test_standing_on_a_question_that_is_retired_leads_to_the_next(database, world, give, questions, clock, stand):
    give(questions[0], {1})
    with database.write() as session:
        bank.retire(session, world.actor(session, "ann_trainer"), questions[1].question_id, now=clock.now())
    assert stand() == 2


def test_reviews_come_when_due_the_longest_overdue_first(give, questions, clock, stand):
    assert stand(scope="due") is None
    give(questions[1], {0})
    clock.advance(timedelta(minutes=1))
    give(questions[0], {0})
    assert stand(scope="due") is None
    clock.advance(timedelta(minutes=12))
    assert stand(scope="due") == 1
    told = give(questions[1], {1}, scope="due")
    assert told.upcoming == questions[0]
    assert give(questions[0], {1}, scope="due").upcoming is None


def test_the_notebook_is_gone_through_and_emptied(give, questions, clock, stand):
    give(questions[2], {0})
    give(questions[7], {4})
    assert stand(scope="notebook") == 2
    assert give(questions[2], {1}, scope="notebook").upcoming == questions[7]
    clock.advance(timedelta(days=1))
    give(questions[2], {1})
    assert stand(scope="notebook", by="bob_candidate") is None
    assert stand(scope="notebook") == 7


def refuse(database, give, *arguments, code, kind=RuleViolation, **more):
    before = contents(database)
    with pytest.raises(kind) as refusal:
        give(*arguments, **more)
    assert refusal.value.code == code
    assert contents(database) == before


def test_a_retired_question_is_refused_and_nothing_changes(database, world, give, questions, clock):
    with database.write() as session:
        bank.retire(session, world.actor(session, "ann_trainer"), questions[0].question_id, now=clock.now())
    refuse(database, give, questions[0], {1}, code="practice.withdrawn")


def test_an_unknown_question_is_refused(database, give, questions):
    refuse(database, give, 999_999, {1}, code="practice.question", kind=NotFound)


def test_a_question_of_another_subject_is_refused(database, give, questions):
    refuse(database, give, questions[0], {1}, code="practice.question", kind=NotFound, subject="asw-comprehensive")


def test_a_question_of_another_chapter_is_refused(database, give, questions, chapters):
    scope = f"chapter-{chapters[1]}"
    refuse(database, give, questions[0], {1}, code="practice.question", kind=NotFound, scope=scope)


@pytest.mark.parametrize(
    ("place", "ticks", "blank", "code"),
    [
        pytest.param(0, {4}, False, "practice.ticks", id="an-option-it-lacks"),
        pytest.param(0, {0, 1}, False, "practice.ticks", id="two-ticks-in-single-choice"),
        pytest.param(0, {1}, True, "practice.ticks", id="ticked-and-not-knowing"),
        pytest.param(6, set(), False, "practice.empty", id="nothing-ticked"),
    ],
)
def test_impossible_ticks_are_refused(database, give, questions, place, ticks, blank, code):
    refuse(database, give, questions[place], ticks, blank=blank, code=code)


def test_an_answer_marks_the_version_as_answered(database, give, questions):
    from examprep.bank.models import VersionRow

    give(questions[3], {1})
    with database.read() as session:
        found = session.scalars(select(VersionRow.id).where(VersionRow.answered_at.is_not(None))).all()
    assert found == [questions[3].version_id]


def test_wrong_and_right_helpers_are_what_they_say(questions):
    assert all(bank.grade(q, frozenset(right(q))) == q.half_points for q in questions)
    assert all(bank.grade(q, frozenset(wrong(q))) == 0 for q in questions)


def test_place_keeps_one_row_per_scope(database, give, questions):
    give(questions[0], {1})
    give(questions[1], {1})
    assert number(database, PlaceRow) == 1


def test_the_weakest_chapter_is_that_with_the_smallest_share_of_right_answers(
    database, clock, give, questions, chapters, world
):
    for number, question in enumerate(questions):  # of the first chapter 5 of 6, of the second none of four
        give(question, {1} if number != 0 else {0})
    for question in questions[6:8]:
        give(question, {0, 1, 2})  # now two of six
    person, since = world.people["ann_candidate"], clock.today()
    with database.read() as session:
        chapter, rate = progress.weakest(session, [person], since)[person]
        nobody = progress.weakest(session, [person], since + timedelta(days=1))
    assert (chapter.id, rate) == (chapters[1], Rate(2, 6))
    assert nobody == {}


def test_of_a_chapter_answered_less_than_five_times_nothing_is_said(database, clock, give, questions, world):
    for question in questions[:4]:
        give(question, {0})
    with database.read() as session:
        assert progress.weakest(session, [world.people["ann_candidate"]], clock.today()) == {}
