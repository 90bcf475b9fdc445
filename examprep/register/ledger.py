"""Writing events, and the certificates that follow from them, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound
from examprep.plumbing.bulk import among, in_parts, insert_many, new_ids, update_many
from examprep.register.models import RegisterCertificateRow, RegisterEventRow
from examprep.register.rules.history import CHANGED, fold, go_on

EVENT, CERTIFICATE = RegisterEventRow, RegisterCertificateRow
CHUNK = 1_000
_BLANK: Mapping[str, Any] = {c.name: None for c in EVENT.__table__.columns if c.name != "id"}


def event(kind: str, person_id: int, *, now: datetime, **values: Any) -> dict[str, Any]:
    """One event with every column, so that many are one statement."""
    return {**_BLANK, "kind": kind, "person_id": person_id, "at": now, **values}


def begin(session: Session, entry: Mapping[str, Any]) -> int:
    """Write the event that begins a certificate, and the certificate; returns its id.

    Raises:
        Conflict: ``register.number`` -- the number is in the register already.
    """
    begun = write(session, [entry])
    make(session, begun)
    id_: int = begun[0]["id"]
    return id_


class Begun(NamedTuple):
    """A certificate that begins: whose it is, its number, and what its events say besides.

    ``facts``: those of `_CERTIFIED`, then those of `_REGISTERED`, whose kind is ``None`` where nothing registers it.
    """

    person_id: int
    number: str
    facts: tuple[Any, ...]


_CERTIFIED = ("level", "issued_on", "qualified_year", "validity", "region_code")
_REGISTERED = ("kind", "status", "place_code", "registered_on", "registered_until")


def begin_many(
    session: Session, begun: Sequence[Begun], *, now: datetime, actor_id: int | None, batch_id: int | None
) -> None:
    """Write certificates that begin with one event each or two, and these.

    Raises:
        Conflict: ``register.number`` -- one of the numbers is in the register already.
    """
    about, first = {"at": now, "actor_id": actor_id, "batch_id": batch_id}, len(_CERTIFIED)
    ids = new_ids(session, EVENT, len(begun))
    rows: Iterable[Sequence[Any]] = (
        (id_, person, number, *facts[:first]) for id_, (person, number, facts) in zip(ids, begun, strict=True)
    )
    insert_many(session, EVENT, ("id", "person_id", "number", *_CERTIFIED), rows, {**about, "kind": "certified"})
    registered = [(id_, each) for id_, each in zip(ids, begun, strict=True) if each.facts[first]]
    rows = (
        (next_id, id_, person, *facts[first:])
        for next_id, (id_, (person, _, facts)) in zip(new_ids(session, EVENT, len(registered)), registered, strict=True)
    )
    insert_many(session, EVENT, ("id", "certificate_id", "person_id", *_REGISTERED), rows, about)
    rows = ((id_, *person, *_begun(facts)) for id_, (*person, facts) in zip(ids, begun, strict=True))
    _insert(session, ("id", "person_id", "number", *_FOLDED), rows)


_FOLDED = tuple(c.name for c in CERTIFICATE.__table__.columns if c.name not in ("id", "person_id", "number"))


@lru_cache(4_096)
def _begun(facts: tuple[Any, ...]) -> tuple[Any, ...]:
    """What the events make of a certificate beside its person and number. In a list the same is said of many."""
    said = dict(zip((*_CERTIFIED, *_REGISTERED), facts, strict=True))
    events = [{**_BLANK, **said, "id": 1, "kind": "certified", **dict.fromkeys(_REGISTERED[1:])}]
    if said["kind"]:
        events.append({**_BLANK, **said, "id": 2, **dict.fromkeys(_CERTIFIED)})
    row = fold(events)
    assert row is not None
    return tuple([row[name] for name in _FOLDED])


def append(session: Session, entry: Mapping[str, Any]) -> None:
    """Write one more event of a certificate, and its row anew."""
    write(session, [entry])
    refold(session, [entry["certificate_id"]])


def write(session: Session, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Write many events; returns them with their ids, in order. The certificates follow by `make` or `refold`."""
    if not events:
        return []
    rows = [{**event, "id": id_} for event, id_ in zip(events, new_ids(session, EVENT, len(events)), strict=True)]
    # Of thirty columns most are of other kinds of events: to send their nothing would take longer than all else.
    said = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    insert_many(session, EVENT, said, map(itemgetter(*said), rows))
    return rows


