"""A learner's way through a unit: opened, tested or confirmed, completed once; and a completion voided by a trainer."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.ce import actions as ce
from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.plumbing.vault import Vault
from examprep.practice.mocked import Answered, take_in
from examprep.practice.rules.learning import UNIT
from examprep.training import unit_judging, unit_store, units
from examprep.training.actions import checked_reason
from examprep.training.models import CourseRow
from examprep.training.rules.units import drawn, minutes_left
from examprep.training.unit_models import CompletionRow, TryRow, UnitOpeningRow, UnitRow
from examprep.training.unit_values import UnitView, completion_of, try_of


def open_(session: Session, actor: Actor, unit_id: int, *, now: datetime) -> UnitView:
    """A unit, whose opening is noted. Raises NotFound: not open to the actor, and never completed by them."""
    row = unit_store.unit_open_to(session, actor, unit_id, done_too=True)
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(UnitOpeningRow.__table__).values(
        unit_id=row.id, person_id=actor.person_id, first_at=now, last_at=now
    )
    session.execute(
        insert.on_conflict_do_update(index_elements=["unit_id", "person_id"], set_={"last_at": insert.excluded.last_at})
    )
    return view(session, actor, row, now=now)


def view(session: Session, actor: Actor, row: UnitRow, *, now: datetime) -> UnitView:
    course = session.get_one(CourseRow, row.course_id)
    completions = unit_store.completions(session, row.id, actor.person_id)
    return UnitView(
        row.id,
        row.title,
        course.name,
        course.category,
        row.kind,
        row.body,
        row.link,
        row.file_name,
        row.minutes,
        row.least_minutes,
        row.question_count or 0,
        row.pass_half_points or 0,
        _wait(session, actor, row, completions, now),
        row.withdrawn_at is None,
        [completion_of(each) for each in completions],
        [try_of(session, each) for each in unit_store.tries(session, row.id, actor.person_id)],
    )


def file_of(session: Session, vault: Vault, actor: Actor, unit_id: int) -> tuple[str, str, bytes]:
    """Name, kind and content of a unit's file, for its learners and its trainers. Raises NotFound."""
    try:
        row = unit_store.unit_open_to(session, actor, unit_id, done_too=True)
    except NotFound:
        row = unit_store.unit(session, actor, unit_id)
    if row.content is None:
        raise NotFound("training.unit-file", "This unit has no file.")
    return row.file_name or row.title, row.file_kind or "", vault.open_bytes(row.content)


def confirm(session: Session, actor: Actor, unit_id: int, *, now: datetime) -> None:
    """Say that one has gone through a unit without a test; saying it again changes nothing.

    Raises:
        NotFound; RuleViolation: ``training.unit-tested`` -- it has a test; ``training.unit-early``.
    """
    row, completions = _going_on(session, actor, unit_id)
    if _stands(completions):
        return
    if row.question_count:
        raise RuleViolation("training.unit-tested", "This unit is completed by passing its test.")
    if wait := _wait(session, actor, row, completions, now):
        raise RuleViolation("training.unit-early", "You can confirm this unit in %(minutes)s minutes.", minutes=wait)
    _complete(
        session, row, completions, person_id=actor.person_id, how="confirmed", try_id=None, at=now, now=now, actor=actor
    )


def begin_test(session: Session, actor: Actor, unit_id: int, *, now: datetime) -> None:
    """Draw the questions of the next try, unless one waits to be sent or the unit is completed.

    Raises:
        NotFound; RuleViolation: ``training.unit-no-test``; ``training.unit-empty`` -- all questions were withdrawn.
    """
    row, completions = _going_on(session, actor, unit_id)
    if not row.question_count or row.pass_half_points is None:
        raise RuleViolation("training.unit-no-test", "This unit has no test.")
    before = unit_store.tries(session, row.id, actor.person_id)
    if _stands(completions) or (before and before[0].sent_at is None):
        return
    known = {each.question_id: each for each in units.questions_of(session, row)}
    if not known:
        raise RuleViolation("training.unit-empty", "The questions of this test were withdrawn. Tell your trainer.")
    number = before[0].number + 1 if before else 1
    chosen = drawn(known, row.question_count, unit_id=row.id, person_id=actor.person_id, number=number)
    asked = [known[question_id] for question_id in chosen]
    for question in asked:
        bank.mark_answered(session, question.version_id, now=now)
    session.add(
        TryRow(
            unit_id=row.id,
            person_id=actor.person_id,
            number=number,
            version_ids=[question.version_id for question in asked],
            full_half_points=sum(question.half_points for question in asked),
            needed_half_points=row.pass_half_points,
            begun_at=now,
        )
    )
    session.flush()


