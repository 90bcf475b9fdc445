"""Assignments: a trainer sets questions to persons up to a day, sees who did how much, and may cancel with a reason.

Practice keeps them, since training stands above it: whoever has a class hands its learners over as persons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.rate import Rate
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.practice import assignment_store as store
from examprep.practice.models import AssignmentRow, GivenRow
from examprep.practice.rules.order import ASSIGNMENT, Scope, mixer
from examprep.practice.shelf import governing, shelf_of
from examprep.reminders.actions import Reminder, queue_many
from examprep.syllabus import actions as syllabus

MOST_QUESTIONS, MOST_PERSONS, MOST_DAYS = 200, 2000, 366
SHOWN_LATE_DAYS = 30
CONDITION = "practice.assignment-open"
LONGEST_REASON = 200
FILTERS = ("subject", "state")
STATES = ("assignment-open", "assignment-over", "cancelled")
PERSON_STATES = ("not-begun", "begun", "finished", "late")


@dataclass(frozen=True)
class Entry:
    """An assignment as a trainer writes it.

    ``numbers`` are questions chosen by hand; without any, ``count`` are drawn by lot from a chapter and of a type.
    ``organisation_id`` sets it to everybody there and below; ``None``: to ``person_ids``.
    """

    title: str
    subject_code: str
    due_on: date
    chapter_id: int | None = None
    type: str = ""
    count: int = 0
    numbers: Sequence[int] = ()
    organisation_id: int | None = None
    person_ids: Sequence[int] = ()


def set_assignment(session: Session, actor: Actor, entry: Entry, *, today: date, now: datetime) -> int:
    """Set questions to persons, and tell them; gives the assignment's id.

    Raises:
        NotFound: ``syllabus.subject``.
        RuleViolation: ``practice.due`` -- a day past or far off; ``practice.assigned-questions`` -- there are none, too
            many, or some that may not be practised; ``practice.assigned-persons`` -- none within the actor's bounds
            who practise, or too many.
    """
    if not today <= entry.due_on <= today + timedelta(days=MOST_DAYS):
        raise RuleViolation("practice.due", "The last day must lie between today and a year from now.")
    questions = _questions(session, entry, today, now)
    persons = reachable(session, actor, today=today, organisation_id=entry.organisation_id, person_ids=entry.person_ids)
    row = AssignmentRow(
        organisation_id=actor.organisation_id,
        set_by=actor.person_id,
        subject_code=entry.subject_code,
        title=entry.title.strip(),
        question_ids=questions,
        due_on=entry.due_on,
        set_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(GivenRow(assignment_id=row.id, person_id=person) for person in persons)
    after = {"title": row.title, "questions": len(questions), "persons": len(persons), "due_on": row.due_on.isoformat()}
    record(session, actor, "practice.assignment-set", "practice_assignment", row.id, after=after, now=now)
    queue_many(session, (_reminder(row, person, "set") for person in persons), now=now)
    return row.id


def reachable(
    session: Session, actor: Actor, *, today: date, organisation_id: int | None, person_ids: Sequence[int]
) -> list[int]:
    """Those to whom the actor may set something: who practises at an organisation and below, or among some persons.

    Raises:
        RuleViolation: ``practice.assigned-persons`` -- nobody, or too many.
    """
    persons = store.candidates(
        session, actor, today, organisation_id=organisation_id, person_ids=person_ids[:MOST_PERSONS]
    )
    if not persons or len(persons) > MOST_PERSONS:
        raise RuleViolation(
            "practice.assigned-persons",
            "It is set to %(count)s persons who practise; there must be from 1 to %(most)s.",
            count=len(persons),
            most=MOST_PERSONS,
        )
    return persons


def _questions(session: Session, entry: Entry, today: date, now: datetime) -> list[int]:
    """The questions chosen by hand, or as many drawn by lot as were asked for or there are."""
    syllabus.subject(session, entry.subject_code)
    shelf = shelf_of(session, entry.subject_code, _edition(session, today))
    if entry.numbers:
        unknown = [number for number in entry.numbers if number not in shelf.versions]
        if unknown:
            raise RuleViolation(
                "practice.assigned-questions",
                "These are no published questions of the subject: %(numbers)s",
                numbers=", ".join(map(str, unknown[:10])),
            )
        found = list(dict.fromkeys(entry.numbers))
    else:
        among = set(shelf.everything)
        if entry.chapter_id is not None:
            among &= set(shelf.chapters.get(entry.chapter_id, ()))
        if entry.type:
            among &= set(shelf.types.get(entry.type, ()))
        found = sorted(sorted(among, key=mixer(now.isoformat()))[: max(0, entry.count)])
    if not 0 < len(found) <= MOST_QUESTIONS:
        raise RuleViolation(
            "practice.assigned-questions",
            "%(count)s questions were chosen; there must be from 1 to %(most)s.",
            count=len(found),
            most=MOST_QUESTIONS,
        )
    return found


def cancel(session: Session, actor: Actor, assignment_id: int, reason: str, *, now: datetime) -> None:
    """Cancel an assignment: nobody owes it any longer. What was answered stays answered.

    Raises:
        NotFound: ``practice.assignment``. Conflict: ``practice.cancelled``. RuleViolation: ``practice.reason``.
    """
    row = _seen(session, actor, assignment_id)
    if row.cancelled_at is not None:
        raise Conflict("practice.cancelled", "This assignment is cancelled already.")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise RuleViolation(
            "practice.reason", "Say why, in at most %(most)s characters: they will read it.", most=LONGEST_REASON
        )
    row.cancelled_at, row.cancelled_by, row.reason = now, actor.person_id, reason
    session.flush()
    record(
        session,
        actor,
        "practice.assignment-cancelled",
        "practice_assignment",
        row.id,
        after={"reason": reason},
        now=now,
    )


def restore(session: Session, actor: Actor, assignment_id: int, *, now: datetime) -> None:
    """Let an assignment that was cancelled be owed again.

    Raises:
        NotFound: ``practice.assignment``. Conflict: ``practice.not-cancelled``.
    """
    row = _seen(session, actor, assignment_id)
    if row.cancelled_at is None:
        raise Conflict("practice.not-cancelled", "This assignment is not cancelled.")
    before = {"reason": row.reason}
    row.cancelled_at = row.cancelled_by = row.reason = None
    session.flush()
    record(session, actor, "practice.assignment-restored", "practice_assignment", row.id, before=before, now=now)


def is_set_to(session: Session, actor: Actor, assignment_id: int) -> bool:
    """Whether an assignment stands and is set to the actor."""
    return store.standing(session, assignment_id, actor.person_id) is not None


def _seen(session: Session, actor: Actor, assignment_id: int) -> AssignmentRow:
    row = store.find(session, actor, assignment_id)
    if row is None:
        raise NotFound("practice.assignment", "There is no such assignment in your organisations.")
    return row


@dataclass(frozen=True)
class Progress:
    """An assignment as its trainer sees it: a row for each person, and how many have finished."""

    id: int
    title: str
    subject: Mapping[str, str]
    questions: int  # that may still be asked
    due_on: date
    set_at: datetime
    cancelled_at: datetime | None
    reason: str | None
    rows: Sequence[Mapping[str, Any]]
    finished: int
    late: int


def progress(session: Session, actor: Actor, assignment_id: int, *, today: date) -> Progress:
    """Who of those that the actor may see did how much, and who is late.

    Raises:
        NotFound: ``practice.assignment``.
    """
    row = _seen(session, actor, assignment_id)
    askable = _askable(session, row, _edition(session, today))
    did = store.done(session, row, askable)
    rows = []
    for person in store.persons(session, actor, row.id):
        one = did.get(person.id, store.Done(person.id, 0, 0, 0, None))
        rows.append(
            {
                "id": person.id,
                "name": person.name,
                "organisation": person.organisation,
                "answered": one.questions,
                "right": Rate(one.rights, one.answers),
                "last_at": one.last_at,
                "state": _state(one.questions, len(askable), row.due_on, today),
            }
        )
    return Progress(
        id=row.id,
        title=row.title,
        subject=syllabus.subject(session, row.subject_code).names,
        questions=len(askable),
        due_on=row.due_on,
        set_at=row.set_at,
        cancelled_at=row.cancelled_at,
        reason=row.reason,
        rows=rows,
        finished=sum(each["state"] == "finished" for each in rows),
        late=sum(each["state"] == "late" for each in rows),
    )


def _state(answered: int, questions: int, due_on: date, today: date) -> str:
    if answered >= questions:
        return "finished"
    return "late" if today > due_on else "begun" if answered else "not-begun"


def assignments(session: Session, actor: Actor, ask: Ask, *, today: date) -> Page:
    """The assignments that the actor may see, the latest due first, with how many have finished each.

    Filters: subject, state.
    """
    query, row = store.visible(actor), AssignmentRow
    if subject := ask.filters.get("subject"):
        query = query.where(row.subject_code == subject)
    conditions = {
        "cancelled": (row.cancelled_at.is_not(None),),
        "assignment-over": (row.cancelled_at.is_(None), row.due_on < today),
        "assignment-open": (row.cancelled_at.is_(None), row.due_on >= today),
    }
    query = query.where(*conditions.get(ask.filters.get("state", ""), ()))
    sortable = {"title": row.title, "due_on": row.due_on, "set_at": row.set_at}
    page = fetch(
        session, query, ask, sortable=sortable, searchable=(row.title,), default=(row.due_on.desc(), row.id.desc())
    )
    if not page.rows:
        return page
    names = {subject.code: subject.names for subject in syllabus.subjects(session)}
    edition, found = _edition(session, today), store.found(session, actor, [each["id"] for each in page.rows])
    rows = []
    for each in page.rows:
        counted = _counted(session, found[each["id"]], each["given"], edition, today)
        rows.append({**each, "subject": names.get(each["subject_code"], {}), **counted})
    return replace(page, rows=rows)


def _counted(session: Session, row: AssignmentRow, given: int, edition: str, today: date) -> dict[str, Any]:
    askable = _askable(session, row, edition)
    finished = sum(one.questions >= len(askable) for one in store.done(session, row, askable).values())
    over = "cancelled" if row.cancelled_at else "assignment-over" if today > row.due_on else "assignment-open"
    return {"finished": Rate(finished, given), "state": over}


def _edition(session: Session, today: date) -> str:
    """The syllabus by which questions are asked now."""
    return governing(session, syllabus.next_exam(session, today))


def _askable(session: Session, row: AssignmentRow | store.Owed, edition: str) -> list[int]:
    shelf = shelf_of(session, row.subject_code, edition)
    return [question_id for question_id in row.question_ids if question_id in shelf.versions]


@dataclass(frozen=True)
class Mine:
    """What is set to a candidate."""

    title: str
    subject_code: str
    subject: Mapping[str, str]
    scope: str
    set_by: str
    due_on: date
    done: int
    questions: int
    late: bool


def mine(session: Session, actor: Actor, *, today: date) -> list[Mine]:
    """What the actor still owes, up to a month late, and what is finished until its day is over; the soonest first."""
    owed = store.of_person(session, actor.person_id, today - timedelta(days=SHOWN_LATE_DAYS))
    if not owed:
        return []
    names = {subject.code: subject.names for subject in syllabus.subjects(session)}
    edition, found = _edition(session, today), []
    for row in owed:
        askable = _askable(session, row, edition)
        did = store.done(session, row, askable, actor.person_id).get(actor.person_id)
        answered = did.questions if did else 0
        if answered >= len(askable) and today > row.due_on:
            continue
        found.append(
            Mine(
                title=row.title,
                subject_code=row.subject_code,
                subject=names.get(row.subject_code, {}),
                scope=str(Scope(ASSIGNMENT, assignment_id=row.id)),
                set_by=row.set_by,
                due_on=row.due_on,
                done=answered,
                questions=len(askable),
                late=today > row.due_on,
            )
        )
    return found


def names_of(session: Session, actor: Actor, person_ids: Sequence[int], *, today: date) -> list[str]:
    """The names of those among some persons to whom the actor may set something."""
    known = store.candidates(session, actor, today, organisation_id=None, person_ids=person_ids[:MOST_PERSONS])
    return store.names(session, known)


def title(session: Session, actor: Actor, assignment_id: int) -> str:
    """What an assignment that is set to the actor is called."""
    row = store.standing(session, assignment_id, actor.person_id)
    return row.title if row else ""


def remind(session: Session, *, today: date, now: datetime) -> int:
    """Queue a reminder to whoever has not finished on the last day and the day before, and one when it is late.

    The key names assignment, kind and person, so that repeating changes nothing; how many were new.
    """
    due = store.due_between(session, today - timedelta(days=1), today + timedelta(days=1))
    if not due:
        return 0
    edition, reminders = _edition(session, today), []
    for row in due:
        askable = _askable(session, row, edition)
        did = store.done(session, row, askable)
        for person in store.given(session, row.id):
            one = did.get(person)
            if one is None or one.questions < len(askable):
                reminders.append(_reminder(row, person, "late" if today > row.due_on else "soon"))
    return queue_many(session, reminders, now=now)


def _reminder(row: AssignmentRow, person_id: int, kind: str) -> Reminder:
    return Reminder(
        key=f"practice.assignment.{row.id}.{kind}.{person_id}",
        person_id=person_id,
        template="assignment",
        context={
            "kind": kind,
            "assignment": row.id,
            "title": row.title,
            "subject": row.subject_code,
            "scope": str(Scope(ASSIGNMENT, assignment_id=row.id)),
            "questions": len(row.question_ids),
            "due_on": row.due_on,
        },
        condition=CONDITION,
    )


def still_open(session: Session, person_id: int, context: dict[str, Any], today: date) -> bool:
    """Whether the person still owes the assignment: it stands, and is not finished."""
    row = store.standing(session, int(context["assignment"]), person_id)
    if row is None:
        return False
    askable = _askable(session, row, _edition(session, today))
    did = store.done(session, row, askable, person_id).get(person_id)
    return did is None or did.questions < len(askable)
