"""What is the same for everybody (the syllabus, the bank's published questions), kept in the process while it holds.

One row has a token that every act changing any of it replaces, in its own transaction. A session asks for the token
once; a request has it from the statement that finds its actor. So a change holds from the next request on, in all
processes, and looking whether what is kept still holds costs nothing.
"""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from uuid import uuid4
from weakref import WeakKeyDictionary

from sqlalchemy import CheckConstraint, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from examprep.plumbing.db import BESIDE, Base
from examprep.plumbing.noting import unnoted
from examprep.plumbing.prepared import Prepared

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class RevisionRow(Base):
    """One row whose token changes with every change of what processes keep, so that they know when to look again."""

    __tablename__ = "bank_revision"  # the bank was the first to have one
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(32))


TOKEN = select(RevisionRow.token).where(RevisionRow.id == 1)
_TOKEN = Prepared(lambda _: TOKEN, (RevisionRow.token,))

# In a session's info: its token, and what it has made for itself since it changed something.
REVISION, _OWN = "revision", "revision.own"


def revision(session: Session) -> str | None:
    """The token that holds for a session; ``None`` before the first change of all."""
    if REVISION not in session.info:
        rows = _TOKEN.run(session.connection(), {})
        session.info[REVISION] = rows[0][0] if rows else None
    token: str | None = session.info[REVISION]
    return token


def touch(session: Session) -> None:
    """Say that the session has changed some of what processes keep."""
    token = uuid4().hex
    changed = session.execute(update(RevisionRow).where(RevisionRow.id == 1).values(token=token))
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.execute(insert(RevisionRow).values(id=1, token=token))
    session.info.update({REVISION: token, _OWN: {}})


class Kept(Generic[Key, Value]):
    """Values made from the database by ``make``, each under its key, at most ``most``; ``None`` is not kept.

    They are made from what is committed. A session that changed something makes its own, which nobody else sees.
    """

    def __init__(self, make: Callable[[Session, Key], Value], most: int = 1000) -> None:
        self._make, self._most = make, most
        # By connection pool: an installation has one, and a test that opens another must not see the first one's.
        self._kept: WeakKeyDictionary[Any, tuple[str | None, dict[Key, Value]]] = WeakKeyDictionary()

    def of(self, session: Session, key: Key) -> Value:
        """The value as of the session's revision."""
        token = revision(session)
        if _OWN in session.info:
            own = session.info[_OWN].setdefault(self, {})
            if key not in own:
                own[key] = self._make(session, key)
            found: Value = own[key]
            return found
        pool = session.get_bind().engine.pool
        kept = self._kept.get(pool)
        if kept is None or kept[0] != token:
            kept = self._kept[pool] = (token, {})
        held = kept[1].get(key)  # asked once: another thread may be making room
        if held is not None:
            return held
        value = self._committed(session, key)
        if value is not None:
            if len(kept[1]) >= self._most:
                kept[1].clear()
            kept[1][key] = value
        return value

    def _committed(self, session: Session, key: Key) -> Value:
        with unnoted():
            # What a transaction has written without saying so yet must not be kept for others.
            if BESIDE not in session.info:
                return self._make(session, key)
            with session.info[BESIDE]() as reading:
                return self._make(reading, key)
