"""How everybody answered a question: the share of right answers, once there are enough for it to say anything.

It is counted when it is asked for, never on the way of an answer, and kept in the process for some minutes.
"""

from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.rate import Rate
from examprep.practice import log_store

MORE_THAN = 20  # answers
KEPT_FOR = timedelta(minutes=10)
_MOST_KEPT = 20_000

# By connection pool, so that a test's other database is not taken for the first one's.
_KEPT: "WeakKeyDictionary[Any, dict[int, tuple[datetime, Rate]]]" = WeakKeyDictionary()


def share_right(session: Session, version_id: int, now: datetime) -> Rate | None:
    """The right ones of all answers to a version; ``None`` up to 20 answers, and where answers count otherwise now."""
    kept = _KEPT.setdefault(session.get_bind().engine.pool, {})
    counted_at, rate = kept.get(version_id, (None, Rate(0, 0)))
    if counted_at is None or not counted_at <= now < counted_at + KEPT_FOR:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        rate = Rate(*log_store.rights_of_version(session, version_id))
        kept[version_id] = now, rate
    return rate if rate.base > MORE_THAN and not bank.ruled(session, [version_id]) else None