def asked(session: Session, actor: Actor, unit_id: int) -> tuple[UnitRow, TryRow | None, list[bank.Question]]:
    """The try that waits to be sent, if any, and its questions. Raises NotFound."""
    row = unit_store.unit_open_to(session, actor, unit_id)
    waiting = next((t for t in unit_store.tries(session, row.id, actor.person_id) if t.sent_at is None), None)
    found = [bank.question(session, version_id) for version_id in waiting.version_ids] if waiting else []
    return row, waiting, found


def send_test(
    session: Session, actor: Actor, unit_id: int, number: int, ticks: Sequence[frozenset[int]], *, now: datetime
) -> bool:
    """Mark a try; passing completes the unit. Sent again, a try says what it said before; returns whether it passed.

    ``ticks``: the places ticked, question by question; a question left blank earns nothing.

    Raises:
        NotFound: ``training.unit-try`` -- no such try. RuleViolation: ``practice.ticks``.
    """
    row, completions = _going_on(session, actor, unit_id)
    found = next((t for t in unit_store.tries(session, row.id, actor.person_id) if t.number == number), None)
    if found is None:
        raise NotFound("training.unit-try", "There is no such try.")
    if found.sent_at is not None:
        return bool(found.passed)
    questions = [bank.question(session, version_id) for version_id in found.version_ids]
    if len(ticks) != len(questions):
        raise RuleViolation("practice.ticks", "An option was ticked that this question does not have.")
    for question, places in zip(questions, ticks, strict=True):
        if any(place >= question.content.places for place in places) or (question.one_tick and len(places) > 1):
            raise RuleViolation("practice.ticks", "An option was ticked that this question does not have.")
    found.ticks = [sorted(places) for places in ticks]
    unit_judging.settle(session, found)
    found.sent_at = now
    session.flush()
    _log(session, found, questions, ticks, now)
    if found.passed and not _stands(completions):
        _complete(
            session,
            row,
            completions,
            person_id=actor.person_id,
            how="test",
            try_id=found.id,
            at=now,
            now=now,
            actor=actor,
        )
    return bool(found.passed)


def _log(
    session: Session, row: TryRow, questions: Sequence[bank.Question], ticks: Sequence[frozenset[int]], now: datetime
) -> None:
    """Take the answers into the log of practice, subject by subject."""
    by_subject: dict[str, list[Answered]] = defaultdict(list)
    for place, (question, places) in enumerate(zip(questions, ticks, strict=True)):
        half_points = bank.grade(question, places or None)
        answer = Answered(f"unit-{row.id}-{place}", question, places, (), half_points, now)
        by_subject[question.subject].append(answer)
    for subject_code, answers in by_subject.items():
        take_in(session, row.person_id, subject_code, answers, mode=UNIT)


def redo(session: Session, question_id: int) -> set[int]:
    """Judge anew the tries that asked a question, by the rulings that stand. Returns the persons it changes.

    Who passes now and has not completed the unit completes it, for the day on which the try was sent.
    """
    changed, now = set[int](), bank.last_ruled_at(session, question_id)
    for found in unit_judging.with_versions(session, bank.version_ids(session, question_id)):
        if not unit_judging.settle(session, found):
            continue
        changed.add(found.person_id)
        row = session.get_one(UnitRow, found.unit_id)
        unit_store.opening(session, row.id, found.person_id, lock=True)
        completions = unit_store.completions(session, row.id, found.person_id)
        # One that a trainer voided stays voided.
        if found.passed and not completions and now is not None and found.sent_at is not None:
            at = found.sent_at
            _complete(session, row, completions, person_id=found.person_id, how="test", try_id=found.id, at=at, now=now)
    session.flush()
    return changed


