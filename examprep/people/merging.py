"""Merging two rows that are one person, and taking that back: one transaction each, in which every part has its turn.

Nobody's rights grow by it: a row with a role of staff is merged only by whoever may give that role there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission, Role
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import organisation_seen, seen, within
from examprep.people.bulk import chunks
from examprep.people.models import MembershipRow, MergedRowRow, MergeRow, PersonRow
from examprep.people.moving import Merge, Moves, Moving, carry_back, carry_over, own, plan

MERGE = Permission.PEOPLE_PERSON_MERGE
DETAILS = ("born_on", "sex", "phone", "email", "education")
ID_NUMBER = "id_number"
NUMBERS = N_("The ID numbers differ. These are two persons, or one of the two numbers is wrong; then say so below.")
PARTS = "examprep.merging"  # where the application keeps the parts of all packages, the highest first
Parts = Sequence[Moving]


@dataclass(frozen=True)
class Line:
    """One kind of rows: how many each of the two has, and how many of those of the one that goes stay behind."""

    label: str
    kept: int
    gone: int
    stays: int


@dataclass(frozen=True)
class Look:
    """What a merge would do. ``hindrances`` are why it cannot be done; ``remarks`` what to look at before.

    ``numbers_differ``: it is only done for whoever says that one of the two ID numbers is wrong.
    """

    lines: Sequence[Line]
    filled: Sequence[str]
    hindrances: Sequence[Sentence]
    remarks: Sequence[Sentence]
    numbers_differ: bool


def look(session: Session, actor: Actor, parts: Parts, *, gone_id: int, kept_id: int, now: datetime) -> Look:
    """What merging two persons would do; nothing is written.

    Raises:
        NotFound: one of them lies outside the actor's bounds, or is the other.
    """
    gone, kept = _both(session, actor, gone_id, kept_id)
    lines: list[Line] = []
    merge = Merge(session, actor.person_id, gone.id, kept.id, now)
    for moves in (moves for part in parts for moves in part.moves):
        counts = _counts(session, moves, kept_id, gone_id)
        if not counts:
            continue
        stays = 0
        if not moves.carried and gone_id in counts:
            found = plan(merge, moves)
            merge.hold(moves, found.stays)
            stays = len(found.stays)
        lines.append(Line(moves.label, counts.get(kept_id, 0), counts.get(gone_id, 0), stays))
    return Look(
        lines,
        _fillable(gone, kept),
        list(_hindrances(session, actor, parts, gone, kept, now)),
        [*_remarks(gone, kept), *(said for part in parts for said in part.remarks(session, gone_id, kept_id))],
        _numbers_differ(gone, kept),
    )


def _counts(session: Session, moves: Moves, *person_ids: int) -> Mapping[int, int]:
    """How many rows each person has who has any."""
    column = moves.table.c[moves.column]
    query = select(column, func.count()).where(column.in_(person_ids)).group_by(column)
    return dict(session.execute(query).all())


def merge(
    session: Session,
    actor: Actor,
    parts: Parts,
    *,
    gone_id: int,
    kept_id: int,
    reason: str,
    now: datetime,
    one_number_wrong: bool = False,
) -> int:
    """Let one row stand for two; returns the merge's id. What the other had goes over, or stays and counts no longer.

    Two ID numbers that differ are of two persons, unless somebody says that one of them is wrong. Each row keeps its
    own, so that files that name either mean the row that stays.

    Raises:
        NotFound: one of them lies outside the actor's bounds, or is the other.
        RuleViolation: ``people.merge`` -- what stands in the way; ``people.merge-numbers``; ``people.merge-reason``.
    """
    _checked(reason)
    _lock(session, gone_id, kept_id)
    gone, kept = _both(session, actor, gone_id, kept_id)
    for hindrance in _hindrances(session, actor, parts, gone, kept, now):
        raise RuleViolation("people.merge", hindrance.text, **hindrance.values)
    if _numbers_differ(gone, kept) and not one_number_wrong:
        raise RuleViolation("people.merge-numbers", NUMBERS)
    row = MergeRow(
        gone_id=gone_id, kept_id=kept_id, organisation_id=gone.organisation_id, filled=_fillable(gone, kept),
        reason=reason.strip(), merged_by=actor.person_id, merged_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    doing = Merge(session, actor.person_id, gone_id, kept_id, now)
    for part in parts:
        for moves in own([part]):
            carry_over(doing, moves)
        if part.carry:
            part.carry(doing)
    keep_notes(session, row.id, doing.noted)
    _fill(session, gone, kept, row.filled)
    session.execute(update(PersonRow).where(PersonRow.merged_into_id == gone_id).values(merged_into_id=kept_id))
    session.execute(
        update(PersonRow).where(PersonRow.id == gone_id).values(merged_into_id=kept_id, organisation_id=None)
    )
    _rebuild(session, parts, gone_id, kept_id, now)
    after = {"gone_id": gone_id, "reason": row.reason}
    record(session, actor, "people.rows-merged", "person", kept_id, now=now, after=after)
    return row.id


def take_back(session: Session, actor: Actor, parts: Parts, merge_id: int, *, reason: str, now: datetime) -> None:
    """Let the two be two again: what went over goes back, what came later stays with the row that had stayed.

    Raises:
        NotFound: no such merge of persons within the actor's bounds.
        Conflict: ``people.merge-undone``; ``people.merge-later`` -- another merge was built on it;
            ``people.merge-clash`` -- what came since stands in the way.
        RuleViolation: ``people.merge-reason``.
    """
    _checked(reason)
    row = session.get(MergeRow, merge_id)
    if row is None:
        raise NotFound("people.merge-unknown", "There is no such merge.")
    _lock(session, row.gone_id, row.kept_id)
    session.refresh(row)
    if row.undone_at is not None:
        raise Conflict("people.merge-undone", "This merge was taken back already.")
    _refuse_built_on(session, row)
    seen(session, actor, MERGE, row.kept_id)
    organisation_seen(session, actor, MERGE, row.organisation_id)
    for hindrance in _of_roles(session, actor, row.gone_id, row.kept_id, now):
        raise RuleViolation("people.merge", hindrance.text, **hindrance.values)
    try:
        _separate(session, row)
        doing = Merge(session, actor.person_id, row.gone_id, row.kept_id, now, noted=notes(session, merge_id))
        for part in parts:
            for moves in own([part]):
                carry_back(doing, moves)
            if part.carry_back:
                part.carry_back(doing)
        _rebuild(session, parts, row.gone_id, row.kept_id, now)
        row.undone_by, row.undone_at, row.undone_why = actor.person_id, now, reason.strip()
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            "people.merge-clash", "Something was recorded since that stands in the way; the merge was not taken back."
        ) from error
    after = {"gone_id": row.gone_id, "reason": reason.strip()}
    record(session, actor, "people.merge-taken-back", "person", row.kept_id, now=now, after=after)


def _checked(reason: str) -> None:
    if not reason.strip():
        raise RuleViolation("people.merge-reason", "Say in a few words how you know.")


def _lock(session: Session, *person_ids: int) -> None:
    """In the order of their ids, as everybody does."""
    query = select(PersonRow.id).where(PersonRow.id.in_(person_ids)).order_by(PersonRow.id)
    session.execute(query.with_for_update())


def _both(session: Session, actor: Actor, gone_id: int, kept_id: int) -> tuple[PersonRow, PersonRow]:
    if gone_id == kept_id:
        raise NotFound("people.person", "There is no such person in your organisations.")
    return seen(session, actor, MERGE, gone_id), seen(session, actor, MERGE, kept_id)


def _hindrances(
    session: Session, actor: Actor, parts: Parts, gone: PersonRow, kept: PersonRow, now: datetime
) -> Iterator[Sentence]:
    if actor.person_id in (gone.id, kept.id):
        yield Sentence("One of the records is your own. Ask a colleague to merge them.")
    yield from _of_roles(session, actor, gone.id, kept.id, now)
    for part in parts:
        yield from part.hinders(session, gone.id, kept.id)


def _of_roles(session: Session, actor: Actor, gone_id: int, kept_id: int, now: datetime) -> Iterator[Sentence]:
    """A role of staff that the actor could not give is not to be had by a merge either."""
    row = MembershipRow
    query = select(row.id).where(
        row.person_id.in_((gone_id, kept_id)),
        row.role != Role.CANDIDATE,
        or_(row.until.is_(None), row.until > office_day(now)),
        ~within(row.organisation_id, actor, Permission.PEOPLE_ACCOUNT_MANAGE),
    )
    if session.scalar(query.limit(1)) is not None:
        yield Sentence("One of the records has a role of staff. Whoever gives that role merges them: an administrator.")


def _numbers_differ(gone: PersonRow, kept: PersonRow) -> bool:
    return bool(gone.id_number_hash and kept.id_number_hash)


def _remarks(gone: PersonRow, kept: PersonRow) -> Iterator[Sentence]:
    if _numbers_differ(gone, kept):
        yield Sentence(NUMBERS)
    if gone.name != kept.name:
        yield Sentence("The names differ: %(gone)s, %(kept)s.", gone=gone.name, kept=kept.name)
    if gone.born_on and kept.born_on and gone.born_on != kept.born_on:
        yield Sentence("The birth dates differ: %(gone)s, %(kept)s.", gone=gone.born_on, kept=kept.born_on)


def _fillable(gone: PersonRow, kept: PersonRow) -> list[str]:
    """The details that only the row that goes has; the other is completed by them."""
    found = [name for name in DETAILS if getattr(kept, name) in (None, "") and getattr(gone, name) not in (None, "")]
    return [*([ID_NUMBER] if gone.id_number_hash and not kept.id_number_hash else []), *found]


def _fill(session: Session, gone: PersonRow, kept: PersonRow, filled: Sequence[str]) -> None:
    if ID_NUMBER in filled:
        _hand_number(session, gone, kept)
    for name in filled:
        if name != ID_NUMBER:
            setattr(kept, name, getattr(gone, name))
    session.flush()


def _hand_number(session: Session, giver: PersonRow, taker: PersonRow) -> None:
    sealed, fingerprint = giver.id_number_sealed, giver.id_number_hash
    giver.id_number_sealed = giver.id_number_hash = None
    session.flush()  # nobody may have it twice, not even within the transaction
    taker.id_number_sealed, taker.id_number_hash = sealed, fingerprint


def _separate(session: Session, row: MergeRow) -> None:
    """The row that went is a person again; what it lent the other goes back, unless it was changed since."""
    gone, kept = session.get_one(PersonRow, row.gone_id), session.get_one(PersonRow, row.kept_id)
    gone.merged_into_id, gone.organisation_id = None, row.organisation_id
    if ID_NUMBER in row.filled and kept.id_number_hash:
        _hand_number(session, kept, gone)
    for name in row.filled:
        if name != ID_NUMBER and getattr(kept, name) == getattr(gone, name):
            setattr(kept, name, None)
    session.flush()
    earlier = select(MergeRow.gone_id).where(MergeRow.kept_id == row.gone_id, MergeRow.undone_at.is_(None))
    own_once = PersonRow.id.in_(_all_into(session, session.scalars(earlier).all()))
    session.execute(update(PersonRow).where(own_once).values(merged_into_id=row.gone_id))


def _all_into(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Some merged rows, and those that were merged with them before."""
    found, fresh = set[int](), set(person_ids)
    while fresh:
        found |= fresh
        query = select(MergeRow.gone_id).where(MergeRow.kept_id.in_(fresh), MergeRow.undone_at.is_(None))
        fresh = set(session.scalars(query)) - found
    return found


