"""Repair: how answers to a version that was wrong count, what that changes before it is done, and taking it back.

The log of answers is never edited. A ruling is a line of its own; whoever keeps answers (``Dependent``) works out anew
what follows from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from examprep.bank import store
from examprep.bank.models import QuestionRow, RulingRow, VersionRow
from examprep.bank.types.judging import ACCEPT, REMARK, VOID, earned
from examprep.feature import Dependent, Flips, Judged
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.reminders.actions import Reminder, queue_many

TREATMENTS = {
    REMARK: N_("Mark again by the corrected key"),
    ACCEPT: N_("Accept both keys"),
    VOID: N_("Count none of these answers"),
}
LONGEST_REASON = 500


@dataclass(frozen=True)
class Ruling:
    """One ruling as its keepers read it."""

    id: int
    question_id: int
    version: int  # the number of the version whose answers it is about
    treatment: str
    reason: str
    ruled_by: str
    ruled_at: datetime
    reversed_by: str
    reversed_at: datetime | None


def standing(session: Session, version_ids: Sequence[int]) -> Mapping[int, Judged]:
    """How answers to versions count where a ruling stands on them; the latest ruling of each."""
    rows = session.execute(
        select(RulingRow.version_id, RulingRow.treatment, RulingRow.by_version_id)
        .where(RulingRow.version_id.in_(version_ids), RulingRow.reversed_at.is_(None))
        .order_by(RulingRow.id)
    )
    return {version: _judged(session, version, treatment, by) for version, treatment, by in rows}


def last_ruled_at(session: Session, question_id: int) -> datetime | None:
    """When it was last said, or taken back, that answers to a question count otherwise."""
    row = RulingRow
    query = select(func.max(func.coalesce(row.reversed_at, row.ruled_at))).where(row.question_id == question_id)
    return session.scalar(query)


def _judged(session: Session, version_id: int, treatment: str, by_version_id: int | None) -> Judged:
    old = store.question(session, version_id)
    new = store.question(session, by_version_id) if by_version_id is not None else None
    assert old is not None
    before, after = (old.type, old.content), (new.type, new.content) if new else None
    return Judged(version_id, lambda ticks: earned(treatment, before, after, ticks))


def preview(
    session: Session, actor: Actor, question_id: int, number: int, treatment: str, dependents: Sequence[Dependent]
) -> list[tuple[str, Flips]]:
    """What a ruling would change, by the name of what keeps the answers; nothing is written.

    Raises:
        NotFound: ``bank.question``, ``bank.version``.
        RuleViolation: ``bank.ruling-current``, ``bank.ruling-treatment``.
    """
    version, by = _subject(session, actor, question_id, number, treatment)
    judged = _judged(session, version, treatment, by)
    return [(dependent.label, dependent.flips(session, actor, judged)) for dependent in dependents]


def rule(
    session: Session,
    actor: Actor,
    question_id: int,
    number: int,
    treatment: str,
    reason: str,
    dependents: Sequence[Dependent],
    *,
    now: datetime,
) -> int:
    """Let the answers to an earlier version count otherwise; those affected are told. Returns the ruling's id.

    Raises:
        NotFound: ``bank.question``, ``bank.version``.
        RuleViolation: ``bank.ruling-current`` -- the version is still being answered; ``bank.ruling-treatment``;
            ``bank.ruling-reason`` -- no words for those affected, or too many.
    """
    version, by = _subject(session, actor, question_id, number, treatment)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise RuleViolation("bank.ruling-reason", "Say why, in at most %(most)s characters.", most=LONGEST_REASON)
    row = RulingRow(
        question_id=question_id,
        version_id=version,
        by_version_id=by,
        treatment=treatment,
        reason=reason,
        ruled_by=actor.person_id,
        ruled_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        "bank.answers-ruled",
        "bank_question",
        question_id,
        now=now,
        after={"version": number, "treatment": treatment, "reason": reason},
    )
    _work_out(session, question_id, row.id, reason, dependents, now, taken_back=False)
    return row.id


def take_back(session: Session, actor: Actor, ruling_id: int, dependents: Sequence[Dependent], *, now: datetime) -> int:
    """Reverse a ruling: answers count again as if it had never been; returns the question's id.

    Raises:
        NotFound: ``bank.ruling`` -- none on a question the actor may change.
        Conflict: ``bank.ruling-reversed`` -- somebody has reversed it already.
    """
    row = session.get(RulingRow, ruling_id)
    if row is None or store.one_editable(session, actor, row.question_id) is None:
        raise NotFound("bank.ruling", "There is no such ruling.")
    done = session.execute(
        update(RulingRow)
        .where(RulingRow.id == ruling_id, RulingRow.reversed_at.is_(None))
        .values(reversed_at=now, reversed_by=actor.person_id)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("bank.ruling-reversed", "This ruling has been taken back already.")
    record(
        session,
        actor,
        "bank.ruling-reversed",
        "bank_question",
        row.question_id,
        now=now,
        before={"treatment": row.treatment, "reason": row.reason},
    )
    _work_out(session, row.question_id, ruling_id, row.reason, dependents, now, taken_back=True)
    return row.question_id


def _work_out(
    session: Session,
    question_id: int,
    ruling_id: int,
    reason: str,
    dependents: Sequence[Dependent],
    now: datetime,
    *,
    taken_back: bool,
) -> None:
    """Work out anew what follows from the question's answers, and tell whoever it changes something for."""
    persons = {person for dependent in dependents for person in dependent.redo(session, question_id)}
    stem = store.question(session, store.current_version_id(session, question_id) or 0)
    reminders = [
        Reminder(
            key=f"bank.ruling.{ruling_id}.{'back' if taken_back else 'made'}.{person}",
            person_id=person,
            template="bank-ruling",
            context={
                "question": stem.words[:60] if stem else "",
                "question_id": question_id,
                "reason": reason,
                "taken_back": taken_back,
            },
        )
        for person in sorted(persons)
    ]
    queue_many(session, reminders, now=now)