def void(session: Session, actor: Actor, unit_id: int, completion_id: int, *, reason: str, now: datetime) -> None:
    """Take a completion back, with its hours; the learner may complete the unit again. Voiding twice changes nothing.

    Raises:
        NotFound; RuleViolation: ``training.reason``.
    """
    row = unit_store.unit(session, actor, unit_id, lock=True)
    found = session.get(CompletionRow, completion_id)
    seen = found and unit_store.standing_page(session, actor, row, Ask(), person_id=found.person_id).total
    if found is None or found.unit_id != row.id or not seen:
        raise NotFound("training.unit-completion", "There is no such completion.")
    why = checked_reason(reason)
    unit_store.opening(session, row.id, found.person_id, lock=True)
    session.refresh(found)
    if found.voided_at is not None:
        return
    found.voided_at, found.voided_by, found.reason = now, actor.person_id, why
    session.flush()
    if found.line_id is not None:
        try:
            ce.reverse(session, found.line_id, reason=why, posted_by=actor.person_id, now=now)
        except Conflict as refusal:
            if refusal.code != "ce.reversed":  # an officer may have taken the line back by hand already
                raise
    people.record(
        session, actor, "training.unit-voided", "training_unit_completion", found.id, now=now, after={"reason": why}
    )


def _going_on(session: Session, actor: Actor, unit_id: int) -> tuple[UnitRow, list[CompletionRow]]:
    """A unit on which the actor may act, with one act at a time; having opened it comes first."""
    row = unit_store.unit_open_to(session, actor, unit_id)
    if unit_store.opening(session, row.id, actor.person_id, lock=True) is None:
        raise RuleViolation("training.unit-unopened", "Open the unit first.")
    return row, unit_store.completions(session, row.id, actor.person_id)


def _stands(completions: Sequence[CompletionRow]) -> bool:
    return any(each.voided_at is None for each in completions)


def _wait(session: Session, actor: Actor, row: UnitRow, completions: Sequence[CompletionRow], now: datetime) -> int:
    opened = unit_store.opening(session, row.id, actor.person_id)
    if opened is None:
        return row.least_minutes
    since = max([opened.first_at, *(each.voided_at for each in completions if each.voided_at)])
    return minutes_left(since, now, row.least_minutes)


def _complete(
    session: Session,
    row: UnitRow,
    completions: Sequence[CompletionRow],
    *,
    person_id: int,
    how: str,
    try_id: int | None,
    at: datetime,
    now: datetime,
    actor: Actor | None = None,
) -> None:
    """Keep the completion and post its hours; the ledger takes each round of a unit once for each person.

    ``at``: for when it counts. ``actor``: who completes it; nobody where a ruling does.
    """
    course, number = session.get_one(CourseRow, row.course_id), len(completions) + 1
    line_id = None
    if row.minutes:
        line_id = ce.post(
            session,
            person_id=person_id,
            minutes=row.minutes,
            category=course.category,
            activity=f"{course.name} · {row.title}",
            earned_on=office_day(at),
            source_kind="training.unit" if number == 1 else f"training.unit.{number}",
            source_id=row.id,
            posted_by=None,
            now=now,
        )
    found = CompletionRow(
        unit_id=row.id,
        person_id=person_id,
        round=number,
        how=how,
        try_id=try_id,
        minutes=row.minutes,
        line_id=line_id,
        completed_at=at,
    )
    session.add(found)
    session.flush()
    after = {"minutes": row.minutes}
    people.record(session, actor, "training.unit-completed", "training_unit_completion", found.id, now=now, after=after)
