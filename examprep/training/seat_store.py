"""Queries about seats: the rules of a class, who belongs to which share, who holds what. Decides nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.plumbing.bulk import among
from examprep.training import store
from examprep.training.models import ClassRow, EnrolmentRow, SessionRow
from examprep.training.rules.entry import SeatRules, Share
from examprep.training.rules.seating import HELD, Room
from examprep.training.seat_models import SeatRuleRow, SeatShareRow

SEAT = EnrolmentRow
_PLAIN = SeatRules()


def rules_of(session: Session, class_id: int) -> SeatRules:
    """How the seats of a class are given; the plain rules where nothing is said."""
    row = session.get(SeatRuleRow, class_id)
    if row is None:
        return _PLAIN
    return SeatRules(row.needs, row.level, row.approval, row.offer_hours, row.members_only, _shares(session, class_id))


def _shares(session: Session, class_id: int) -> tuple[Share, ...]:
    query = (
        select(SeatShareRow, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == SeatShareRow.organisation_id)
        .where(SeatShareRow.class_id == class_id)
        .order_by(SeatShareRow.id)
    )
    return tuple(Share(row.organisation_id, row.seats, row.released_on, name) for row, name in session.execute(query))


def keep_rules(session: Session, class_id: int, rules: SeatRules) -> None:
    """Replace what is kept of a class's rules."""
    row = session.get(SeatRuleRow, class_id) or SeatRuleRow(class_id=class_id)
    for name in ("needs", "level", "approval", "offer_hours", "members_only"):
        setattr(row, name, getattr(rules, name))
    session.add(row)
    session.execute(delete(SeatShareRow).where(SeatShareRow.class_id == class_id))
    session.add_all(
        SeatShareRow(
            class_id=class_id,
            organisation_id=share.organisation_id,
            seats=share.seats,
            released_on=share.released_on,
        )
        for share in rules.shares
    )
    session.flush()


def overlapping(session: Session, organisation_ids: Collection[int]) -> bool:
    """Whether one of some organisations lies below another of them."""
    tree = OrganisationTreeRow
    query = select(tree.descendant_id).where(
        tree.ancestor_id.in_(organisation_ids),
        tree.descendant_id.in_(organisation_ids),
        tree.ancestor_id != tree.descendant_id,
    )
    return session.scalar(query.limit(1)) is not None


def outside(session: Session, organisation_ids: Collection[int], above_id: int) -> bool:
    """Whether one of some organisations does not lie below (or is) another."""
    tree = OrganisationTreeRow
    query = select(tree.descendant_id).where(tree.ancestor_id == above_id, tree.descendant_id.in_(organisation_ids))
    return len(set(session.scalars(query))) < len(set(organisation_ids))


def shares_of(session: Session, rules: SeatRules, person_ids: Iterable[int]) -> dict[int, int]:
    """The share (its organisation's id) of those of some persons who belong to one; shares do not overlap."""
    if not rules.shares:
        return {}
    tree = OrganisationTreeRow
    query = (
        select(PersonRow.id, tree.ancestor_id)
        .join(tree, tree.descendant_id == PersonRow.organisation_id)
        .where(
            tree.ancestor_id.in_([share.organisation_id for share in rules.shares]),
            among(session, PersonRow.id, sorted(set(person_ids))),
        )
    )
    return dict(session.execute(query).all())


def room(session: Session, row: ClassRow, rules: SeatRules, today: date) -> Room:
    """The seats of a class as they are held and kept now."""
    if not rules.shares:
        held = select(func.count()).where(SEAT.class_id == row.id, SEAT.state.in_(HELD))
        return Room(row.capacity, {}, {None: session.scalar(held) or 0})
    holders = [seat.person_id for seat in store.seats(session, row.id, *HELD)]
    shares = shares_of(session, rules, holders)
    kept = {share.organisation_id: share.kept_on(today) for share in rules.shares}
    return Room(row.capacity, kept, Counter(shares.get(person_id) for person_id in holders))


def of_persons(session: Session, class_id: int, person_ids: Collection[int]) -> dict[int, EnrolmentRow]:
    """The enrolments of some persons in a class, whatever came of them, by person."""
    query = select(SEAT).where(SEAT.class_id == class_id, among(session, SEAT.person_id, sorted(person_ids)))
    return {seat.person_id: seat for seat in session.scalars(query)}


