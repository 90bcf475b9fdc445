"""What the pages of merges show: whom a person may be a second time, likely pairs, and the merges there were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.merging import MERGE
from examprep.people.models import AccountRow, MergedRowRow, MergeRow, OrganisationRow, PersonRow
from examprep.people.moving import CARRIED, MOVED, STAYED, TAKEN, Moving
from examprep.people.rules.resident_id import ID_NUMBER_DIGITS, ResidentId, compact
from examprep.plumbing.listing import Ask, Page, escape_like, fetch
from examprep.plumbing.vault import Vault

SHOWN = 50
OPENED = 500  # sealed numbers that a masked one is held against


@dataclass(frozen=True)
class Found:
    """Somebody who may be the same person."""

    id: int
    name: str
    id_number: str | None
    born_on: date | None
    organisation: str
    sign_in_name: str | None


def find(
    session: Session,
    vault: Vault,
    actor: Actor,
    person_id: int,
    *,
    name: str | None,
    id_number: str | None,
    born_on: date | None,
) -> list[Found]:
    """Persons within bounds, but one, by whatever is known of them. A number may be masked by asterisks.

    Raises:
        RuleViolation: ``people.merge-search`` -- nothing is known, or only a masked number.
    """
    row, number, words = PersonRow, compact(id_number or ""), (name or "").strip()
    conditions: list[ColumnElement[bool]] = []
    if words:
        conditions.append(row.name.ilike(f"%{escape_like(words)}%", escape="\\"))
    if born_on:
        conditions.append(row.born_on == born_on)
    if number and "*" not in number:
        conditions.append(row.id_number_hash == vault.fingerprint(number))
    if not conditions:
        raise RuleViolation("people.merge-search", "Give a name, a birth date or a whole ID number.")
    query = (
        select(row.id, row.name, row.id_number_sealed, row.born_on, OrganisationRow.name, AccountRow.sign_in_name)
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .outerjoin(AccountRow, AccountRow.person_id == row.id)
        .where(*conditions, row.id != person_id, within(row.organisation_id, actor, MERGE))
        .order_by(row.name, row.id)
        .limit(OPENED)
    )
    found: list[Found] = []
    for id_, known_as, sealed, born, organisation, account in session.execute(query):
        whole = vault.open(sealed) if sealed else None
        if "*" not in number or (whole and _fits(number, whole)):
            masked = ResidentId(whole).masked if whole else None
            found.append(Found(id_, known_as, masked, born, organisation, account))
    return found[:SHOWN]


def _fits(mask: str, number: str) -> bool:
    """Whether a number begins and ends as a masked one, which has as many digits."""
    first, last = mask.partition("*")[0], mask.rpartition("*")[2]
    return len(mask) == ID_NUMBER_DIGITS and number.startswith(first) and number.endswith(last)


def likely(session: Session, actor: Actor, ask: Ask) -> Page:
    """Pairs within bounds of one name and birth date, at most one of them with an ID number: that one first."""
    less, more = PersonRow, aliased(PersonRow)
    place, other = aliased(OrganisationRow), aliased(OrganisationRow)
    query = (
        select(
            more.id.label("kept_id"),
            less.id.label("gone_id"),
            more.name,
            more.born_on,
            other.name.label("organisation"),
            place.name.label("other_organisation"),
            case((more.id_number_hash.is_not(None), "has-number"), else_="no-number").label("number"),
        )
        .join(more, (more.name == less.name) & (more.born_on == less.born_on) & (more.id != less.id))
        .join(place, place.id == less.organisation_id)
        .join(other, other.id == more.organisation_id)
        .where(
            less.id_number_hash.is_(None),
            or_(more.id_number_hash.is_not(None), more.id < less.id),
            within(less.organisation_id, actor, MERGE),
            within(more.organisation_id, actor, MERGE),
        )
    )
    return fetch(
        session,
        query,
        ask,
        sortable={"name": more.name, "born_on": more.born_on, "organisation": other.name},
        searchable=[more.name, other.name, place.name],
        default=[more.name, more.id, less.id],
    )


def merges(session: Session, actor: Actor, ask: Ask) -> Page:
    """Merges of persons within bounds, the latest first; filter ``state``: standing or taken back."""
    gone, kept, by = aliased(PersonRow), aliased(PersonRow), aliased(PersonRow)
    query = (
        select(
            MergeRow.id,
            MergeRow.kept_id,
            kept.name.label("kept"),
            gone.name.label("gone"),
            OrganisationRow.name.label("organisation"),
            MergeRow.reason,
            by.name.label("by"),
            MergeRow.merged_at,
            _STATE.label("state"),
            MergeRow.undone_at,
        )
        .join(gone, gone.id == MergeRow.gone_id)
        .join(kept, kept.id == MergeRow.kept_id)
        .join(by, by.id == MergeRow.merged_by)
        .join(OrganisationRow, OrganisationRow.id == MergeRow.organisation_id)
        .where(_seen(actor, kept))
    )
    if ask.filters.get("state") in STATES:
        query = query.where(_STATE == ask.filters["state"])  # noqa: SIM300 -- a condition, not a comparison
    return fetch(
        session,
        query,
        ask,
        sortable={"merged_at": MergeRow.merged_at, "kept": kept.name, "gone": gone.name,
                  "organisation": OrganisationRow.name},
        searchable=[kept.name, gone.name, OrganisationRow.name, MergeRow.reason],
        default=[MergeRow.id.desc()],
    )  # fmt: skip


STATES = ("merge-standing", "merge-undone")
_STATE = case((MergeRow.undone_at.is_(None), STATES[0]), else_=STATES[1])


def _seen(actor: Actor, kept: Any) -> ColumnElement[bool]:
    """Where the row that stayed is, or where the one that went was."""
    return within(kept.organisation_id, actor, MERGE) | within(MergeRow.organisation_id, actor, MERGE)


@dataclass(frozen=True)
class Kind:
    """What became of one kind of rows in a merge."""

    label: str
    moved: int
    stayed: int


@dataclass(frozen=True)
class Merged:
    """One merge as its page shows it."""

    id: int
    gone_id: int
    gone: str
    kept_id: int
    kept: str
    organisation: str
    reason: str
    by: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None
    undone_why: str | None
    filled: Sequence[str]
    within: bool  # whether both organisations lie within the bounds of whoever looks
    kinds: Sequence[Kind]


def merged(session: Session, actor: Actor, parts: Sequence[Moving], merge_id: int) -> Merged:
    """One merge.

    Raises:
        NotFound: no such merge of persons within the actor's bounds.
    """
    kept = aliased(PersonRow)
    both = within(kept.organisation_id, actor, MERGE) & within(MergeRow.organisation_id, actor, MERGE)
    query = select(MergeRow, both).join(kept, kept.id == MergeRow.kept_id)
    found = session.execute(query.where(MergeRow.id == merge_id, _seen(actor, kept))).first()
    if found is None:
        raise NotFound("people.merge-unknown", "There is no such merge.")
    row, inside = found
    persons = {row.gone_id, row.kept_id, row.merged_by, row.undone_by}
    names = dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(persons))).all())
    return Merged(
        row.id,
        row.gone_id,
        names[row.gone_id],
        row.kept_id,
        names[row.kept_id],
        session.get_one(OrganisationRow, row.organisation_id).name,
        row.reason,
        names[row.merged_by],
        row.merged_at,
        names.get(row.undone_by or 0),
        row.undone_at,
        row.undone_why,
        row.filled,
        bool(inside),
        _kinds(session, parts, merge_id),
    )


def _kinds(session: Session, parts: Sequence[Moving], merge_id: int) -> list[Kind]:
    row = MergedRowRow
    counts: Mapping[tuple[str, str], int] = {
        (name, fate): count
        for name, fate, count in session.execute(
            select(row.name, row.fate, func.count()).where(row.merge_id == merge_id).group_by(row.name, row.fate)
        )
    }
    found = []
    for moves in (moves for part in parts for moves in part.moves):
        moved = sum(counts.get((moves.name, fate), 0) for fate in (MOVED, CARRIED))
        stayed = sum(counts.get((moves.name, fate), 0) for fate in (STAYED, TAKEN))
        if moved or stayed:
            found.append(Kind(moves.label, moved, stayed))
    return found


@dataclass(frozen=True)
class Gone:
    """Where a merged row went."""

    name: str
    kept_id: int
    kept: str
    merge_id: int
    at: datetime


def gone(session: Session, actor: Actor, person_id: int) -> Gone | None:
    """Where a row went, for whoever may see the one that stands for it; ``None`` of everybody else."""
    row, kept, made = PersonRow, aliased(PersonRow), MergeRow
    query = (
        select(row.name, kept.id, kept.name, made.id, made.merged_at)
        .join(kept, kept.id == row.merged_into_id)
        .join(made, (made.gone_id == row.id) & made.undone_at.is_(None))
        .where(row.id == person_id, within(kept.organisation_id, actor, Permission.PEOPLE_PERSON_SEE))
    )
    found = session.execute(query).first()
    return Gone(*found) if found else None


def merged_into(session: Session, person_id: int) -> Sequence[tuple[int, str]]:
    """(merge, name) of the rows that a person stands for."""
    query = (
        select(MergeRow.id, PersonRow.name)
        .join(PersonRow, PersonRow.id == MergeRow.gone_id)
        .where(MergeRow.kept_id == person_id, MergeRow.undone_at.is_(None))
        .order_by(MergeRow.id)
    )
    return [(merge_id, name) for merge_id, name in session.execute(query)]
