"""Fitting FSRS's weights to the installation's own log, and putting them in force."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.practice import log_store, plan_store
from examprep.practice.rebuild import effective
from examprep.practice.rules.curve import curve
from examprep.practice.rules.grading import rate
from examprep.practice.rules.learning import CRAM
from examprep.practice.rules.refit import Fit, History, fit
from examprep.practice.shelf import asked_of

MOST_ANSWERS = 20_000  # a minute's work or two; more would hardly move the weights
_PEOPLE_AT_ONCE = 200
_DAY = timedelta(days=1)


def refit(session: Session, told: Callable[[float], None]) -> Fit | None:
    """Fit the weights to the log; ``None`` when there are too few answers. It writes nothing."""
    return fit(histories(session), curve(plan_store.weights_in_force(session)), told)


def histories(session: Session) -> list[History]:
    """Each person's answers to each question, as they count and in order; of whole persons, until there are enough."""
    found: list[History] = []
    answers = last = 0
    while answers < MOST_ANSWERS and (people := log_store.people_after(session, last, _PEOPLE_AT_ONCE)):
        last = people[-1]
        of_these = _histories(session, people)
        answers += sum(map(len, of_these))
        found += of_these
    return found


def _histories(session: Session, people: list[int]) -> list[History]:
    kept: dict[tuple[int, int], tuple[datetime, list[tuple[int, float]]]] = {}
    for line in effective(session, log_store.log_of(session, people)):
        key = (line.person_id, line.question_id)
        if line.mode == CRAM and key in kept:
            continue
        share = line.half_points / line.full_half_points if line.full_half_points else 0.0
        asked = asked_of(bank.question(session, line.version_id))
        rating = rate(asked, share=share, sure=line.sure, took_ms=line.took_ms)
        before, history = kept.get(key, (line.at, []))
        at = max(line.at, before)
        history.append((rating, (at - before) / _DAY))
        kept[key] = (at, history)
    return [history for _, history in kept.values()]


def put_in_force(session: Session, found: Fit, *, now: datetime) -> None:
    """Every answer from now on is worked in with these weights.

    What was worked in before stays as it is: each line of the log names its weights, so that it is rebuilt by them, and
    a stability means the same under any (the days after which nine in ten are recalled).
    """
    plan_store.add_weights(
        session,
        weights=list(found.weights),
        answers=found.forecasts,
        loss_before=found.loss_before,
        loss_after=found.loss_after,
        fitted_at=now,
    )
