"""Materials of a class, or of all classes of its course: kept in order, opened by learners, taken away and put back.

Learners see them while they have a seat, and only then; what somebody opened before leaving stays on file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import masked
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.uploads import Accepted
from examprep.plumbing.vault import Vault
from examprep.training import store
from examprep.training.actions import checked_reason
from examprep.training.models import ClassRow, EnrolmentRow
from examprep.training.study_models import MaterialRow, OpeningRow

MOST = 100  # of one class, and of one course; a list that learners still read
ROW = MaterialRow


@dataclass(frozen=True)
class MaterialEntry:
    """A material as given: a link, or a file as `plumbing.uploads.accept` lets it in."""

    title: str
    shared: bool  # by all classes of the course
    link: str | None = None
    file: Accepted | None = None


@dataclass(frozen=True)
class Material:
    """A material of a class. ``opened_by`` counts those with a seat in the class, of ``seats``."""

    id: int
    title: str
    kind: str
    shared: bool
    link: str | None
    file_kind: str | None
    size: int | None
    added_at: datetime
    voided_at: datetime | None
    reason: str | None
    opened_by: int = 0
    seats: int = 0
    opened_at: datetime | None = None  # by the reader, last


@dataclass(frozen=True)
class Opened:
    """What a learner or trainer gets: an address elsewhere, or a file to be saved."""

    link: str | None
    name: str = ""
    kind: str = ""
    content: bytes = b""


def add(session: Session, vault: Vault, actor: Actor, class_id: int, entry: MaterialEntry, *, now: datetime) -> int:
    """Give a class, or all classes of its course, a material at the end of the list; returns its id.

    Raises:
        NotFound: no such class; ``entry.shared``: no such course -- in the actor's organisations.
        RuleViolation: ``training.material`` -- not exactly one of link and file; ``training.materials`` -- too many.
    """
    parent = store.class_(session, actor, class_id, lock=True)
    if (entry.link is None) is (entry.file is None):
        raise RuleViolation("training.material", "Give either a file or a link.")
    if entry.shared:
        store.course(session, actor, parent.course_id)
    group = _group(parent.course_id, None if entry.shared else parent.id)
    count, last = session.execute(select(func.count(), func.max(ROW.place)).where(*group)).one()
    if count >= MOST:
        raise RuleViolation("training.materials", "There are %(most)s materials already.", most=MOST)
    row = ROW(
        course_id=parent.course_id,
        class_id=None if entry.shared else parent.id,
        place=(last or 0) + 1,
        title=entry.title,
        kind="file" if entry.file else "link",
        link=entry.link,
        added_by=actor.person_id,
        added_at=now,
    )
    if entry.file:
        row.file_name, row.file_kind, row.size = masked(entry.file.name), entry.file.kind, len(entry.file.content)
        row.content = vault.seal_bytes(entry.file.content)
    session.add(row)
    session.flush()
    people.record(
        session, actor, "training.material-added", "training_material", row.id, now=now, after={"title": row.title}
    )
    return row.id


def copy(session: Session, actor: Actor, from_id: int, to_id: int, *, now: datetime) -> int:
    """Give a class the materials of another one, files as they are sealed; returns how many.

    What all classes of a course share is there by itself where the course is the same, and stays away where it is not.

    Raises:
        NotFound: no such classes in the actor's organisations.
    """
    source, target = store.class_(session, actor, from_id), store.class_(session, actor, to_id, lock=True)
    rows = session.scalars(
        select(ROW).where(*_group(source.course_id, source.id), ROW.voided_at.is_(None)).order_by(*_ORDER)
    ).all()
    for row in rows:
        kept = ("place", "title", "kind", "link", "file_name", "file_kind", "size", "content")
        session.add(
            ROW(
                course_id=target.course_id,
                class_id=target.id,
                added_by=actor.person_id,
                added_at=now,
                **{name: getattr(row, name) for name in kept},
            )
        )
    session.flush()
    return len(rows)


def move(session: Session, actor: Actor, class_id: int, material_id: int, *, up: bool, now: datetime) -> None:
    """Swap a material with its neighbour in the list; at either end nothing changes.

    Raises:
        NotFound: no such class or material.
    """
    row = _managed(session, actor, class_id, material_id)
    beside = select(ROW).where(*_group(row.course_id, row.class_id), ROW.voided_at.is_(None))
    beside = (
        beside.where(ROW.place < row.place).order_by(ROW.place.desc())
        if up
        else beside.where(ROW.place > row.place).order_by(ROW.place)
    )
    other = session.scalar(beside.limit(1))
    if other is not None:
        row.place, other.place = other.place, row.place
        session.flush()
        people.record(session, actor, "training.material-moved", "training_material", row.id, now=now)


def take_away(session: Session, actor: Actor, class_id: int, material_id: int, *, reason: str, now: datetime) -> None:
    """Show a material to learners no more; taking away what is away changes nothing.

    Raises:
        NotFound: no such class or material. RuleViolation: ``training.reason``.
    """
    row = _managed(session, actor, class_id, material_id)
    why = checked_reason(reason)
    if row.voided_at is None:
        row.voided_at, row.reason = now, why
        session.flush()
        people.record(
            session, actor, "training.material-removed", "training_material", row.id, now=now, after={"reason": why}
        )


def put_back(session: Session, actor: Actor, class_id: int, material_id: int, *, now: datetime) -> None:
    """Show it again, at its old place. Raises NotFound: no such class or material."""
    row = _managed(session, actor, class_id, material_id)
    if row.voided_at is not None:
        row.voided_at, row.reason = None, None
        session.flush()
        people.record(session, actor, "training.material-restored", "training_material", row.id, now=now)


def of_class(session: Session, actor: Actor, class_id: int) -> list[Material]:
    """All materials of a class for its trainers, those taken away last. Raises NotFound."""
    parent = store.class_(session, actor, class_id)
    seats = store.count_seats(session, parent.id, "enrolled")
    opened = (
        select(func.count())
        .select_from(OpeningRow)
        .join(EnrolmentRow, EnrolmentRow.person_id == OpeningRow.person_id)
        .where(OpeningRow.material_id == ROW.id, EnrolmentRow.class_id == parent.id, EnrolmentRow.state == "enrolled")
        .correlate(ROW)
        .scalar_subquery()
    )
    query = select(ROW, opened).where(_of(parent)).order_by(ROW.voided_at.is_not(None), *_ORDER)
    return [_material(row, opened_by=count, seats=seats) for row, count in session.execute(query)]


def for_learner(session: Session, person_id: int, class_id: int) -> list[Material]:
    """What a person with a seat finds in a class; nothing without one."""
    parent = session.get(ClassRow, class_id)
    if parent is None or not _seated(session, person_id, class_id):
        return []
    mine = and_(OpeningRow.material_id == ROW.id, OpeningRow.person_id == person_id)
    query = select(ROW, OpeningRow.last_at).outerjoin(OpeningRow, mine).where(_of(parent), ROW.voided_at.is_(None))
    return [_material(row, opened_at=at) for row, at in session.execute(query.order_by(*_ORDER))]


def open_(session: Session, vault: Vault, actor: Actor, class_id: int, material_id: int, *, now: datetime) -> Opened:
    """What a learner with a seat opens; that they did is noted.

    Raises:
        NotFound: ``training.material`` -- no such material in a class where the actor has a seat, or taken away.
    """
    parent = session.get(ClassRow, class_id)
    row = None
    if parent is not None and _seated(session, actor.person_id, class_id):
        row = session.scalar(select(ROW).where(ROW.id == material_id, _of(parent), ROW.voided_at.is_(None)))
    if row is None:
        raise _unknown()
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(OpeningRow.__table__).values(
        material_id=row.id, person_id=actor.person_id, first_at=now, last_at=now, times=1
    )
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["material_id", "person_id"],
            set_={"last_at": insert.excluded.last_at, "times": OpeningRow.__table__.c.times + 1},
        )
    )
    return _opened(row, vault)


def look(session: Session, vault: Vault, actor: Actor, class_id: int, material_id: int) -> Opened:
    """The same for a trainer, which leaves no mark. Raises NotFound."""
    return _opened(_managed(session, actor, class_id, material_id), vault)


def openings(session: Session, actor: Actor, class_id: int, material_id: int, ask: Ask) -> tuple[Material, Page]:
    """Who of a class has opened a material, and when first and last; who left counts when they had opened it.

    Raises:
        NotFound: no such class or material.
    """
    row = _managed(session, actor, class_id, material_id)
    query: Select[*tuple[Any, ...]] = (
        select(
            PersonRow.id,
            PersonRow.name.label("name"),
            OrganisationRow.name.label("organisation"),
            EnrolmentRow.state.label("seat"),
            OpeningRow.first_at.label("first_at"),
            OpeningRow.last_at.label("last_at"),
            OpeningRow.times.label("times"),
        )
        .select_from(EnrolmentRow)
        .join(PersonRow, PersonRow.id == EnrolmentRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .outerjoin(OpeningRow, and_(OpeningRow.person_id == PersonRow.id, OpeningRow.material_id == row.id))
        .where(
            EnrolmentRow.class_id == class_id,
            or_(EnrolmentRow.state == "enrolled", OpeningRow.first_at.is_not(None)),
        )
    )
    wanted = {"yes": OpeningRow.first_at.is_not(None), "no": OpeningRow.first_at.is_(None)}
    if (condition := wanted.get(ask.filters.get("opened", ""))) is not None:
        query = query.where(condition)
    page = fetch(
        session,
        query,
        ask,
        sortable={
            "name": PersonRow.name,
            "organisation": OrganisationRow.name,
            "first_at": OpeningRow.first_at,
            "last_at": OpeningRow.last_at,
            "times": OpeningRow.times,
        },
        searchable=(PersonRow.name, OrganisationRow.name),
        default=(OrganisationRow.name, PersonRow.name, PersonRow.id),
    )
    return _material(row), page


_ORDER = (ROW.class_id.is_not(None), ROW.place, ROW.id)  # what all classes share comes first


def _group(course_id: int, class_id: int | None) -> Sequence[ColumnElement[bool]]:
    if class_id is not None:
        return (ROW.class_id == class_id,)
    return ROW.course_id == course_id, ROW.class_id.is_(None)


def _of(parent: ClassRow) -> ColumnElement[bool]:
    """That a material is of the class, or of all classes of its course."""
    return or_(ROW.class_id == parent.id, and_(ROW.class_id.is_(None), ROW.course_id == parent.course_id))


def _seated(session: Session, person_id: int, class_id: int) -> bool:
    seat = store.enrolment(session, class_id, person_id)
    return seat is not None and seat.state == "enrolled"


def _managed(session: Session, actor: Actor, class_id: int, material_id: int) -> MaterialRow:
    parent = store.class_(session, actor, class_id)
    row = session.scalar(select(ROW).where(ROW.id == material_id, _of(parent)))
    if row is None:
        raise _unknown()
    if row.class_id is None:
        store.course(session, actor, row.course_id)
    return row


def _unknown() -> NotFound:
    return NotFound("training.material", "There is no such material in this class.")


def _opened(row: MaterialRow, vault: Vault) -> Opened:
    if row.content is None:
        return Opened(row.link)
    return Opened(None, row.file_name or row.title, row.file_kind or "", vault.open_bytes(row.content))


def _material(row: MaterialRow, **more: Any) -> Material:
    return Material(
        row.id,
        row.title,
        row.kind,
        row.class_id is None,
        row.link,
        row.file_kind,
        row.size,
        row.added_at,
        row.voided_at,
        row.reason,
        **more,
    )