def share_lines(session: Session, class_id: int, today: date) -> list[dict[str, Any]]:
    """Of each organisation that a class names: the share, how many seats its people have, and how many are kept."""
    rules = rules_of(session, class_id)
    if not rules.shares:
        return []
    now = room(session, session.get_one(ClassRow, class_id), rules, today)
    return [
        {"share": each, "held": now.held.get(each.organisation_id, 0), "kept": now.kept[each.organisation_id]}
        for each in rules.shares
    ]


def lock_persons(session: Session, person_ids: Iterable[int]) -> None:
    """Let acts about the same persons in different classes queue; always in the order of their ids, so that two such
    acts never wait for each other.
    """
    ids = sorted(set(person_ids))
    if ids:
        query = select(PersonRow.id).where(among(session, PersonRow.id, ids)).order_by(PersonRow.id)
        session.execute(query.with_for_update(key_share=True, of=PersonRow))


def below(session: Session, person_ids: Collection[int], organisation_id: int) -> set[int]:
    """Those of some persons who belong to an organisation or below it."""
    tree = OrganisationTreeRow
    query = (
        select(PersonRow.id)
        .join(tree, tree.descendant_id == PersonRow.organisation_id)
        .where(tree.ancestor_id == organisation_id, among(session, PersonRow.id, sorted(person_ids)))
    )
    return set(session.scalars(query))


def ahead(session: Session, seat: EnrolmentRow) -> int:
    """How many wait before somebody who waits."""
    query = select(func.count()).where(SEAT.class_id == seat.class_id, SEAT.state == "waiting", SEAT.turn < seat.turn)
    return session.scalar(query) or 0


def has_overdue(session: Session, class_id: int, now: datetime) -> bool:
    """Whether some offer of a class is over and not yet passed on."""
    query = select(SEAT.id).where(SEAT.class_id == class_id, SEAT.offered_until <= now)
    return session.scalar(query.limit(1)) is not None


def classes_to_settle(session: Session, now: datetime, today: date) -> list[int]:
    """Classes in which an offer is over, or whose kept seats were released while somebody waits."""
    begun = exists().where(
        SessionRow.class_id == ClassRow.id, SessionRow.state != "cancelled", SessionRow.starts_at <= now
    )
    overdue = exists().where(SEAT.class_id == ClassRow.id, SEAT.offered_until <= now)
    released = exists().where(
        SeatShareRow.class_id == ClassRow.id, SeatShareRow.seats > 0, SeatShareRow.released_on <= today
    )
    waiting = exists().where(SEAT.class_id == ClassRow.id, SEAT.state == "waiting")
    query = select(ClassRow.id).where(overdue | (released & waiting & ~begun & (ClassRow.state != "cancelled")))
    return list(session.scalars(query.order_by(ClassRow.id)))


def names(session: Session, person_ids: Iterable[int]) -> Mapping[int, str]:
    query = select(PersonRow.id, PersonRow.name).where(among(session, PersonRow.id, sorted(set(person_ids))))
    return dict(session.execute(query).all())


def count_seats(session: Session, class_ids: Collection[int]) -> None:
    """Write anew how many seats of some classes are given."""
    seats = select(func.count()).where(SEAT.class_id == ClassRow.id, SEAT.state == "enrolled").scalar_subquery()
    session.execute(update(ClassRow).where(ClassRow.id.in_(class_ids)).values(enrolled=seats))


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Count each class's seats anew and say where another number is kept; with ``repair`` write what was counted."""
    seats = select(SEAT.class_id, func.count()).where(SEAT.state == "enrolled").group_by(SEAT.class_id)
    counted = dict(session.execute(seats).all())
    for class_id, kept in session.execute(select(ClassRow.id, ClassRow.enrolled).order_by(ClassRow.id)).all():
        found = counted.get(class_id, 0)
        if found != kept:
            yield f"training_class: class {class_id}: kept {kept} enrolled, counted {found}"
            if repair:
                session.execute(update(ClassRow).where(ClassRow.id == class_id).values(enrolled=found))
