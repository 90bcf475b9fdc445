"""Totals worked out anew from the answers and the rulings that stand, and what a ruling would change."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.feature import Flips, Judged
from examprep.mocks import settling, store
from examprep.mocks.rules.tally import total
from examprep.people.actor import Actor

_AT_ONCE = 200


def redo(session: Session, question_id: int) -> set[int]:
    """Count the totals of whoever met the question anew; the persons whose total changed."""
    changed = set()
    for attempt_id in store.with_version(session, bank.version_ids(session, question_id)):
        attempt, _paper = store.locked(session, attempt_id)
        if attempt.marked_at is None:
            continue
        before = attempt.half_points, attempt.full_half_points
        settling.count(session, attempt, store.items(session, attempt.id))
        if (attempt.half_points, attempt.full_half_points) != before:
            changed.add(attempt.person_id)
    session.flush()
    return changed


def flips(session: Session, _actor: Actor, judged: Judged) -> Flips:
    """How many totals of mocks an other judgement would change; practice lists the answers themselves."""
    now, counts, persons = bank.ruled(session, [judged.version_id]), Counter[str](), set[int]()
    for _, person_id, item in _answers(session, judged.version_id):
        standing = now.get(judged.version_id)
        was = standing.earned(item.ticks) if standing else (item.half_points or 0, item.full)
        becomes = judged.earned(item.ticks)
        persons.add(person_id)
        counts["answers"] += 1
        if was != becomes:
            counts["voided" if becomes is None else "better" if (becomes[0] > (was or (0, 0))[0]) else "worse"] += 1
    return Flips(counts["answers"], len(persons), counts["better"], counts["worse"], counts["voided"], ())


def _answers(session: Session, version_id: int) -> Iterator[tuple[int, int, store.Item]]:
    ids = store.with_version(session, [version_id])
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        persons = store.persons_of(session, some)
        for attempt_id, items in store.items_of(session, some).items():
            for item in items:
                if item.version_id == version_id and item.answered:
                    yield attempt_id, persons[attempt_id], item


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Where an attempt's total is not what its answers make of it."""
    last = 0
    while rows := store.ended_after(session, last, _AT_ONCE):
        last = rows[-1].id
        items = store.items_of(session, [row.id for row in rows])
        standing = bank.ruled(session, sorted({item.version_id for some in items.values() for item in some}))
        for row in rows:
            found = total(settling.scored(items[row.id], standing))
            wanted: tuple[Any, ...] = (found.earned, found.full) if row.marked_at else (None, None)
            if (row.half_points, row.full_half_points) == wanted:
                continue
            yield f"mock_attempt {row.id}: is {row.half_points} of {row.full_half_points}, the answers make it {wanted}"
            if repair:
                row.half_points, row.full_half_points = wanted
        if repair:
            session.flush()
