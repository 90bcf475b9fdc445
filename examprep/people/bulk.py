"""Many persons at once, for imports: a few statements however many rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict
from examprep.people.models import PersonRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.vault import Vault

CHUNK = 5_000
T = TypeVar("T")


@dataclass(frozen=True)
class NewPerson:
    """Somebody an import brings for the first time."""

    name: str
    id_number: ResidentId
    organisation_id: int


@dataclass(frozen=True)
class KnownPerson:
    """Somebody already on file."""

    person_id: int
    name: str
    organisation_id: int


def chunks(things: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The things in lists of at most ``size``, so that no statement grows without bound."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk


def find_by_fingerprint(session: Session, fingerprints: Iterable[str]) -> dict[str, KnownPerson]:
    """Who is on file under these keyed hashes of ID numbers, in any organisation; one statement per 5,000."""
    found: dict[str, KnownPerson] = {}
    for chunk in chunks(fingerprints):
        rows = session.execute(
            select(PersonRow.id_number_hash, PersonRow.id, PersonRow.name, PersonRow.organisation_id).where(
                PersonRow.id_number_hash.in_(chunk)
            )
        )
        found.update((str(row[0]), KnownPerson(*row[1:])) for row in rows)
    return found


def add_persons(
    session: Session, vault: Vault, persons: Sequence[NewPerson], *, batch_id: int, now: datetime
) -> dict[str, KnownPerson]:
    """Make a row for each; returns them by the keyed hash of their number.

    Raises:
        Conflict: ``people.duplicate`` -- somebody got one of the numbers meanwhile.
    """
    hashes = []
    for chunk in chunks(persons):
        values = [
            {
                "name": person.name,
                "organisation_id": person.organisation_id,
                "id_number_sealed": vault.seal(person.id_number.number),
                "id_number_hash": vault.fingerprint(person.id_number.number),
                "born_on": person.id_number.born_on,
                "sex": person.id_number.sex,
                "batch_id": batch_id,
                "created_at": now,
            }
            for person in chunk
        ]
        hashes += [row["id_number_hash"] for row in values]
        try:
            session.execute(insert(PersonRow), values)
        except IntegrityError as error:
            raise Conflict("people.duplicate", "Somebody already has this ID number.") from error
    return find_by_fingerprint(session, map(str, hashes))