def make(session: Session, events: Sequence[Mapping[str, Any]]) -> None:
    """Write the certificates that begin with these events, which are all of theirs.

    Raises:
        Conflict: ``register.number`` -- one of the numbers is in the register already.
    """
    rows = list(fold_all(events).values())
    _insert(session, list(rows[0]), (list(row.values()) for row in rows))


def _insert(session: Session, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    try:
        insert_many(session, CERTIFICATE, names, rows)
    except IntegrityError as error:
        raise Conflict("register.number", "A certificate of this number is in the register already.") from error


def go_on_many(session: Session, events: Sequence[Mapping[str, Any]]) -> None:
    """Write one further event of each of many certificates, of kinds that stand alone, and change their rows by it.

    A certificate that was withdrawn meanwhile stays away.
    """
    write(session, events)
    row = CERTIFICATE
    asked = select(row.id, *(getattr(row, name) for name in CHANGED)).with_for_update()
    for part in in_parts(events):
        these = among(session, row.id, [event["certificate_id"] for event in part])
        kept = {found.id: found._asdict() for found in session.connection().execute(asked.where(these))}
        for event in part:
            if event["certificate_id"] in kept:
                go_on(kept[event["certificate_id"]], event)
        update_many(session, row, ("id", *CHANGED), (list(each.values()) for each in kept.values()))


def locked(session: Session, certificate_id: int) -> RegisterCertificateRow:
    """A certificate that nobody else changes until the transaction ends.

    Raises:
        NotFound: ``register.certificate``.
    """
    found = session.get(CERTIFICATE, certificate_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("register.certificate", "There is no such certificate.")
    session.expunge(found)  # it is written by `refold`, as rows
    return found


def refold(session: Session, certificate_ids: Sequence[int]) -> None:
    """Write certificates as their events make them."""
    for start in range(0, len(certificate_ids), CHUNK):
        part = certificate_ids[start : start + CHUNK]
        rows = folded(session, part)
        gone = [id_ for id_ in part if id_ not in rows]
        if gone:
            session.execute(delete(CERTIFICATE).where(CERTIFICATE.id.in_(gone)))
        if rows:
            names = list(next(iter(rows.values())))
            update_many(session, CERTIFICATE, names, (list(row.values()) for row in rows.values()))


def folded(session: Session, certificate_ids: Sequence[int] | None = None) -> dict[int, dict[str, Any]]:
    """What the events make of certificates, of all or of some, by id."""
    query = select(EVENT.__table__)
    if certificate_ids is not None:
        query = query.where(EVENT.id.in_(certificate_ids) | EVENT.certificate_id.in_(certificate_ids))
    return fold_all(dict(row) for row in session.execute(query).mappings())


def fold_all(events: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Rows by certificate, of the events of many."""

    def of(event: Mapping[str, Any]) -> int:
        return int(event["certificate_id"] or event["id"])

    found = {id_: fold(group) for id_, group in groupby(sorted(events, key=lambda e: (of(e), e["id"])), key=of)}
    return {id_: row for id_, row in found.items() if row is not None}


def events_of(session: Session, certificate_id: int) -> list[dict[str, Any]]:
    """Every event of a certificate in order."""
    query = select(EVENT.__table__).where((EVENT.id == certificate_id) | (EVENT.certificate_id == certificate_id))
    return [dict(row) for row in session.execute(query.order_by(EVENT.id)).mappings()]


def last_effective(events: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The last event that was not taken back, if it is not the one that began the certificate."""
    undone = {one["undoes_id"] for one in events if one["kind"] == "undone"}
    standing = [one for one in events if one["kind"] != "undone" and one["id"] not in undone]
    return standing[-1] if standing and standing[-1]["kind"] not in {"certified", "withdrawn"} else None
