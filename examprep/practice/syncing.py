"""Answers that a device kept without a connection: each counts once, however often and in whatever order it comes.

The device names each answer, and the log holds a name once for each person; so a device that does not know whether an
answer arrived sends it again. What it has heard of by name it may forget.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.kernel.errors import Forbidden, Refusal
from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.practice import assigning
from examprep.practice.actions import Sent, answer
from examprep.practice.rules.order import ALL, Scope
from examprep.practice.shelf import way

ACCEPTED, REPEATED, REFUSED, FAILED = "accepted", "repeated", "refused", "failed"


@dataclass(frozen=True, slots=True)
class Late:
    """One kept answer: what was sent, and the way on which the question was asked."""

    subject_code: str
    scope: Scope
    sent: Sent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one answer, by the name that its device gave it."""

    client_id: str
    state: str
    code: str = ""
    sentence: Sentence | None = None

    @classmethod
    def of(cls, client_id: str, refusal: Refusal) -> "Outcome":
        return cls(client_id, REFUSED, refusal.code, refusal.sentence)


def check_owner(actor: Actor, person_id: int) -> None:
    """Refuse a whole batch that was answered by somebody else than whoever is signed in.

    Raises:
        Forbidden: ``practice.person``.
    """
    if person_id != actor.person_id:
        raise Forbidden("practice.person", "These answers are another person's. Nothing was taken.")


def take(session: Session, actor: Actor, late: Late, *, now: datetime) -> Outcome:
    """Work one kept answer in, in a transaction of its own.

    A question that has left its chapter (or whatever it was asked in) since is still one of the subject's, and counts.

    Raises:
        what `actions.answer` raises.
    """
    scope = late.scope
    if scope.assignment_id is not None and not assigning.is_set_to(session, actor, scope.assignment_id):
        scope = Scope(ALL)  # it was cancelled meanwhile; the answer is an answer all the same
    on = way(session, late.subject_code, late.sent.syllabus, scope, actor.person_id)
    question_id = on.shelf.questions.get(late.sent.version_id)
    if question_id is not None and not on.holds(question_id):
        scope = Scope(ALL)
    told = answer(session, actor, subject_code=late.subject_code, scope=scope, sent=late.sent, now=now)
    return Outcome(late.sent.client_id, REPEATED if told.repeated else ACCEPTED)


def summary(outcomes: Sequence[Outcome]) -> str:
    """The refusals by code, for the server's log; empty when there are none."""
    codes = [outcome.code for outcome in outcomes if outcome.state == REFUSED]
    return ", ".join(f"{code} × {codes.count(code)}" for code in sorted(set(codes)))
