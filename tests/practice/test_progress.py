"""Mastery, streaks, quantiles, and the pages that show them."""

from datetime import date, timedelta
from statistics import quantiles as reference

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examprep.kernel.rate import Rate
from examprep.people.models import PersonRow
from examprep.plumbing.jobs import JobTurn
from examprep.practice import progress, progressing
from examprep.practice.jobs import LEAST_PERSONS, count_cohort, count_cohorts
from examprep.practice.models import AnswerRow
from examprep.practice.rules.mastery import Last, Quantiles, by_chapter, is_mastered, quantiles, to_win
from examprep.practice.rules.streak import Streak, streak
from tests.practice.conftest import SUBJECT, right, wrong

TODAY = date(2026, 4, 20)


def before(*days_ago):
    return [TODAY - timedelta(days=n) for n in days_ago]


@pytest.mark.parametrize(
    ("practised", "days", "forgiven"),
    [
        ([], 0, 0),
        (before(0), 1, 0),
        (before(1), 1, 0),  # today is not over
        (before(2), 1, 1),  # yesterday was the day off
        (before(3), 0, 0),
        (before(0, 1, 2), 3, 0),
        (before(0, 2, 3), 3, 1),
        (before(0, 3, 4), 1, 0),  # two days off end it
        (before(0, 2, 4), 2, 1),  # the second within a week is not forgiven
        (before(0, 2, 3, 4, 5, 6, 7, 9), 8, 2),  # a week later the next one is
        (before(1, 3), 2, 1),
    ],
)
def test_a_day_off_is_forgiven_once_a_week(practised, days, forgiven):
    found = streak(practised, TODAY)
    assert (found.days, found.forgiven) == (days, forgiven)
    assert found.since == (None if not days else sorted(practised)[-days])


@given(st.sets(st.integers(0, 60)))
def test_a_streak_holds_no_more_than_was_practised_and_never_two_days_off_in_a_row(ago):
    found = streak(before(*ago), TODAY)
    assert found.days <= len(ago)
    if found.since is None:
        assert found == Streak()
        assert not ago & {0, 1, 2}
    else:
        inside = {n for n in ago if TODAY - timedelta(days=n) >= found.since}
        assert len(inside) == found.days
        longest = (TODAY - found.since).days
        assert all(n in inside or n + 1 in inside for n in range(1, longest))


def test_a_guess_is_not_mastered():
    assert is_mastered(right=True, sure=None)
    assert is_mastered(right=True, sure="sure")
    assert not is_mastered(right=True, sure="guessing")
    assert not is_mastered(right=False, sure="sure")


def test_a_question_of_two_chapters_counts_in_both():
    lasts = [Last(1, frozenset({7, 8}), True), Last(2, frozenset({7}), False)]
    assert by_chapter(lasts) == {7: Rate(1, 2), 8: Rate(1, 1)}


def test_what_a_chapter_holds_goes_with_its_weight_and_with_what_is_not_mastered():
    assert to_win(None, 20) == 10
    assert to_win(Rate(9, 10), 20) < to_win(Rate(5, 10), 20) < to_win(Rate(1, 10), 20) < 20
    assert to_win(Rate(5, 10), 40) == 2 * to_win(Rate(5, 10), 20)
    assert to_win(Rate(2, 2), 20) > to_win(Rate(20, 20), 20)  # two right answers prove little


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=200))
def test_quantiles_are_those_of_the_standard_library(values):
    found = quantiles(values)
    hundredths = reference(values, n=100, method="inclusive")
    assert found.values == pytest.approx([hundredths[at - 1] for at in (10, 25, 50, 75, 90)], abs=1e-6)
    assert found.persons == len(values)


def test_a_band_says_how_many_quantiles_lie_below():
    lies = Quantiles(40, (1, 2, 3, 4, 5))
    assert [lies.band(value) for value in (0.5, 1, 1.5, 2.5, 3.5, 4.5, 9)] == [0, 0, 1, 2, 3, 4, 5]
    with pytest.raises(ValueError, match="nobody"):
        quantiles([])


def mine(database, world, clock, by="ann_candidate"):
    with database.read() as session:
        actor = world.actor(session, by)
        return progressing.progress(session, actor, subject_code=SUBJECT, today=clock.today())


