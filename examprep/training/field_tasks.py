"""The field task of a topic (实践): evidence handed in by learners, accepted or returned by a trainer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.people.rules.resident_id import masked
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.uploads import Accepted
from examprep.plumbing.vault import Vault
from examprep.training import path_store, store
from examprep.training.actions import checked_reason, checked_words
from examprep.training.models import EnrolmentRow
from examprep.training.path_models import EvidenceRow, TopicRow

ROW = EvidenceRow
LONGEST = 4000
WAITING, ACCEPTED, RETURNED = "waiting", "accepted", "returned"
# What evidence may become: it is settled while it waits, and settled anew only after it waits again.
BECOMES = {WAITING: {ACCEPTED, RETURNED}, ACCEPTED: {WAITING}, RETURNED: {WAITING}}


def mine(session: Session, actor: Actor, class_id: int, topic_id: int) -> tuple[str, TopicRow, Sequence[EvidenceRow]]:
    """The class's name, a topic with a task, and what the actor handed in for it, the latest first.

    Raises:
        NotFound: no seat in the class, no such topic, or it has no task.
    """
    parent, _ = path_store.seated_class(session, actor.person_id, class_id)
    topic = path_store.topic(session, parent.course_id, topic_id)
    if not topic.task:
        raise NotFound("training.topic", "There is no such topic in this course.")
    rows = session.scalars(
        select(ROW).where(ROW.topic_id == topic.id, ROW.person_id == actor.person_id).order_by(ROW.id.desc())
    ).all()
    return parent.name, topic, rows


def hand_in(
    session: Session,
    vault: Vault,
    actor: Actor,
    class_id: int,
    topic_id: int,
    words: str,
    file: Accepted | None,
    *,
    now: datetime,
) -> int:
    """Hand in evidence; what still waits is replaced. Returns its id.

    Raises:
        NotFound: as `mine`. RuleViolation: ``training.words``;
            ``training.evidence-accepted`` -- the task is done.
        Conflict: ``training.evidence-twice``.
    """
    _, topic, _ = mine(session, actor, class_id, topic_id)
    # Locked, so that a trainer settles what was there before or what is there now, and never one for the other.
    standing = select(ROW).where(ROW.topic_id == topic.id, ROW.person_id == actor.person_id, ROW.state != RETURNED)
    row = session.scalar(standing.with_for_update().execution_options(populate_existing=True))
    said = checked_words(words, LONGEST)
    if row is not None and row.state == ACCEPTED:
        raise RuleViolation("training.evidence-accepted", "Your evidence is accepted already; the step is done.")
    if row is None:
        row = EvidenceRow(topic_id=topic.id, person_id=actor.person_id, state=WAITING)
        session.add(row)
    row.words, row.sent_at = said, now
    if file is not None:
        row.file_name, row.file_kind, row.content = masked(file.name), file.kind, vault.seal_bytes(file.content)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("training.evidence-twice", "Your evidence came twice at once; it is kept once.") from error
    people.record(session, actor, "training.evidence-sent", "training_evidence", row.id, now=now)
    return row.id


def settle(
    session: Session,
    actor: Actor,
    class_id: int,
    evidence_id: int,
    *,
    state: str,
    seen: str,
    reason: str = "",
    now: datetime,
) -> None:
    """Accept evidence, return it with the reason, or let it wait again. ``seen`` is the `stamp` of what was read.

    Raises:
        NotFound: no such evidence of a learner of the class. RuleViolation: ``training.reason`` -- returned without.
        Conflict: ``training.evidence-changed`` -- it is not what was read; ``training.evidence-settled``;
            ``training.evidence-other`` -- other evidence was handed in meanwhile.
    """
    row, _, _ = found(session, actor, class_id, evidence_id, lock=True)
    if stamp(row) != seen:
        raise Conflict("training.evidence-changed", "The learner has changed this evidence since. Read it again.")
    if state not in BECOMES[row.state]:
        raise Conflict("training.evidence-settled", "This evidence is settled already; see below how.")
    why = checked_reason(reason) if state == RETURNED else None
    row.state, row.reason = state, why
    row.settled_by, row.settled_at = (None, None) if state == WAITING else (actor.person_id, now)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            "training.evidence-other", "The learner has handed in other evidence since; settle that one."
        ) from error
    after = {"reason": why} if why else None
    settled = "training.evidence-accepted" if state == ACCEPTED else "training.evidence-returned"
    act = "training.evidence-waiting" if state == WAITING else settled
    people.record(session, actor, act, "training_evidence", row.id, now=now, after=after)


def stamp(row: EvidenceRow) -> str:
    """What tells one wording of evidence from the next: when it was handed in."""
    return row.sent_at.isoformat()


def found(
    session: Session, actor: Actor, class_id: int, evidence_id: int, *, lock: bool = False
) -> tuple[EvidenceRow, TopicRow, str]:
    """Evidence of a learner of a class that the actor manages, its topic, and the learner's name.

    Raises:
        NotFound: there is none.
    """
    parent = store.class_(session, actor, class_id)
    query = _of_class(parent.id, parent.course_id).where(ROW.id == evidence_id)
    query = query.with_for_update(of=ROW).execution_options(populate_existing=True) if lock else query
    line = session.execute(query).one_or_none()
    if line is None:
        raise NotFound("training.evidence", "There is no such evidence.")
    return line[0], line[1], line[2]


def _of_class(class_id: int, course_id: int) -> Any:
    seats = select(EnrolmentRow.person_id).where(EnrolmentRow.class_id == class_id, EnrolmentRow.state == "enrolled")
    return (
        select(ROW, TopicRow, PersonRow.name)
        .join(TopicRow, TopicRow.id == ROW.topic_id)
        .join(PersonRow, PersonRow.id == ROW.person_id)
        .where(TopicRow.course_id == course_id, ROW.person_id.in_(seats))
    )


def handed_in(session: Session, actor: Actor, class_id: int, ask: Ask) -> Page:
    """What the learners of a class handed in, what waits longest first. Raises NotFound: no such class."""
    parent = store.class_(session, actor, class_id)
    query = _of_class(parent.id, parent.course_id).with_only_columns(
        ROW.id,
        PersonRow.name.label("name"),
        TopicRow.title.label("topic"),
        ROW.sent_at.label("sent_at"),
        ROW.state.label("state"),
    )
    if state := ask.filters.get("state"):
        query = query.where(ROW.state == state)
    return fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name, "topic": TopicRow.title, "sent_at": ROW.sent_at},
        searchable=(PersonRow.name, TopicRow.title, ROW.words),
        default=(ROW.state != WAITING, ROW.sent_at, ROW.id),
    )


def waiting(session: Session, class_id: int, course_id: int) -> int:
    query = _of_class(class_id, course_id).where(ROW.state == WAITING).with_only_columns(func.count())
    return session.scalar(query) or 0


def file_of(session: Session, vault: Vault, row_id: int) -> tuple[str, str, bytes]:
    """Name, kind and content of what came along; whoever asks has checked that it may be seen. Raises NotFound."""
    row = session.get(ROW, row_id, options=[undefer(ROW.content)], populate_existing=True)
    if row is None or row.content is None:
        raise NotFound("training.evidence", "There is no such evidence.")
    return row.file_name or "", row.file_kind or "", vault.open_bytes(row.content)
