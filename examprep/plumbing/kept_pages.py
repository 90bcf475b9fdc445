"""Pages that are shown again as they were, while the statements that they were read by return the same rows.

Asking a home's statements again takes a fraction of what planning the day, counting and drawing take. Nothing kept can
be out of date: what is compared is all that the database said, not a sign that somebody must remember to change. A page
that read anything in another way is not kept.
"""

from collections.abc import Hashable
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from examprep.plumbing.db import Database
from examprep.plumbing.noting import Noted, Notes
from examprep.plumbing.prepared import together


class KeptPages:
    """The part of a page that differs from person to person, at most ``most`` of them in a process."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        # By installation, of which a process has one, but for tests.
        self._kept: WeakKeyDictionary[Any, dict[Hashable, tuple[Hashable, Notes, str]]] = WeakKeyDictionary()

    def again(
        self, database: Database, place: Hashable, known: Hashable, now: datetime, on: Connection
    ) -> tuple[str | None, Notes]:
        """The part kept for a place, where it would be the same now, and the notes to take where it is made anew.

        ``known``: what the part depends on beside rows.
        """
        kept = self._kept.get(database, {}).get(place)
        if kept is None or kept[0] != known:
            return None, Notes(now)
        _, before, part = kept
        found = _asked_again(on, before, now)
        same = all(new.rows == old.rows for new, old in zip(found, before.asked, strict=True))
        return part if same else None, Notes(now, fetched=found)

    def keep(self, database: Database, place: Hashable, known: Hashable, notes: Notes, part: str) -> None:
        """Keep a part in place of the one before, if its notes are whole."""
        if not notes.whole:
            return
        kept = self._kept.setdefault(database, {})
        if place not in kept and len(kept) >= self._most:
            kept.clear()
        notes.fetched.clear()
        kept[place] = (known, notes, part)


def _asked_again(connection: Connection, before: Notes, now: datetime) -> list[Noted]:
    """What the statements of a page return at another instant of its day."""
    asked = [
        (each.prepared, {name: now if value == before.now else value for name, value in each.values.items()})
        for each in before.asked
    ]
    return [Noted(*each, rows) for each, rows in zip(asked, together(connection, asked), strict=True)]
