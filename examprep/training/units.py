"""On-line units as their trainers keep them: written, changed, withdrawn and opened again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from examprep.bank import actions as bank
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people import actions as people
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import organisation_seen, within
from examprep.people.models import OrganisationRow
from examprep.people.rules.resident_id import masked
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.uploads import Accepted
from examprep.plumbing.vault import Vault
from examprep.practice.shelf import governing, shelf_of
from examprep.syllabus import actions as syllabus
from examprep.training import store, unit_store
from examprep.training.actions import checked_reason
from examprep.training.models import ClassRow
from examprep.training.rules.units import reachable
from examprep.training.unit_models import UnitRow

MOST_QUESTIONS = 50


@dataclass(frozen=True)
class UnitEntry:
    """A unit as typed: for a class or for an organisation; its test, if any, by chapter or by questions' numbers.

    ``pass_half_points`` with ``question_count`` makes a test; ``question_ids`` are then asked all.
    """

    course_id: int
    title: str
    kind: str
    class_id: int | None = None
    organisation_id: int | None = None
    body: str = ""
    link: str | None = None
    file: Accepted | None = None
    minutes: int = 0
    least_minutes: int = 0
    chapter_id: int | None = None
    question_ids: tuple[int, ...] = ()
    question_count: int | None = None
    pass_half_points: int | None = None

    @property
    def tested(self) -> bool:
        return self.pass_half_points is not None or bool(self.question_ids or self.chapter_id)


def add(session: Session, vault: Vault, actor: Actor, entry: UnitEntry, *, now: datetime) -> int:
    """Make a unit, open at once; returns its id.

    Raises:
        NotFound: no such course, class of it, or organisation in the actor's bounds.
        RuleViolation: ``training.unit-content`` -- what its kind needs is missing; ``training.unit-reach``;
            ``training.unit-test``, ``training.unit-questions``, ``training.unit-mark`` -- the test cannot be held.
    """
    row = UnitRow(added_by=actor.person_id, added_at=now)
    _fill(session, vault, actor, row, entry)
    session.add(row)
    session.flush()
    people.record(session, actor, "training.unit-added", "training_unit", row.id, now=now, after=_told(row))
    return row.id


def copy(session: Session, actor: Actor, from_id: int, to_id: int, *, now: datetime) -> int:
    """Give a class the open units of another one, files as they are sealed; returns how many.

    Raises:
        NotFound: no such classes in the actor's organisations.
    """
    source, target = store.class_(session, actor, from_id), store.class_(session, actor, to_id, lock=True)
    own = select(UnitRow).where(UnitRow.class_id == source.id, UnitRow.withdrawn_at.is_(None)).order_by(UnitRow.id)
    rows = session.scalars(own.options(undefer(UnitRow.content))).all()
    new = {"id", "course_id", "class_id", "added_by", "added_at"}
    names = [column.name for column in UnitRow.__table__.columns if column.name not in new]
    for row in rows:
        kept = {name: getattr(row, name) for name in names}
        session.add(
            UnitRow(course_id=target.course_id, class_id=target.id, added_by=actor.person_id, added_at=now, **kept)
        )
    session.flush()
    return len(rows)


def change(session: Session, vault: Vault, actor: Actor, unit_id: int, entry: UnitEntry, *, now: datetime) -> None:
    """Change a unit; a file stays unless another comes. What was completed stays completed, with the hours it gave.

    Raises as `add` does.
    """
    row = unit_store.unit(session, actor, unit_id, lock=True)
    before = _told(row)
    _fill(session, vault, actor, row, entry)
    session.flush()
    people.record(
        session, actor, "training.unit-changed", "training_unit", row.id, now=now, before=before, after=_told(row)
    )


def withdraw(session: Session, actor: Actor, unit_id: int, *, reason: str, now: datetime) -> None:
    """Open it to nobody any more; whoever completed it still finds it. Raises NotFound; RuleViolation."""
    row = unit_store.unit(session, actor, unit_id, lock=True)
    why = checked_reason(reason)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.reason = now, why
        session.flush()
        people.record(
            session, actor, "training.unit-withdrawn", "training_unit", row.id, now=now, after={"reason": why}
        )


def reopen(session: Session, actor: Actor, unit_id: int, *, now: datetime) -> None:
    """Open it again. Raises NotFound."""
    row = unit_store.unit(session, actor, unit_id, lock=True)
    if row.withdrawn_at is not None:
        row.withdrawn_at, row.reason = None, None
        session.flush()
        people.record(session, actor, "training.unit-reopened", "training_unit", row.id, now=now)


def questions_of(session: Session, row: UnitRow) -> list[bank.Question]:
    """The questions a test may ask now: published, and answered by ticking."""
    if row.question_ids:
        found = [_published(session, question_id) for question_id in row.question_ids]
        return [each for each in found if each is not None and not each.written]
    if row.chapter_id is None:
        return []
    chapter = syllabus.chapters_by_id(session, frozenset({row.chapter_id}))[row.chapter_id]
    shelf = shelf_of(session, chapter.subject, chapter.version)
    found = [bank.question(session, shelf.versions[each]) for each in shelf.chapters.get(chapter.id, ())]
    return [each for each in found if each is not None and not each.written]


def chapters(session: Session, now: datetime) -> list[tuple[int, str]]:
    """(id, subject and chapter) of the chapters in force, to choose from."""
    if not syllabus.versions(session):
        return []
    edition = governing(session, syllabus.next_exam(session, office_day(now)))
    return [
        (chapter.id, f"{in_language(subject.names)} · {chapter.number} {in_language(chapter.names)}")
        for subject in syllabus.subjects(session)
        for chapter in syllabus.chapters(session, subject.code, edition)
    ]


def openable(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """("class-3" or "organisation-7", name) of what the actor may open a unit to, to choose from."""
    organisations = select(OrganisationRow.id, OrganisationRow.name).where(
        within(OrganisationRow.id, actor, Permission.TRAINING_CLASS_MANAGE)
    )
    classes = (
        select(ClassRow.id, ClassRow.name)
        .where(store.managed(actor), ClassRow.state != "cancelled")
        .order_by(ClassRow.id.desc())
    )
    return [
        *((f"class-{class_id}", name) for class_id, name in session.execute(classes)),
        *(
            (f"organisation-{organisation_id}", say(Sentence("%(name)s and all below it", name=name)))
            for organisation_id, name in session.execute(organisations.order_by(OrganisationRow.id))
        ),
    ]


def _published(session: Session, question_id: int) -> bank.Question | None:
    """A question as it is asked now; ``None`` when there is none, or not for everybody."""
    try:
        question = bank.question(session, bank.current_version(session, question_id))
    except NotFound:
        return None
    editions = [version.code for version in syllabus.versions(session)]
    shelves = (shelf_of(session, question.subject, edition) for edition in editions)
    return question if any(question_id in shelf.versions for shelf in shelves) else None


def _fill(session: Session, vault: Vault, actor: Actor, row: UnitRow, entry: UnitEntry) -> None:
    course = store.course(session, actor, entry.course_id)
    if (entry.class_id is None) is (entry.organisation_id is None):
        raise RuleViolation("training.unit-reach", "Open it to one class, or to one organisation and all below it.")
    if entry.class_id is not None and store.class_(session, actor, entry.class_id).course_id != course.id:
        raise NotFound("training.unknown", "There is no such class in your organisations.")
    if entry.organisation_id is not None:
        organisation_seen(session, actor, Permission.TRAINING_CLASS_MANAGE, entry.organisation_id)
    kept = row.kind == "file" and row.content is not None
    if (
        (entry.kind == "text" and not entry.body.strip())
        or (entry.kind == "video" and not entry.link)
        or (entry.kind == "file" and entry.file is None and not kept)
    ):
        raise RuleViolation("training.unit-content", "Give what the unit consists of: its text, its file, or its link.")
    row.course_id, row.class_id, row.organisation_id = course.id, entry.class_id, entry.organisation_id
    row.title, row.kind, row.body = entry.title, entry.kind, entry.body
    row.link = entry.link if entry.kind == "video" else None
    if entry.kind != "file":
        row.file_name, row.file_kind, row.content = None, None, None
    elif entry.file is not None:
        row.file_name, row.file_kind = masked(entry.file.name), entry.file.kind
        row.content = vault.seal_bytes(entry.file.content)
    row.minutes, row.least_minutes = entry.minutes, entry.least_minutes
    _fill_test(session, row, entry)


def _fill_test(session: Session, row: UnitRow, entry: UnitEntry) -> None:
    row.chapter_id, row.question_ids, row.question_count, row.pass_half_points = None, None, None, None
    if not entry.tested:
        return
    if entry.pass_half_points is None or (entry.chapter_id is None) is (not entry.question_ids):
        raise RuleViolation(
            "training.unit-test",
            "A test needs a mark to pass, and its questions either by chapter or by their numbers.",
        )
    row.chapter_id, row.question_ids = entry.chapter_id, list(entry.question_ids) or None
    known = questions_of(session, row)
    count = len(entry.question_ids) or entry.question_count or 0
    if not 0 < count <= min(MOST_QUESTIONS, len(known)):
        raise _too_few(known, entry.question_ids)
    most = reachable([each.half_points for each in known], count)
    if not 0 < entry.pass_half_points <= most:
        raise RuleViolation(
            "training.unit-mark", "The mark to pass lies between half a point and %(most)s.", most=_points(most)
        )
    row.question_count, row.pass_half_points = count, entry.pass_half_points


def _too_few(known: Sequence[bank.Question], wanted: Sequence[int]) -> RuleViolation:
    missing = sorted(set(wanted) - {each.question_id for each in known})
    if missing:
        return RuleViolation(
            "training.unit-questions",
            "These are no published questions with options: %(numbers)s.",
            numbers=", ".join(map(str, missing)),
        )
    return RuleViolation(
        "training.unit-questions",
        "Ask between 1 and %(most)s questions; the chapter has %(count)s that can be asked.",
        most=MOST_QUESTIONS,
        count=len(known),
    )


def _points(half_points: int) -> str:
    return f"{half_points / 2:g}"


def _told(row: UnitRow) -> dict[str, object]:
    return {"title": row.title, "minutes": row.minutes, "pass_half_points": row.pass_half_points}
