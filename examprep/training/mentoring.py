"""Mentoring (导师帮带): who helps whom, and how many on each side."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, seen, within
from examprep.people.models import OrganisationRow, PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.reminders.actions import queue
from examprep.syllabus.rules.levels import LEVEL_NAMES, LEVELS
from examprep.training import mentor_store
from examprep.training.actions import checked_reason
from examprep.training.mentor_models import MentorRow
from examprep.training.models import MentorPairRow
from examprep.training.rules.pairing import Reason

PAIRED = "mentor-paired"  # the mail, and what is asked before it is sent


@dataclass(frozen=True)
class MentoringCounts:
    """Persons on each side of the present pairs, each counted once."""

    mentors: int
    mentees: int


def pair(
    session: Session,
    actor: Actor,
    *,
    mentor_id: int,
    mentee_id: int,
    since: date,
    now: datetime,
    reasons: Sequence[Reason] | None = None,
    widen: bool = False,
) -> int:
    """Let one person mentor another; returns the pair's id. ``reasons`` are kept with a pair that was proposed.

    Raises:
        NotFound: one of them lies outside the actor's bounds.
        RuleViolation: ``training.mentor-self``; or as `check_mentor`, which explains ``widen``.
        Conflict: ``training.paired`` -- they are a pair already; ``training.mentor-full``.
    """
    for person_id in (mentor_id, mentee_id):
        seen(session, actor, Permission.TRAINING_CLASS_MANAGE, person_id)
    if mentor_id == mentee_id:
        raise RuleViolation("training.mentor-self", "Nobody mentors themselves. Choose two people.")
    check_mentor(session, actor, mentor_id, mentee_id, widen=widen, now=now)
    kept = None if reasons is None else [list(each) for each in reasons]
    row = MentorPairRow(mentor_id=mentor_id, mentee_id=mentee_id, since=since, reasons=kept)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("training.paired", "These two are a pair already.") from error
    record(session, actor, "training.paired", "training_mentor_pair", row.id, now=now)
    return row.id


def check_mentor(
    session: Session, actor: Actor, mentor_id: int, mentee_id: int, *, widen: bool = False, now: datetime
) -> None:
    """That one person may mentor another, and has a place; who is no mentor yet has none.

    With ``widen`` a missing place is given, and recorded: whoever is no mentor yet becomes one.

    Raises:
        RuleViolation: ``training.mentor-rank`` -- no certificate of the level for which the other prepares.
        Conflict: ``training.mentor-full``.
    """
    today = office_day(now)
    mentor_store.lock(session, [mentor_id], [mentee_id])
    level = mentor_store.wanted(session, [mentee_id], today).get(mentee_id, 1)
    if mentor_store.ranks(session, [mentor_id], today).get(mentor_id, 0) < level:
        raise RuleViolation(
            "training.mentor-rank",
            "A mentor holds %(level)s or a higher level, as the learner prepares for it.",
            level=LEVEL_NAMES[LEVELS[level - 1]],
        )
    row, taken = session.get(MentorRow, mentor_id), mentor_store.taken(session, mentor_id, today)
    places = row.places if row else 0
    if taken < places:
        return
    if not widen:
        raise Conflict(
            "training.mentor-full", "The mentor has %(places)s places, and all are taken. Give one more.", places=places
        )
    if row is None:
        row = MentorRow(person_id=mentor_id, chapters=[], since=today)
        session.add(row)
    row.places = taken + 1
    session.flush()
    record(session, actor, "training.mentor-appointed", "person", mentor_id, now=now, after={"count": row.places})


def tell(session: Session, pair_id: int, *, now: datetime) -> None:
    """Queue the mails that tell both sides of a pair, once."""
    row = session.get_one(MentorPairRow, pair_id)
    for reader, other in ((row.mentor_id, row.mentee_id), (row.mentee_id, row.mentor_id)):
        queue(
            session,
            key=f"training.paired.{row.id}.{reader}",
            person_id=reader,
            template=PAIRED,
            context={
                "pair_id": row.id,
                "other": session.get_one(PersonRow, other).name,
                "mentors": reader == row.mentor_id,
            },
            condition=PAIRED,
            now=now,
        )


def still_paired(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether a pair still stands, of which somebody is a side."""
    row = session.get(MentorPairRow, int(context["pair_id"]))
    return row is not None and row.until is None and person_id in (row.mentor_id, row.mentee_id)


def end_pair(session: Session, actor: Actor, pair_id: int, *, reason: str, today: date, now: datetime) -> None:
    """End a pair today; the row stays, and the two are not proposed to each other again.

    Raises:
        NotFound: no such pair within the actor's bounds.
        RuleViolation: ``training.reason``.
        Conflict: ``training.pair-ended``.
    """
    row = managed(session, actor, pair_id)
    why = checked_reason(reason)
    if row.until is not None:
        raise Conflict("training.pair-ended", "This pair has ended already.")
    row.until, row.reason = max(today, row.since), why
    record(session, actor, "training.pair-ended", "training_mentor_pair", row.id, now=now, after={"reason": why})


