"""Many persons at once, for imports: a few statements however many rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from examprep.kernel.errors import Conflict
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.bulk import among, in_parts, insert_many, new_ids, pairs_from
from examprep.plumbing.vault import Vault

CHUNK = 5_000
MERGED = aliased(PersonRow)  # rows that were merged, beside the row that stands for them
T = TypeVar("T")


class NewPerson(NamedTuple):
    """Somebody an import brings for the first time. ``fingerprint`` is the keyed hash of the number."""

    name: str
    id_number: ResidentId
    fingerprint: str
    organisation_id: int
    phone: str | None = None
    email: str | None = None


class KnownPerson(NamedTuple):
    """Somebody already on file."""

    person_id: int
    name: str
    organisation_id: int


class Namesake(NamedTuple):
    """Somebody on file whom a name points to. ``sealed`` is the ID number as it is kept, if there is one."""

    person_id: int
    name: str
    organisation_id: int
    organisation: str
    born_on: date | None
    sealed: str | None


def chunks(things: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The things in lists of at most ``size``, so that no statement grows without bound."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk


def find_by_fingerprint(session: Session, fingerprints: Iterable[str]) -> dict[str, KnownPerson]:
    """Who is on file under these keyed hashes of ID numbers, in any organisation; one statement per 10,000.

    Whoever had a number in a row that was merged is found by it too.
    """
    row, found, merged = PersonRow, dict[str, KnownPerson](), dict[str, int]()
    for chunk in in_parts(fingerprints):
        rows = session.connection().execute(
            select(row.id_number_hash, row.id, row.name, row.organisation_id, row.merged_into_id).where(
                among(session, row.id_number_hash, chunk)
            )
        )
        for fingerprint, person_id, name, organisation_id, into in rows:
            found[fingerprint or ""] = KnownPerson(person_id, name, organisation_id)
            if into is not None:
                merged[fingerprint or ""] = into
    standing = find_by_id(session, merged.values()) if merged else {}
    return {**found, **{fingerprint: standing[into] for fingerprint, into in merged.items()}}


def find_by_id(session: Session, person_ids: Iterable[int]) -> dict[int, KnownPerson]:
    """Persons by their ids, in any organisation; of one that was merged the row that stands for theirs."""
    row, asked, found = PersonRow, aliased(PersonRow), dict[int, KnownPerson]()
    for chunk in in_parts(person_ids):
        query = select(asked.id, row.id, row.name, row.organisation_id).join(
            row, row.id == func.coalesce(asked.merged_into_id, asked.id)
        )
        rows = session.execute(query.where(among(session, asked.id, chunk)))
        found.update((id_, KnownPerson(person_id, name, place)) for id_, person_id, name, place in rows)
    return found


def find_by_birth(
    session: Session, wanted: Iterable[tuple[str, date]], inside: ColumnElement[bool]
) -> dict[tuple[str, date], list[Namesake]]:
    """Persons of these names born on these days, where ``inside`` holds of `PersonRow`.

    Whoever bore a name in a row that was merged is found by it too.
    """
    found = defaultdict[tuple[str, date], list[Namesake]](list)
    for chunk in in_parts(sorted(set(wanted))):
        pairs = pairs_from(session, [name for name, _ in chunk], [day for _, day in chunk])
        for row in (PersonRow, MERGED):
            for name, born_on, person in _namesakes(
                session, row, (row.name == pairs[0]) & (row.born_on == pairs[1]), inside
            ):
                if born_on is not None and person not in found[name, born_on]:
                    found[name, born_on].append(person)
    return found


def find_by_name(session: Session, names: Iterable[str], inside: ColumnElement[bool]) -> dict[str, list[Namesake]]:
    """Persons of these names, where ``inside`` holds of `PersonRow`."""
    found = defaultdict[str, list[Namesake]](list)
    for chunk in in_parts(sorted(set(names))):
        for row in (PersonRow, MERGED):
            for name, _, person in _namesakes(session, row, among(session, row.name, chunk), inside):
                if person not in found[name]:
                    found[name].append(person)
    return found


def _namesakes(
    session: Session, by: Any, condition: ColumnElement[bool], inside: ColumnElement[bool]
) -> Iterator[tuple[str, date | None, Namesake]]:
    """Name and birth date by which somebody was found, and who it is. ``by``: `PersonRow`, or `MERGED` rows of them."""
    row, place = PersonRow, OrganisationRow
    query = (
        select(
            by.name, by.born_on, row.id, row.name, row.organisation_id, place.name, row.born_on, row.id_number_sealed
        )
        .join(place, place.id == row.organisation_id)
        .where(condition, inside)
        .order_by(row.id)
    )
    if by is MERGED:
        query = query.join(MERGED, MERGED.merged_into_id == row.id)
    for name, born_on, *values in session.execute(query):
        yield name, born_on, Namesake(*values)


def add_persons(
    session: Session, vault: Vault, persons: Sequence[NewPerson], *, batch_id: int, now: datetime
) -> Sequence[int]:
    """Make a row for each; returns their ids, in order.

    Raises:
        Conflict: ``people.duplicate`` -- somebody got one of the numbers meanwhile.
    """
    ids = new_ids(session, PersonRow, len(persons))
    rows = (
        (id_, name, place, vault.seal(id_number.number), print_, id_number.born_on, id_number.sex, phone, email)
        for id_, (name, id_number, print_, place, phone, email) in zip(ids, persons, strict=True)
    )
    try:
        insert_many(
            session,
            PersonRow,
            (
                "id", "name", "organisation_id", "id_number_sealed", "id_number_hash", "born_on", "sex", "phone",
                "email",
            ),
            rows,
            {"language": "zh", "in_post": True, "batch_id": batch_id, "created_at": now},
            scattered=True,
        )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("people.duplicate", "Somebody already has this ID number.") from error
    return ids
