"""Memory, notebook and daily counts rebuilt from the log of answers, and what differs from the rows that are there."""

from collections.abc import Callable, Iterator, Sequence
from math import isclose
from typing import Any

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.practice import store
from examprep.practice.hot import memory_values
from examprep.practice.rules.learning import Kept, learn

Rows = dict[tuple[Any, ...], dict[str, Any]]

_PEOPLE_AT_ONCE = 200


def memory_differences(session: Session, repair: bool) -> Iterator[str]:
    """Where ``practice_memory`` is not what the log makes of it."""
    return _differences(session, repair, "practice_memory", _memories)


def day_differences(session: Session, repair: bool) -> Iterator[str]:
    """Where ``practice_day`` is not what the log makes of it."""
    return _differences(session, repair, "practice_day", _days)


def _memories(log: Iterator[store.Logged]) -> Rows:
    kept: dict[tuple[int, int], Kept] = {}
    subjects: dict[tuple[int, int], str] = {}
    versions: dict[tuple[int, int], int] = {}
    for line in log:
        key = (line.person_id, line.question_id)
        kept[key] = learn(kept.get(key), right=line.right, sure=line.sure, at=line.at)
        subjects[key], versions[key] = line.subject_code, line.version_id
    return {key: memory_values(*key, subjects[key], versions[key], found) for key, found in kept.items()}


def _days(log: Iterator[store.Logged]) -> Rows:
    days: Rows = {}
    for line in log:
        key = (line.person_id, office_day(line.at))
        row = days.setdefault(
            key, {"person_id": key[0], "answered_on": key[1], "answered": 0, "rights": 0, "took_ms": 0}
        )
        row["answered"] += 1
        row["rights"] += line.right
        row["took_ms"] += line.took_ms or 0
    return days


def _differences(
    session: Session, repair: bool, table: str, rebuild: Callable[[Iterator[store.Logged]], Rows]
) -> Iterator[str]:
    last = 0
    while people := store.people_after(session, last, _PEOPLE_AT_ONCE):
        last = people[-1]
        wanted = rebuild(store.log_of(session, people))
        found = store.rows_of(session, table, people)
        for key in sorted(wanted.keys() | found.keys()):
            difference = _difference(wanted.get(key), found.get(key))
            if not difference:
                continue
            yield f"{table} {key}: {difference}"
            if repair:
                store.replace_row(session, table, key, wanted.get(key))


def _difference(wanted: dict[str, Any] | None, found: dict[str, Any] | None) -> str:
    if wanted is None:
        return "is there, but the log says nothing of it"
    if found is None:
        return "is missing"
    wrong: Sequence[str] = [
        f"{name} is {found[name]}, the log makes it {value}"
        for name, value in wanted.items()
        if not _equal(value, found[name])
    ]
    return "; ".join(wrong)


def _equal(one: Any, other: Any) -> bool:
    # Two machines' mathematics may differ in the last bits of a power.
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9)
    return bool(one == other)
