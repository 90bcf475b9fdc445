"""Weights fitted to the log: found where there is something to find, refused where there is not, rebuilt exactly."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.practice import fitting
from examprep.practice.cli import practice
from examprep.practice.models import AnswerRow, WeightsRow
from examprep.practice.rules import refit
from examprep.practice.rules.curve import AGAIN, GOOD, PUBLISHED, Curve
from tests.practice.conftest import right, wrong
from tests.practice.test_rebuild import differences

# Learners who forget far faster than the published ones, and along a steeper curve.
FAST = Curve((0.1, 0.3, 0.6, 2.0, *PUBLISHED[4:20], 0.5))


def learners(truth, seed, count=400, answers=7):
    draw = random.Random(seed)
    histories = []
    for _ in range(count):
        rating = draw.choice((AGAIN, GOOD))
        state, history = truth.first(rating), [(rating, 0.0)]
        for _ in range(answers - 1):
            days = draw.choice((1.0, 2.0, 4.0, 9.0))
            rating = GOOD if draw.random() < truth.recall(state[0], days) else AGAIN
            history.append((rating, days))
            state = truth.after(*state, rating, days)
        histories.append(history)
    return histories


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(refit, "STEPS", (0.5, 0.2))
    monkeypatch.setattr(refit, "ROUNDS_A_STEP", 1)


def test_learners_who_forget_faster_are_found_and_foretold_better(quick):
    found = refit.fit(learners(FAST, 7), Curve())
    assert found.better
    assert found.forecasts == 400 * 6
    assert found.loss_after < found.loss_before
    assert found.weights[2] < PUBLISHED[2]
    assert all(
        low <= weight <= high
        for low, weight, high in zip(
            refit.LOWER_BOUNDS_PARAMETERS, found.weights, refit.UPPER_BOUNDS_PARAMETERS, strict=True
        )
    )


def test_learners_as_published_are_left_alone(quick):
    found = refit.fit(learners(Curve(), 7), Curve())
    assert not found.better


def test_too_few_answers_are_not_fitted_to():
    assert refit.fit(learners(FAST, 7, count=333), Curve()) is None


def test_an_answer_on_the_same_day_is_not_foretold():
    assert len(refit.losses([[(GOOD, 0.0), (AGAIN, 0.5), (GOOD, 3.0)]], Curve())) == 1


def test_the_log_is_read_as_it_counts_and_without_what_was_crammed(database, give, questions, clock):
    for ticks, scope in ((wrong, "all"), (right, "cram"), (right, "all")):
        give(questions[0], ticks(questions[0]), scope=scope)
        clock.advance(timedelta(days=2))
    with database.read() as session:
        assert fitting.histories(session) == [[(AGAIN, 0.0), (GOOD, 4.0)]]


def test_weights_put_in_force_hold_from_the_next_answer_on(database, give, questions, clock):
    give(questions[0], {1})
    found = refit.Fit((*PUBLISHED[:2], 4.0, *PUBLISHED[3:]), 2_000, 0.4, 0.3, better=True)
    with database.write() as session:
        fitting.put_in_force(session, found, now=clock.now())
    give(questions[1], {1})
    with database.read() as session:
        number = session.scalars(select(WeightsRow.id)).one()
        assert session.scalars(select(AnswerRow.weights_id).order_by(AnswerRow.id)).all() == [None, number]
    assert differences(database) == []


@pytest.fixture
def command(app):
    return lambda *words: app.test_cli_runner().invoke(practice, ["refit", *words])


def stored(database):
    with database.read() as session:
        return session.scalars(select(WeightsRow.loss_after)).all()


def test_the_command_says_when_there_are_too_few_answers(command, database):
    done = command("--apply")
    assert (done.exit_code, stored(database)) == (1, [])
    assert "2000" in done.output


@pytest.mark.parametrize(
    ("words", "better", "code", "kept"),
    [((), True, 0, []), (("--apply",), True, 0, [0.3]), (("--apply",), False, 1, [])],
    ids=["dry-run", "applied", "no-better"],
)
def test_the_command_applies_only_when_told_and_only_what_is_better(
    command, database, monkeypatch, words, better, code, kept
):
    found = refit.Fit(PUBLISHED, 2_000, 0.4, 0.3, better)
    monkeypatch.setattr(fitting, "refit", lambda session, told: found)
    done = command(*words)
    assert (done.exit_code, stored(database)) == (code, kept)
    assert "0.4" in done.output
