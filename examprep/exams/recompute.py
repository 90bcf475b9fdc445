"""Keeping outcomes and the tally true: recomputed in the transaction that changed a fact, and compared by `verify`.

Work is done for sets of persons in chunks: a few statements per 5,000 persons, and only what changed is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import OutcomeRow, RegistrationRow, TallyRow
from examprep.exams.rules.cycle import Mark, Outcome, judge
from examprep.people.bulk import chunks

Cell = tuple[int, int]  # year and organisation: the tally is recounted by these
Kept = tuple[object, ...]


@dataclass(frozen=True)
class Change:
    """One outcome that is no longer what it was: ``none``, ``local`` or ``national``."""

    person_id: int
    year: int
    level: str
    before: str
    after: str


@dataclass
class _Chunk:
    """What some persons' outcomes are and what they should be."""

    kept: dict[tuple[int, int, str], Kept]
    right: dict[tuple[int, int, str], Kept]
    returning: dict[int, bool]  # by id of those registrations where it is wrong
    cells: set[Cell]


def recompute(session: Session, person_ids: Iterable[int], cells: Iterable[Cell] = ()) -> list[Change]:
    """Judge persons anew and recount the cells of the tally they stand in, and ``cells`` besides."""
    session.flush()
    standards, touched, changes = store.standards(session), set(cells), []
    for chunk in chunks(sorted(set(person_ids))):
        state = _judge_chunk(session, standards, chunk)
        _write(session, state)
        touched |= state.cells
        changes += _changes(state)
    recount(session, touched)
    return changes


def outcomes_by_registration(
    standards: store.Standards, registrations: Sequence[store.Registration], marks: Sequence[Mark]
) -> Iterator[tuple[store.Registration, Outcome]]:
    """Judge one person: each registration beside its outcome. A mark is read by the region of its own year."""
    for level in {registration.level for registration in registrations}:
        own = [registration for registration in registrations if registration.level == level]
        lines, longer = {}, {}
        for registration in own:
            lines.update(standards.of(registration.year, level, registration.region_code))
            longer[registration.year] = standards.longer(registration.year, registration.region_code)
        for registration in own:
            yield registration, judge(level, registration.year, marks, lines, longer)


def _judge_chunk(session: Session, standards: store.Standards, person_ids: Sequence[int]) -> _Chunk:
    registrations = store.registrations(session, person_ids)
    marks = store.effective_marks(session, person_ids)
    state = _Chunk(store.outcomes(session, person_ids), {}, {}, set())
    for person_id, own in registrations.items():
        first: dict[str, int] = {}
        for registration in own:
            first.setdefault(registration.level, registration.year)
        for registration, outcome in outcomes_by_registration(standards, own, marks.get(person_id, [])):
            returning = registration.year > first[registration.level]
            if returning != registration.returning:
                state.returning[registration.id] = returning
            state.right[person_id, registration.year, registration.level] = (
                outcome.sat,
                outcome.passed,
                outcome.qualified,
                outcome.validity if outcome.qualified else None,
                outcome.pending,
                not returning,
            )
            state.cells.add((registration.year, registration.organisation_id))
    return state


def _write(session: Session, state: _Chunk) -> None:
    row = OutcomeRow
    wrong = {key[0] for key, values in state.kept.items() if state.right.get(key) != values}
    wrong |= {key[0] for key in state.right if key not in state.kept}
    if wrong:
        session.execute(delete(row).where(row.person_id.in_(wrong)))
        names = ("person_id", "year", "level", "sat", "passed", "qualified", "validity", "pending", "first_time")
        values = [
            dict(zip(names, (*key, *found), strict=True)) for key, found in state.right.items() if key[0] in wrong
        ]
        if values:
            session.execute(insert(row), values)
    for returning in (False, True):
        ids = [key for key, right in state.returning.items() if right is returning]
        if ids:
            session.execute(update(RegistrationRow).where(RegistrationRow.id.in_(ids)).values(again=returning))


def _changes(state: _Chunk) -> list[Change]:
    def word(values: Kept | None) -> str:
        return str(values[3] or "none") if values else "none"

    return [
        Change(*key, word(state.kept.get(key)), word(state.right.get(key)))
        for key in sorted(state.kept.keys() | state.right.keys())
        if word(state.kept.get(key)) != word(state.right.get(key))
    ]


def recount(session: Session, cells: Iterable[Cell]) -> None:
    """Count the registrations of each year and organisation anew, in the database."""
    by_year: dict[int, list[int]] = {}
    for year, organisation_id in sorted(set(cells)):
        by_year.setdefault(year, []).append(organisation_id)
    row = TallyRow
    for year, organisations in by_year.items():
        for chunk in chunks(organisations):
            session.execute(delete(row).where(row.year == year, row.organisation_id.in_(chunk)))
            counted = _counting().where(RegistrationRow.year == year, RegistrationRow.organisation_id.in_(chunk))
            session.execute(insert(row).from_select([column.name for column in row.__table__.columns], counted))


def _counting() -> Select[*tuple[Any, ...]]:
    """The tally as the registrations and outcomes have it."""
    row, outcome = RegistrationRow, OutcomeRow
    keys = (row.year, row.organisation_id, row.region_code, row.level, row.again, row.trained)
    return (
        store.registered_with_outcomes()
        .with_only_columns(
            *keys,
            func.count().label("registered"),
            *(
                func.sum(case((condition, 1), else_=0))
                for condition in (store.approved(), outcome.sat, outcome.qualified)
            ),
        )
        .group_by(*keys)
    )


def outcome_differences(session: Session, repair: bool) -> Iterator[str]:
    """What the kept outcomes say otherwise than the logs; for `examprep verify`."""
    standards = store.standards(session)
    everybody = select(RegistrationRow.person_id).union(select(OutcomeRow.person_id)).order_by("person_id")
    for chunk in chunks(session.scalars(everybody).all()):
        state = _judge_chunk(session, standards, chunk)
        for key in sorted(state.kept.keys() | state.right.keys()):
            kept, right = state.kept.get(key), state.right.get(key)
            if kept != right:
                yield f"person {key[0]}, {key[1]}, {key[2]}: kept {kept}, should be {right}"
        for registration_id, returning in sorted(state.returning.items()):
            yield f"registration {registration_id}: returning should be {returning}"
        if repair:
            _write(session, state)


def tally_differences(session: Session, repair: bool) -> Iterator[str]:
    """What the tally counts otherwise than registrations and outcomes do; for `examprep verify`."""
    row = TallyRow
    kept = {tuple(found[:6]): tuple(found[6:]) for found in session.execute(select(*row.__table__.columns))}
    right = {tuple(found[:6]): tuple(int(n) for n in found[6:]) for found in session.execute(_counting())}
    wrong = sorted(key for key in kept.keys() | right.keys() if kept.get(key) != right.get(key))
    for key in wrong:
        yield f"tally {key}: kept {kept.get(key)}, should be {right.get(key)}"
    if repair:
        recount(session, {(key[0], key[1]) for key in wrong})


def touched_by(session: Session, *, year: int, level: str, region_code: str | None) -> list[int]:
    """The persons whose outcome a pass line can change."""
    row = RegistrationRow
    query = select(row.person_id).where(store.CURRENT, row.year == year, row.level == level).distinct()
    if region_code is not None:
        query = query.where(store.region_condition(row.region_code, region_code))  # type: ignore[arg-type]
    return list(session.scalars(query))
