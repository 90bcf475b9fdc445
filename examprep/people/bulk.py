"""Many persons at once, for imports: a few statements however many rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict
from examprep.people.models import OrganisationRow, PersonRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.bulk import among, in_parts, insert_many, new_ids, pairs_from
from examprep.plumbing.vault import Vault

CHUNK = 5_000
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
    """Who is on file under these keyed hashes of ID numbers, in any organisation; one statement per 10,000."""
    found: dict[str, KnownPerson] = {}
    for chunk in in_parts(fingerprints):
        rows = session.connection().execute(
            select(PersonRow.id_number_hash, PersonRow.id, PersonRow.name, PersonRow.organisation_id).where(
                among(session, PersonRow.id_number_hash, chunk)
            )
        )
        for fingerprint, person_id, name, organisation_id in rows:
            found[fingerprint or ""] = KnownPerson(person_id, name, organisation_id)
    return found


def find_by_id(session: Session, person_ids: Iterable[int]) -> dict[int, KnownPerson]:
    """Persons by their ids, in any organisation."""
    row, found = PersonRow, dict[int, KnownPerson]()
    for chunk in in_parts(person_ids):
        rows = session.execute(select(row.id, row.name, row.organisation_id).where(among(session, row.id, chunk)))
        found.update((values[0], KnownPerson(*values)) for values in rows)
    return found


def find_by_birth(
    session: Session, wanted: Iterable[tuple[str, date]], inside: ColumnElement[bool]
) -> dict[tuple[str, date], list[Namesake]]:
    """Persons of these names born on these days, where ``inside`` holds of `PersonRow`."""
    row, found = PersonRow, defaultdict[tuple[str, date], list[Namesake]](list)
    for chunk in in_parts(sorted(set(wanted))):
        pairs = pairs_from(session, [name for name, _ in chunk], [day for _, day in chunk])
        for person in _namesakes(session, (row.name == pairs[0]) & (row.born_on == pairs[1]), inside):
            if person.born_on is not None:
                found[person.name, person.born_on].append(person)
    return found


def find_by_name(session: Session, names: Iterable[str], inside: ColumnElement[bool]) -> dict[str, list[Namesake]]:
    """Persons of these names, where ``inside`` holds of `PersonRow`."""
    found = defaultdict[str, list[Namesake]](list)
    for chunk in in_parts(sorted(set(names))):
        for person in _namesakes(session, among(session, PersonRow.name, chunk), inside):
            found[person.name].append(person)
    return found


def _namesakes(session: Session, condition: ColumnElement[bool], inside: ColumnElement[bool]) -> Iterator[Namesake]:
    row, place = PersonRow, OrganisationRow
    query = (
        select(row.id, row.name, row.organisation_id, place.name, row.born_on, row.id_number_sealed)
        .join(place, place.id == row.organisation_id)
        .where(condition, inside)
        .order_by(row.id)
    )
    for values in session.execute(query):
        yield Namesake(*values)


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