def of_question(session: Session, question_id: int) -> list[Ruling]:
    """Every ruling on a question, the latest first; reversed ones too."""
    reverser = aliased(PersonRow)
    rows = session.execute(
        select(
            RulingRow.id,
            RulingRow.question_id,
            VersionRow.number.label("version"),
            RulingRow.treatment,
            RulingRow.reason,
            PersonRow.name.label("ruled_by"),
            RulingRow.ruled_at,
            func.coalesce(reverser.name, "").label("reversed_by"),
            RulingRow.reversed_at,
        )
        .join(VersionRow, VersionRow.id == RulingRow.version_id)
        .join(PersonRow, PersonRow.id == RulingRow.ruled_by)
        .outerjoin(reverser, reverser.id == RulingRow.reversed_by)
        .where(RulingRow.question_id == question_id)
        .order_by(RulingRow.id.desc())
    ).mappings()
    return [Ruling(**row) for row in rows]


def _subject(session: Session, actor: Actor, question_id: int, number: int, treatment: str) -> tuple[int, int | None]:
    """The version a ruling is about and the one whose key counts instead."""
    question = store.one_editable(session, actor, question_id)
    if question is None:
        raise NotFound("bank.question", "There is no such question.")
    version = _version(session, question_id, number)
    if version is None:
        raise NotFound("bank.version", "There is no such question.")
    if _still_answered(question, number):
        raise RuleViolation(
            "bank.ruling-current",
            "Candidates still answer this version. Correct the question or retire it first.",
        )
    if treatment not in TREATMENTS or (treatment != VOID and number == question.current_number):
        raise RuleViolation(
            "bank.ruling-treatment", "There is no corrected version to mark by. Count none of the answers instead."
        )
    return version, None if treatment == VOID else _version(session, question_id, question.current_number)


def _still_answered(question: QuestionRow, number: int) -> bool:
    return question.state == "published" and number == question.current_number


def _version(session: Session, question_id: int, number: int) -> int | None:
    return session.scalar(
        select(VersionRow.id).where(VersionRow.question_id == question_id, VersionRow.number == number)
    )
