"""Memory, notebook and daily counts rebuilt from the log of answers, and what differs from the rows that are there."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import isclose
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.bank.actions import ruled, version_ids
from examprep.feature import Flips, Judged
from examprep.kernel.clock import office_day
from examprep.people.actor import Actor
from examprep.plumbing.kept import touch
from examprep.practice import log_store, plan_store
from examprep.practice.hot import memory_values
from examprep.practice.rules.learning import Given, Kept, learn
from examprep.practice.shelf import asked_of

Rows = dict[tuple[Any, ...], dict[str, Any]]

Rebuild = Callable[[Session, Iterator[log_store.Logged]], Rows]

_PEOPLE_AT_ONCE = 200
FLIPS_SHOWN = 200


def redo(session: Session, question_id: int) -> set[int]:
    """Work out anew, from the log and the rulings that stand, what is kept for whoever answered the question.

    Returns the persons for whom something changed.
    """
    return redo_of(session, log_store.people_who_answered(session, version_ids(session, question_id)))


def redo_of(session: Session, people: Sequence[int]) -> set[int]:
    """The same for all that some persons answered."""
    changed: set[int] = set()
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        some = people[start : start + _PEOPLE_AT_ONCE]
        for table, rebuild in (("practice_memory", _memories), ("practice_day", _days)):
            changed.update(key[0] for key, _ in _mended(session, some, table, rebuild, repair=True))
    return changed


def flips(session: Session, actor: Actor, judged: Judged) -> Flips:
    """What would change in practice if the answers to a version were judged otherwise than they are now."""
    now, persons, counts = ruled(session, [judged.version_id]), set[int](), Counter[str]()
    rows: list[dict[str, Any]] = []
    for line, name in log_store.answers_to_version(session, actor, judged.version_id):
        standing = now.get(line.version_id)
        was = standing.earned(line.ticked) if standing else (line.half_points, line.full_half_points)
        becomes = judged.earned(line.ticked)
        persons.add(line.person_id)
        counts["answers"] += 1
        if was == becomes:
            continue
        counts["voided" if becomes is None else "better" if _share(becomes) > _share(was) else "worse"] += 1
        if name is not None and len(rows) < FLIPS_SHOWN:
            rows.append({"person": name, "at": line.at, "was": was, "becomes": becomes})
    return Flips(counts["answers"], len(persons), counts["better"], counts["worse"], counts["voided"], rows)


def _share(points: tuple[int, int] | None) -> float:
    return points[0] / points[1] if points else 0.0


def effective(session: Session, log: Iterable[log_store.Logged]) -> Iterator[log_store.Logged]:
    """The lines as they count: by the rulings that stand on the versions they saw; voided ones left out."""
    lines = list(log)
    standing = ruled(session, sorted({line.version_id for line in lines}))
    for line in lines:
        if (judged := standing.get(line.version_id)) is None:
            yield line
        elif (points := judged.earned(line.ticked)) is not None:
            yield replace(line, half_points=points[0], full_half_points=points[1])


def memory_differences(session: Session, repair: bool) -> Iterator[str]:
    """Where ``practice_memory`` is not what the log makes of it."""
    return _differences(session, repair, "practice_memory", _memories)


def day_differences(session: Session, repair: bool) -> Iterator[str]:
    """Where ``practice_day`` is not what the log makes of it."""
    return _differences(session, repair, "practice_day", _days)


def _memories(session: Session, log: Iterator[log_store.Logged]) -> Rows:
    weights = plan_store.weights(session)
    kept: dict[tuple[int, int], Kept] = {}
    subjects: dict[tuple[int, int], str] = {}
    versions: dict[tuple[int, int], int] = {}
    for line in log:
        key = (line.person_id, line.question_id)
        given = Given(
            half_points=line.half_points,
            full_half_points=line.full_half_points,
            sure=line.sure,
            took_ms=line.took_ms,
            at=line.at,
            mode=line.mode,
            weights=None if line.weights_id is None else weights[line.weights_id],
        )
        kept[key] = learn(kept.get(key), asked_of(bank.question(session, line.version_id)), given)
        subjects[key], versions[key] = line.subject_code, line.version_id
    return {key: memory_values(*key, subjects[key], versions[key], found) for key, found in kept.items()}


def _days(_session: Session, log: Iterator[log_store.Logged]) -> Rows:
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


def _differences(session: Session, repair: bool, table: str, rebuild: Rebuild) -> Iterator[str]:
    last = 0
    while people := log_store.people_after(session, last, _PEOPLE_AT_ONCE):
        last = people[-1]
        for key, difference in _mended(session, people, table, rebuild, repair=repair):
            yield f"{table} {key}: {difference}"


def _mended(
    session: Session,
    people: Sequence[int],
    table: str,
    rebuild: Rebuild,
    *,
    repair: bool,
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """The keys of some persons' rows that are not what the log makes of them, with the difference."""
    wanted = rebuild(session, effective(session, log_store.log_of(session, people)))
    found = log_store.rows_of(session, table, people)
    mended = False
    for key in sorted(wanted.keys() | found.keys()):
        difference = _difference(wanted.get(key), found.get(key))
        if not difference:
            continue
        yield key, difference
        if repair:
            log_store.replace_row(session, table, key, wanted.get(key))
            mended = True
    if mended:
        touch(session)  # no answer was counted that would say that what is kept of a person has changed


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
