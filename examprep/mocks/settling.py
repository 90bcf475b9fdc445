"""What follows from the end of an attempt: marks by the bank's types, the total, and practice's one log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.feature import Judged
from examprep.mocks import store
from examprep.mocks.models import AttemptRow, PaperRow
from examprep.mocks.rules.tally import Scored, total
from examprep.mocks.store import Item
from examprep.practice import mocked

# The names under which answers stand in practice's log come from this and from where they were given.
NAMES = UUID("6f1b6f0a-5f39-4b7e-9f3c-1d0a3c4a7b52")


def keys_open(paper: PaperRow, now: datetime) -> bool:
    """Whether whoever has ended the paper may see its keys."""
    return paper.keys == "at-once" or paper.closes_at is None or now >= paper.closes_at


def written(item: Item) -> bool:
    return QUESTION_TYPES[item.type].written


def settle(session: Session, attempt_id: int, *, now: datetime) -> None:
    """Mark what can be marked at once, and finish the attempt unless something written waits for marking."""
    attempt, paper = store.locked(session, attempt_id)
    items = store.items(session, attempt.id)
    marks = [
        {
            "at_position": item.position,
            "earned": bank.grade(bank.question(session, item.version_id), item.ticks),
            "reached": sorted(item.ticks),
        }
        for item in items
        if item.answered and not written(item)
    ]
    store.put_marks(session, attempt.id, marks)
    if not any(item.answered and written(item) for item in items):
        finish(session, attempt, paper, now=now)


def finish(session: Session, attempt: AttemptRow, paper: PaperRow, *, now: datetime, by: int | None = None) -> None:
    """All is marked: count the total, and let practice learn from it if the keys are open."""
    items = store.items(session, attempt.id)
    attempt.marked_at, attempt.marked_by = now, by
    count(session, attempt, items)
    session.flush()
    teach(session, attempt, paper, now=now)


def count(session: Session, attempt: AttemptRow, items: Sequence[Item]) -> None:
    """Write the attempt's total, as the rulings that stand would have it."""
    found = total(scored(items, bank.ruled(session, [item.version_id for item in items])))
    attempt.half_points, attempt.full_half_points = found.earned, found.full


def mark_anew(session: Session, attempt: AttemptRow, positions: Sequence[int], *, by: int, now: datetime) -> None:
    """Marks of a finished attempt were changed: count the total anew, and correct what practice has taken."""
    items = store.items(session, attempt.id)
    count(session, attempt, items)
    taken = [item for item in items if item.position in positions and item.logged]
    found = {name_of(attempt.id, item): (item.ticks, item.half_points or 0) for item in taken}
    mocked.correct(session, attempt.person_id, found, by=by, now=now)


def name_of(attempt_id: int, item: Item) -> str:
    """The name under which practice's log has an answer."""
    return str(uuid5(NAMES, f"{attempt_id}.{item.position}"))


def scored(items: Iterable[Item], standing: Mapping[int, Judged]) -> list[Scored]:
    """Each question as it counts: by the ruling on its version, if one stands; one made void counts for nobody."""
    found = []
    for item in items:
        earned, full = (item.half_points if item.answered else 0), item.full
        judged = standing.get(item.version_id)
        if judged is not None and earned is not None:
            points = judged.earned(item.ticks)
            earned, full = points if points is not None else (0, 0)
        found.append(Scored(item.position, item.type, item.chapter_id, earned, full, item.answered))
    return found


def teach(session: Session, attempt: AttemptRow, paper: PaperRow, *, now: datetime) -> bool:
    """Hand the marked answers to practice, each once; those left open teach nothing.

    Nothing is handed over before the whole is marked, before the keys are open, or from a paper taken back: the
    notebook would show what the paper still hides.
    """
    if attempt.marked_at is None or paper.taken_back_at is not None or not keys_open(paper, now):
        return False
    items = store.items(session, attempt.id)
    fresh = [item for item in items if item.answered and item.half_points is not None and not item.logged]
    if not fresh:
        return False
    answers = [
        mocked.Answered(
            client_id=name_of(attempt.id, item),
            question=bank.question(session, item.version_id),
            ticks=item.ticks,
            written=item.written,
            half_points=item.half_points or 0,
            at=item.at or now,
        )
        for item in fresh
    ]
    mocked.take_in(session, attempt.person_id, paper.subject_code, answers)
    store.put_logged(session, attempt.id, [item.position for item in fresh])
    return True