def _refuse_built_on(session: Session, row: MergeRow) -> None:
    """Merges are taken back in the order of a pile: what a later one did rests on what this one did."""
    query = (
        select(PersonRow.name)
        .join(MergeRow, MergeRow.gone_id == PersonRow.id)
        .where(
            MergeRow.id > row.id,
            MergeRow.undone_at.is_(None),
            or_(MergeRow.kept_id == row.kept_id, MergeRow.gone_id == row.kept_id),
        )
    )
    if (name := session.scalar(query.order_by(MergeRow.id.desc()).limit(1))) is not None:
        raise Conflict(
            "people.merge-later", "Another record of %(name)s was merged later. Take that merge back first.", name=name
        )


def _rebuild(session: Session, parts: Parts, gone_id: int, kept_id: int, now: datetime) -> None:
    """What is derived is made anew; the lowest packages come last, since those above tell them what changed."""
    session.expire_all()
    for part in parts:
        if part.rebuild:
            part.rebuild(session, (gone_id, kept_id), now)
    session.flush()


def notes(session: Session, merge_id: int) -> list[dict[str, Any]]:
    """What a merge did with each row, in the order in which it did it."""
    row = MergedRowRow
    query = select(row.name, row.key, row.fate, row.before).where(row.merge_id == merge_id).order_by(row.id)
    return [dict(one) for one in session.execute(query).mappings()]


def keep_notes(session: Session, merge_id: int, noted: Iterable[Mapping[str, Any]]) -> None:
    """Keep what became of rows with the merge, for taking it back."""
    for chunk in chunks({"merge_id": merge_id, **each} for each in noted):
        session.execute(insert(MergedRowRow), chunk)
