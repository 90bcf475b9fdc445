"""Several classes copied into a new season in one act: looked at as a whole, made as a whole, taken back as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people import actions as people
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.training import actions, clashes, copying, store
from examprep.training.clashes import Clash
from examprep.training.copying import Offer, Place, Season
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, SessionRow
from examprep.training.previewing import Look
from examprep.training.rules.schedule import Slot, place_key
from examprep.training.rules.season import together
from examprep.training.rules.seating import HELD, STANDING
from examprep.training.season_models import SeasonClassRow, SeasonCopyRow

MOST = 40  # classes at once
ANYWHERE = Place()
COPY, MADE = SeasonCopyRow, SeasonClassRow


@dataclass(frozen=True)
class Wish:
    """A class to copy, and what shall be otherwise; empty means as it was, or as is offered."""

    class_id: int
    name: str = ""
    trainer_id: int | None = None
    place: Place = ANYWHERE


@dataclass(frozen=True)
class Whole:
    """What holds for the whole season. ``first_on``: of the class that begins first; the others keep their distance."""

    first_on: date
    skip_days_off: bool = True
    draft: bool = False
    materials: bool = True
    units: bool = True


@dataclass(frozen=True)
class Planned:
    """One class as it would be."""

    wish: Wish
    source: str
    offer: Offer
    season: Season
    look: Look


def plan(session: Session, actor: Actor, wishes: Sequence[Wish], whole: Whole, *, today: date) -> list[Planned]:
    """The classes as they would be, each with all that it would meet: what is planned already, and one another.

    Raises:
        NotFound: no such class in the actor's organisations.
        RuleViolation: ``training.season-empty``, ``training.season-many``, ``training.nothing-to-copy``.
    """
    if not wishes:
        raise RuleViolation("training.season-empty", "Choose the classes to copy.")
    if len(wishes) > MOST:
        raise RuleViolation("training.season-many", "Copy at most %(most)s classes at once.", most=MOST)
    sources = copying.sources(session, actor, {wish.class_id for wish in wishes})
    days = [each.first_on for each in sources.values()]
    begins = min((day for day in days if day is not None), default=whole.first_on)
    found, named = [], set[tuple[int, str]]()
    for wish in wishes:
        source = sources[wish.class_id]
        first_on = whole.first_on + ((source.first_on or begins) - begins)
        offer = copying.offered(session, source, first_on=first_on, today=today, named=named)
        name = wish.name or offer.entry.name
        entry = replace(
            offer.entry,
            name=name,
            trainer_id=wish.trainer_id or offer.entry.trainer_id,
            state="planned" if whole.draft else "open",
        )
        named.add((entry.course_id, name))
        season = copying.season(source, first_on=first_on, skip_days_off=whole.skip_days_off, place=wish.place)
        look = copying.look(session, actor, entry, season, source_id=wish.class_id)
        found.append(Planned(wish, source.row.name, replace(offer, entry=entry), season, look))
    return _with_one_another(session, found, {each: one.row.organisation_id for each, one in sources.items()})


def _with_one_another(session: Session, found: Sequence[Planned], homes: dict[int, int]) -> list[Planned]:
    """The same, with what the new classes would meet among themselves."""
    said: dict[tuple[int, Slot], tuple[list[Sentence], list[Sentence]]] = {}
    shared = _shared(session, [each.wish.class_id for each in found])
    slots = [(order, line.slot) for order, each in enumerate(found) for line in each.look.lines]
    for a, at, b, other in together(slots):
        one, two = found[a], found[b]
        home = homes[one.wish.class_id] == homes[two.wish.class_id]
        if one.offer.entry.trainer_id == two.offer.entry.trainer_id:
            kind = "trainer"
        elif home and place_key(at.place) and place_key(at.place) == place_key(other.place):
            kind = "room"
        else:
            kind = "learners"
        both = shared.get(frozenset((one.wish.class_id, two.wish.class_id)), 0)
        if kind == "learners" and not both:
            continue
        for here, slot, there, met in ((a, at, b, other), (b, other, a, at)):
            clash = Clash(
                kind, office_day(slot.starts_at), slot, found[there].offer.entry.name, met.starts_at, met.ends_at,
                met.place, both,
            )  # fmt: skip
            hard, soft = said.setdefault((here, slot), ([], []))
            (soft if kind == "learners" else hard).append(clashes.said(clash))
    return [
        replace(
            each,
            look=replace(
                each.look,
                lines=[
                    replace(line, clashes=[*line.clashes, *hard], remarks=[*line.remarks, *soft])
                    for line in each.look.lines
                    for hard, soft in [said.get((order, line.slot), ([], []))]
                ],
            ),
        )
        for order, each in enumerate(found)
    ]


def _shared(session: Session, class_ids: Sequence[int]) -> dict[frozenset[int], int]:
    """How many have a seat in both of two classes."""
    seats = select(EnrolmentRow.person_id, EnrolmentRow.class_id).where(
        EnrolmentRow.class_id.in_(class_ids), EnrolmentRow.state.in_(HELD)
    )
    one, two = seats.subquery(), seats.subquery()
    query = (
        select(one.c.class_id, two.c.class_id, func.count())
        .join(two, (two.c.person_id == one.c.person_id) & (two.c.class_id > one.c.class_id))
        .group_by(one.c.class_id, two.c.class_id)
    )
    return {frozenset((a, b)): count for a, b, count in session.execute(query)}


def copy(session: Session, actor: Actor, wishes: Sequence[Wish], whole: Whole, *, today: date, now: datetime) -> int:
    """Make all of them, or none; returns the copy's id.

    Raises:
        NotFound, RuleViolation: as `plan`; Conflict: as `actions.plan_class`.
    """
    planned = plan(session, actor, wishes, whole, today=today)
    row = SeasonCopyRow(first_on=whole.first_on, by_id=actor.person_id, at=now)
    session.add(row)
    session.flush()
    for each in planned:
        class_id = copying.copy_class(
            session,
            actor,
            each.wish.class_id,
            each.offer.entry,
            each.season,
            rules=each.offer.rules,
            with_materials=whole.materials,
            with_units=whole.units,
            now=now,
        )
        session.add(SeasonClassRow(class_id=class_id, copy_id=row.id, source_id=each.wish.class_id))
    session.flush()
    after = {"classes": len(planned)}
    people.record(session, actor, "training.season-copied", "training_season_copy", row.id, now=now, after=after)
    return row.id


def undo(session: Session, actor: Actor, copy_id: int, *, reason: str, now: datetime) -> int:
    """Cancel all classes of a copy while nobody has joined one; returns how many. Their names are free again.

    Raises:
        NotFound: no such copy, or one of its classes is not the actor's. RuleViolation: ``training.reason``.
        Conflict: ``training.season-undone``; ``training.season-joined`` -- naming the class;
            ``training.season-held`` -- a session was closed already.
    """
    why = actions.checked_reason(reason)
    row = session.get(COPY, copy_id, with_for_update=True, populate_existing=True)
    class_ids = [line["id"] for line in made(session, actor, copy_id)]
    if row is None or not class_ids:
        raise NotFound("training.season", "There is no such copy.")
    if row.undone_at is not None:
        raise Conflict("training.season-undone", "This copy is taken back already.")
    for class_id in class_ids:
        parent = store.class_(session, actor, class_id, lock=True)
        joined = store.count_seats(session, class_id, *STANDING)
        if joined:
            raise Conflict(
                "training.season-joined",
                "%(count)s people have a seat in “%(title)s” or wait for one. Cancel that class by itself.",
                count=joined,
                title=parent.name,
            )
        if any(each.state == "closed" for each in store.sessions_of(session, class_id)):
            raise Conflict("training.season-held", "A session of “%(title)s” is closed already.", title=parent.name)
        if parent.state != "cancelled":
            actions.cancel_class(session, actor, class_id, reason=why, now=now)
    row.undone_at = now
    session.flush()
    after = {"reason": why}
    people.record(session, actor, "training.season-undone", "training_season_copy", row.id, now=now, after=after)
    return len(class_ids)


def made(session: Session, actor: Actor, copy_id: int) -> list[dict[str, Any]]:
    """The classes of a copy: ``id, name, course, source, source_id, state, first_at, seats``.

    Raises:
        NotFound: no such copy, or one of its classes is not the actor's.
    """
    begins = select(func.min(SessionRow.starts_at)).where(SessionRow.class_id == ClassRow.id).scalar_subquery()
    taken = select(func.count()).where(EnrolmentRow.class_id == ClassRow.id, EnrolmentRow.state.in_(STANDING))
    source = select(ClassRow.id, ClassRow.name).subquery()
    query = (
        select(
            ClassRow.id, ClassRow.name, CourseRow.name.label("course"), source.c.name.label("source"), MADE.source_id,
            ClassRow.state, begins.label("first_at"), taken.scalar_subquery().label("seats"),
        )
        .join(MADE, MADE.class_id == ClassRow.id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .join(source, source.c.id == MADE.source_id)
        .where(MADE.copy_id == copy_id)
        .order_by(begins, ClassRow.id)
    )  # fmt: skip
    rows = [dict(row) for row in session.execute(query).mappings()]
    theirs = session.scalar(
        select(func.count()).select_from(ClassRow).join(MADE, MADE.class_id == ClassRow.id).where(
            MADE.copy_id == copy_id, store.managed(actor)
        )
    )  # fmt: skip
    if not rows or theirs != len(rows):
        raise NotFound("training.season", "There is no such copy.")
    return rows


def of(session: Session, actor: Actor, copy_id: int) -> tuple[SeasonCopyRow, str, list[dict[str, Any]]]:
    """A copy, who made it, and its classes. Raises as `made`."""
    rows = made(session, actor, copy_id)
    row = session.get_one(COPY, copy_id)
    return row, session.get_one(PersonRow, row.by_id).name, rows


def copies(session: Session, actor: Actor, ask: Ask) -> Page:
    """The copies whose classes the actor manages, the latest first, with how many of those are not cancelled.

    Filter ``state``: stands; undone; restored -- undone, but some of its classes were restored by themselves.
    """
    standing = ClassRow.state != "cancelled"
    query = (
        select(
            COPY.id, COPY.at, COPY.first_on, PersonRow.name.label("by"), func.count(MADE.class_id).label("classes"),
            func.count(case((standing, MADE.class_id))).label("standing"), COPY.undone_at,
        )
        .join(MADE, MADE.copy_id == COPY.id)
        .join(ClassRow, ClassRow.id == MADE.class_id)
        .join(PersonRow, PersonRow.id == COPY.by_id)
        .where(store.managed(actor))
        .group_by(COPY.id, PersonRow.name)
    )  # fmt: skip
    if state := ask.filters.get("state"):
        restored = exists().where(MADE.copy_id == COPY.id, MADE.class_id == ClassRow.id, standing).correlate(COPY)
        conditions = {
            "stands": (COPY.undone_at.is_(None),),
            "undone": (COPY.undone_at.is_not(None), ~restored),
            "restored": (COPY.undone_at.is_not(None), restored),
        }
        query = query.where(*conditions.get(state, ()))
    return fetch(
        session,
        query,
        ask,
        sortable={"at": COPY.at, "first_on": COPY.first_on, "by": PersonRow.name},
        searchable=(PersonRow.name,),
        default=(COPY.id.desc(),),
    )
