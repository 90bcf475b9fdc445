"""The statements that a page was read by, noted with their rows, for `examprep.plumbing.kept_pages`."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection

if TYPE_CHECKING:
    from examprep.plumbing.prepared import Prepared

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
    asked: list["Noted"] = field(default_factory=list)
    fetched: list["Noted"] = field(default_factory=list)
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
            self.asked.append(Noted(witness, dict(values), rows))
            return rows if witness is prepared else prepared.send(connection, values)
        finally:
            self._asking = False

    def _just_fetched(self, prepared: "Prepared", values: Mapping[str, Any]) -> Rows | None:
        found = (each.rows for each in self.fetched if each.prepared is prepared and each.values == values)
        return next(found, None)

    def hear(self) -> None:
        """Learn that a statement was sent: by `run`, or in another way."""
        self.whole = self.whole and self._asking


class Noted(NamedTuple):
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
