"""What a page was read from, noted, so that the page can be shown again while the same statements return the same rows.

Asking a home's statements again takes a fraction of what planning the day, counting and drawing take. Nothing kept can
be out of date: what is compared is all that the database said, not a sign that somebody must remember to change. A page
that read anything in another way is not kept.
"""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

if TYPE_CHECKING:
    from examprep.plumbing.db import Database, Prepared

# The notes that are taken now, in this request alone.
_TAKEN: ContextVar["Notes | None"] = ContextVar("notes", default=None)


Rows = list[tuple[Any, ...]]


@dataclass
class Notes:
    """The statements asked for a page of the instant ``now``, and their rows. ``whole``: there were no others.

    ``fetched``: what the statements of the page before have just returned, so that it need not be asked twice.
    """

    now: datetime
    whole: bool = True
    _asked: list["_Noted"] = field(default_factory=list)
    fetched: list["_Noted"] = field(default_factory=list)
    _asking: bool = False

    def taken(self) -> AbstractContextManager[None]:
        """Note what is asked within."""
        return _taking(self)

    def run(self, prepared: "Prepared", connection: Connection, values: Mapping[str, Any]) -> Rows:
        """Send a statement and note it, or its witness before it: what is written meanwhile shows the next time."""
        instants = [value for value in values.values() if isinstance(value, datetime)]
        self.whole = self.whole and all(instant == self.now for instant in instants)
        witness = prepared.witness or prepared
        self._asking = True
        try:
            rows = self._just_fetched(witness, values)
            if rows is None:
                rows = witness.send(connection, values)
            self._asked.append(_Noted(witness, dict(values), rows))
            return rows if witness is prepared else prepared.send(connection, values)
        finally:
            self._asking = False

    def _just_fetched(self, prepared: "Prepared", values: Mapping[str, Any]) -> Rows | None:
        found = (each.rows for each in self.fetched if each.prepared is prepared and each.values == values)
        return next(found, None)

    def hold(self, connection: Connection, after: "Notes") -> bool:
        """Whether all statements return at the instant of other notes what they returned then; those get the rows."""
        asked = [
            (each.prepared, {name: after.now if v == self.now else v for name, v in each.values.items()})
            for each in self._asked
        ]
        for (prepared, values), each in zip(asked, self._asked, strict=True):
            rows = prepared.send(connection, values)
            after.fetched.append(_Noted(prepared, values, rows))
            if rows != each.rows:
                return False
        return True

    def hear(self) -> None:
        """Learn that a statement was sent: by `run`, or in another way."""
        self.whole = self.whole and self._asking


class _Noted(NamedTuple):
    prepared: "Prepared"
    values: Mapping[str, Any]
    rows: Rows


def notes_taken() -> Notes | None:
    return _TAKEN.get()


def unnoted() -> AbstractContextManager[None]:
    """For reading what is kept for everybody, which has its own way of being out of date."""
    return _taking(None)


@contextmanager
def _taking(notes: Notes | None) -> Iterator[None]:
    before = _TAKEN.set(notes)
    try:
        yield
    finally:
        _TAKEN.reset(before)


def hear_statement(*_: object) -> None:
    """For SQLAlchemy's ``do_execute``, which hears of all that is not sent past it."""
    if (notes := _TAKEN.get()) is not None:
        notes.hear()


class KeptPages:
    """The part of a page that differs from person to person, at most ``most`` of them in a process."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        # By installation, of which a process has one, but for tests.
        self._kept: WeakKeyDictionary[Any, dict[Hashable, tuple[Hashable, Notes, str]]] = WeakKeyDictionary()

    def again(
        self, database: "Database", place: Hashable, known: Hashable, now: datetime, on: Connection
    ) -> tuple[str | None, Notes]:
        """The part kept for a place, where it would be the same now, and the notes to take where it is made anew.

        ``known``: what the part depends on beside rows.
        """
        notes = Notes(now)
        kept = self._kept.get(database, {}).get(place)
        return kept[2] if kept and kept[0] == known and kept[1].hold(on, notes) else None, notes

    def keep(self, database: "Database", place: Hashable, known: Hashable, notes: Notes, part: str) -> None:
        """Keep a part in place of the one before, if its notes are whole."""
        if not notes.whole:
            return
        kept = self._kept.setdefault(database, {})
        if place not in kept and len(kept) >= self._most:
            kept.clear()
        notes.fetched.clear()
        kept[place] = (known, notes, part)
