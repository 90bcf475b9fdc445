"""What is published, kept in the process until the bank changes.

The catalogue of a subject is asked for at every answer, so it is kept; one look at the revision token, a read by
primary key, says whether it still holds. Versions never change, so they are kept by id.
"""

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.bank import store
from examprep.bank.models import RevisionRow
from examprep.bank.values import Listed, Question
from examprep.plumbing.db import Prepared
from examprep.syllabus import actions as syllabus

QUESTIONS_KEPT = 20_000


@dataclass
class _Shelf:
    """What one process keeps of one database while its token holds."""

    token: str | None
    catalogues: dict[tuple[str, str], tuple[Listed, ...]] = field(default_factory=dict)
    questions: dict[int, Question] = field(default_factory=dict)


# Asked at every answer.
_TOKEN = Prepared(lambda _: select(RevisionRow.token).where(RevisionRow.id == 1), (RevisionRow.token,))

# By connection pool: an installation has one, and a test that opens another database must not see the first one's.
_SHELVES: "WeakKeyDictionary[Any, _Shelf]" = WeakKeyDictionary()


def catalogue(session: Session, subject_code: str, version_code: str) -> tuple[Listed, ...]:
    """The published questions that stand in a subject's tree of a syllabus version, by question id."""
    shelf = _shelf(session)
    kept = shelf.catalogues.get((subject_code, version_code))
    if kept is None:
        chapters = syllabus.chapters(session, subject_code, version_code, retired=True)
        kept = store.listed(session, subject_code, frozenset(chapter.id for chapter in chapters))
        shelf.catalogues[subject_code, version_code] = kept
    return kept


def question(session: Session, version_id: int) -> Question | None:
    """One version, whole, whatever the state of its question; ``None`` when there is none.

    Its chapters may lag behind an edit until the process next asks for a catalogue.
    """
    shelf = _SHELVES.get(_pool(session)) or _shelf(session)
    kept = shelf.questions.get(version_id)
    if kept is None:
        kept = store.question(session, version_id)
        if kept is not None:
            if len(shelf.questions) >= QUESTIONS_KEPT:
                shelf.questions.clear()
            shelf.questions[version_id] = kept
    return kept


def token(session: Session) -> str | None:
    """What changes with every change of the bank; ``None`` before the first."""
    rows = _TOKEN.run(session.connection(), {})
    return rows[0][0] if rows else None


def _shelf(session: Session) -> _Shelf:
    """The shelf of the session's database, emptied when the bank has changed."""
    pool, current = _pool(session), token(session)
    shelf = _SHELVES.get(pool)
    if shelf is None or shelf.token != current:
        shelf = _SHELVES[pool] = _Shelf(current)
    return shelf


def _pool(session: Session) -> Any:
    return session.get_bind().engine.pool
