"""A question's life: draft, in review, published, retired; and the consent of a second person to a changed key."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from examprep.bank import searching, store
from examprep.bank.authoring import editable, refuse_twin
from examprep.bank.models import QuestionRow, VersionRow
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.plumbing.kept import touch

REASON_LONGEST = 1000


def submit(session: Session, actor: Actor, question_id: int, *, now: datetime) -> None:
    """Hand a draft to a colleague for review.

    Raises:
        NotFound: ``bank.question``.
        Conflict: ``bank.state`` -- it is no draft.
    """
    question = editable(session, actor, question_id)
    if question.state != "draft":
        raise Conflict("bank.state", "Only a draft can be submitted for review.")
    _become(session, actor, question, "review", "bank.question-submitted", now)


def send_back(session: Session, actor: Actor, question_id: int, *, reason: str, now: datetime) -> None:
    """Give a question in review back to its writer, and say why.

    Raises:
        NotFound: ``bank.question``.
        RuleViolation: ``bank.reason``.
        Conflict: ``bank.state`` -- it is not in review.
    """
    reason = _reason(reason)
    question = editable(session, actor, question_id)
    if question.state != "review":
        raise Conflict("bank.state", "The question is not in review any more.")
    _become(session, actor, question, "draft", "bank.question-sent-back", now, reason=reason)


def publish(session: Session, actor: Actor, question_id: int, *, now: datetime) -> None:
    """Let everybody practise a draft.

    Raises:
        NotFound: ``bank.question``.
        Conflict: ``bank.state`` -- it is no draft.
    """
    question = editable(session, actor, question_id)
    if question.state not in {"draft", "review"}:
        raise Conflict("bank.state", "Only a draft can be published.")
    _note_published(session, question, now)
    _become(session, actor, question, "published", "bank.question-published", now)


def retire(session: Session, actor: Actor, question_id: int, *, now: datetime) -> None:
    """Take a question out of practice; its versions and the answers to them stay.

    Raises:
        NotFound: ``bank.question``.
        Conflict: ``bank.state`` -- it is retired already.
    """
    question = editable(session, actor, question_id)
    if question.state == "retired":
        raise Conflict("bank.state", "The question is retired already.")
    question.retired_at = now
    _become(session, actor, question, "retired", "bank.question-retired", now)


def restore(session: Session, actor: Actor, question_id: int, *, now: datetime) -> None:
    """Put a retired question back into practice; one that was never published becomes a draft.

    Raises:
        NotFound: ``bank.question``.
        Conflict: ``bank.state`` -- it is not retired; ``bank.duplicate`` -- its like was added since.
    """
    question = editable(session, actor, question_id)
    if question.state != "retired":
        raise Conflict("bank.state", "The question is not retired.")
    current = _version(session, question_id, question.current_number)
    refuse_twin(store.fingerprints(session, question.subject_code).get(current.fingerprint))
    question.retired_at = None
    state = "draft" if current.published_at is None else "published"
    _become(session, actor, question, state, "bank.question-restored", now)


def approve(session: Session, actor: Actor, question_id: int, *, number: int, now: datetime) -> None:
    """Consent to a changed key: the version that waited counts from now on.

    Raises:
        NotFound: ``bank.question``.
        RuleViolation: ``bank.own-proposal`` -- whoever proposed it needs a second person.
        Conflict: ``bank.proposal`` -- it does not wait any more; ``bank.state``; ``bank.duplicate``.
    """
    question = _proposed(session, actor, question_id, number)
    waiting = _version(session, question_id, number)
    if waiting.created_by == actor.person_id:
        raise RuleViolation(
            "bank.own-proposal", "You proposed this key yourself. A second person approves it; you may withdraw it."
        )
    if question.state != "published":
        raise Conflict("bank.state", "The question is not published any more. Restore it first.")
    twin = store.fingerprints(session, question.subject_code).get(waiting.fingerprint)
    refuse_twin(None if twin == question_id else twin)
    before = question.current_number
    question.current_number, question.proposed_number = number, None
    waiting.published_at, waiting.approved_by = now, actor.person_id
    session.flush()
    searching.refresh(session, [question_id])
    touch(session)
    record(
        session,
        actor,
        "bank.key-approved",
        "bank_question",
        question_id,
        now=now,
        before={"version": before},
        after={"version": number},
    )


def decline(session: Session, actor: Actor, question_id: int, *, number: int, reason: str, now: datetime) -> None:
    """Refuse a changed key, or withdraw one's own: the question stays as it is.

    Raises:
        NotFound: ``bank.question``.
        RuleViolation: ``bank.reason``.
        Conflict: ``bank.proposal`` -- it does not wait any more.
    """
    reason = _reason(reason)
    question = _proposed(session, actor, question_id, number)
    question.proposed_number = None
    after = {"version": number, "reason": reason}
    record(session, actor, "bank.key-declined", "bank_question", question_id, now=now, after=after)


def _proposed(session: Session, actor: Actor, question_id: int, number: int) -> QuestionRow:
    question = editable(session, actor, question_id)
    if question.proposed_number is None or question.proposed_number != number:
        raise Conflict("bank.proposal", "This proposal does not wait any more: it was approved, declined or replaced.")
    return question


def _version(session: Session, question_id: int, number: int) -> VersionRow:
    return session.scalars(
        select(VersionRow).where(VersionRow.question_id == question_id, VersionRow.number == number)
    ).one()


def _become(
    session: Session, actor: Actor, question: QuestionRow, state: str, act: str, now: datetime, *, reason: str = ""
) -> None:
    before, question.state = {"state": question.state}, state
    touch(session)
    after = {"state": state, **({"reason": reason} if reason else {})}
    record(session, actor, act, "bank_question", question.id, now=now, before=before, after=after)


def _note_published(session: Session, question: QuestionRow, now: datetime) -> None:
    session.execute(
        update(VersionRow)
        .where(
            VersionRow.question_id == question.id,
            VersionRow.number == question.current_number,
            VersionRow.published_at.is_(None),
        )
        .values(published_at=now)
    )


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > REASON_LONGEST:
        raise RuleViolation("bank.reason", "Give the reason, in at most %(most)s characters.", most=REASON_LONGEST)
    return reason