def resume_pair(session: Session, actor: Actor, pair_id: int, *, widen: bool = False, now: datetime) -> None:
    """Take the end of a pair back.

    Raises:
        NotFound: no such pair within the actor's bounds.
        RuleViolation: as `check_mentor`, which explains ``widen``.
        Conflict: ``training.paired`` -- they are a pair anew already; ``training.pair-stands``;
            ``training.mentor-full``.
    """
    row = managed(session, actor, pair_id)
    if row.until is None:
        raise Conflict("training.pair-stands", "This pair has not ended.")
    check_mentor(session, actor, row.mentor_id, row.mentee_id, widen=widen, now=now)
    row.until = row.reason = None
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("training.paired", "These two are a pair already.") from error
    record(session, actor, "training.pair-resumed", "training_mentor_pair", row.id, now=now)


def managed(session: Session, actor: Actor, pair_id: int) -> MentorPairRow:
    """A pair whose mentee the actor manages.

    Raises:
        NotFound: no such pair within the actor's bounds.
    """
    row = session.get(MentorPairRow, pair_id)
    if row is None:
        raise NotFound("training.pair", "There is no such pair.")
    seen(session, actor, Permission.TRAINING_CLASS_MANAGE, row.mentee_id)
    return row


def pair_ids(session: Session, pairs: Collection[tuple[int, int]]) -> list[int]:
    """The ids of the pairs (mentor, mentee) that stand, the oldest first."""
    row = MentorPairRow
    query = select(row.id, row.mentor_id, row.mentee_id).where(row.until.is_(None)).order_by(row.id)
    return [id_ for id_, mentor_id, mentee_id in session.execute(query) if (mentor_id, mentee_id) in pairs]


def find_person(session: Session, actor: Actor, name: str) -> int:
    """The one person of that name, or of that number, within the actor's bounds.

    Raises:
        RuleViolation: ``training.nobody``, ``training.several``.
    """
    typed = name.strip()
    # A person's number stands in the address of their page; it settles who is meant where two share a name.
    who = PersonRow.id == int(typed) if typed.isdecimal() and len(typed) < 10 else PersonRow.name == typed
    found = session.scalars(
        select(PersonRow.id).where(who, within(PersonRow.organisation_id, actor, Permission.TRAINING_CLASS_MANAGE))
    ).all()
    if not found:
        raise RuleViolation("training.nobody", "Nobody is called %(name)s in your organisations.", name=name)
    if len(found) > 1:
        raise RuleViolation(
            "training.several",
            "%(count)s people are called %(name)s; give the number in the address of the person's page instead.",
            count=len(found),
            name=name,
        )
    return found[0]


def counts(
    session: Session, actor: Actor, permission: str, today: date, organisation_id: int | None = None
) -> MentoringCounts:
    """Mentors and mentees of the present pairs whose mentee lies within the actor's bounds (and an organisation)."""
    below = [in_subtree(PersonRow.organisation_id, organisation_id)] if organisation_id else []
    mentors, mentees = session.execute(
        select(func.count(MentorPairRow.mentor_id.distinct()), func.count(MentorPairRow.mentee_id.distinct()))
        .join(PersonRow, PersonRow.id == MentorPairRow.mentee_id)
        .where(
            within(PersonRow.organisation_id, actor, permission),
            *below,
            present(today),
        )
    ).one()
    return MentoringCounts(mentors, mentees)


def present(today: date) -> ColumnElement[bool]:
    """That a pair has begun and not ended on ``today``."""
    return and_(MentorPairRow.since <= today, or_(MentorPairRow.until.is_(None), MentorPairRow.until > today))


def pairs(session: Session, actor: Actor, permission: str, ask: Ask, *, today: date) -> Page:
    """The pairs whose mentee lies within the actor's bounds.

    Filters: ``state`` (present or ended) and ``organisation`` (the mentee's, with all below).
    """
    mentor, mentee = aliased(PersonRow), aliased(PersonRow)
    query = (
        select(
            MentorPairRow.id,
            mentor.name.label("mentor"),
            mentee.name.label("mentee"),
            OrganisationRow.name.label("organisation"),
            MentorPairRow.since,
            MentorPairRow.until,
        )
        .join(mentor, mentor.id == MentorPairRow.mentor_id)
        .join(mentee, mentee.id == MentorPairRow.mentee_id)
        .join(OrganisationRow, OrganisationRow.id == mentee.organisation_id)
        .where(within(mentee.organisation_id, actor, permission))
    )
    if ask.filters.get("state") == "present":
        query = query.where(present(today))
    elif ask.filters.get("state") == "ended":
        query = query.where(MentorPairRow.until <= today)
    if (organisation_id := ask.number("organisation")) is not None:
        query = query.where(in_subtree(mentee.organisation_id, organisation_id))
    return fetch(
        session,
        query,
        ask,
        sortable={"mentor": mentor.name, "mentee": mentee.name, "since": MentorPairRow.since},
        searchable=[mentor.name, mentee.name, OrganisationRow.name],
        default=[mentor.name, MentorPairRow.id],
    )