def test_the_last_answer_counts_and_a_withdrawn_question_does_not(database, world, clock, questions, give):
    for question in questions[:6]:
        give(question, right(question))
    give(questions[0], wrong(questions[0]))
    give(questions[1], right(questions[1]), sure="guessing")
    found = mine(database, world, clock)
    first = next(each for each in found.chapters if each.rate.base)
    assert (first.rate, first.questions, first.told) == (Rate(4, 6), 6, True)
    assert found.whole == Rate(4, 6)
    assert found.streak == Streak(1, clock.today(), 0)
    assert (found.answered, found.practised, found.days[-1].rights) == (8, 1, 7)
    assert len(found.days) == 28
    assert [each.kind for each in found.dates] == ["registration", "ticket", "exam", "scores"]
    assert found.right_among is None


def test_another_person_s_answers_are_not_mine(database, world, clock, questions, give):
    give(questions[0], right(questions[0]), by="bob_candidate")
    assert mine(database, world, clock).whole == Rate(0, 0)


def cohort_of(session, world, question, clock, persons):
    """So many persons with 20 answers each, the n-th with n right ones."""
    home = world.actor(session, "ann_candidate").organisation_id
    for number in range(persons):
        person = PersonRow(name=f"学员{number}", organisation_id=home, created_at=clock.now())
        session.add(person)
        session.flush()
        for turn in range(20):
            session.add(
                AnswerRow(
                    person_id=person.id,
                    client_id=f"c{number}-{turn}",
                    subject_code=SUBJECT,
                    question_id=question.question_id,
                    version_id=question.version_id,
                    ticked=[1],
                    half_points=2 if turn < number else 0,
                    full_half_points=2,
                    at=clock.now(),
                )
            )
    session.flush()


def test_a_cohort_is_told_only_when_it_is_large(database, world, clock, questions, give):
    with database.write() as session:
        cohort_of(session, world, questions[0], clock, LEAST_PERSONS - 1)
        assert not count_cohort(session, SUBJECT, clock.today())
    for _ in range(2):
        for question in questions:
            give(question, right(question))
    assert mine(database, world, clock).right_among is None
    with database.write() as session:
        assert count_cohort(session, SUBJECT, clock.today())  # the actor is the twentieth
    found = mine(database, world, clock)
    assert found.right_among.quantiles.persons == LEAST_PERSONS
    assert (found.right_among.mine, found.right_among.band) == (1.0, 5)
    assert found.answered_among.mine == 20


def test_the_nightly_job_counts_every_subject_and_forgets_what_became_small(runtime, database, world, clock, questions):
    with database.write() as session:
        cohort_of(session, world, questions[0], clock, LEAST_PERSONS)
    turn = JobTurn(runtime, clock.now(), clock.now())
    assert count_cohorts(turn) == 1
    assert count_cohorts(JobTurn(runtime, clock.now(), clock.now() + timedelta(days=60))) == 0


def test_a_group_says_who_needs_help_in_what(database, world, clock, chapters, questions, give):
    for question in questions[:5]:
        give(question, wrong(question))
    for question in questions[:6]:
        give(question, right(question), by="bob_candidate")
    with database.read() as session:
        ann, bob = (world.actor(session, name).person_id for name in ("ann_candidate", "bob_candidate"))
        since = clock.today() - timedelta(days=14)
        found = progress.group(session, [ann, bob], SUBJECT, today=clock.today(), since=since)
    weak, strong = found.people
    assert [(chapter.id, rate) for chapter, rate in weak.weakest] == [(chapters[0], Rate(0, 5))]
    assert (weak.answered, weak.right, weak.mistakes, weak.last_on) == (5, Rate(0, 5), 5, clock.today())
    assert (strong.weakest, strong.mastered, strong.mistakes) == ([], Rate(6, 6), 0)
    assert {chapter.id: (rate, below) for chapter, rate, below in found.chapters} == {
        chapters[0]: (Rate(6, 11), 1),
        chapters[1]: (Rate(0, 0), 0),
    }


def test_the_page_shows_it_and_says_what_to_do_when_there_is_nothing(sign_in, questions, give):
    page = sign_in("ann_candidate").get("/practice/progress").text
    assert "还没有" in page
    for question in questions[:6]:
        give(question, right(question))
    page = sign_in("ann_candidate").get(f"/practice/progress?subject={SUBJECT}").text
    assert "6/6" in page
    assert "100%" in page
    assert sign_in("ann_candidate").get("/practice/progress?subject=none").status_code == 404
