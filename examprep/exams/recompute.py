"""Keeping outcomes true: recomputed in the transaction that changed a fact, and compared by `verify`.

Work is done for sets of persons in chunks: a few statements per 5,000 persons, and only what changed is written.
What is counted from outcomes is kept by `tallies.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import OutcomeRow, RegistrationRow
from examprep.exams.rules.cycle import ABSENT, Mark, Outcome, judge
from examprep.exams.rules.papers import bits_of
from examprep.exams.store import Fact
from examprep.exams.tallies import Cell, recount
from examprep.people.bulk import chunks

Key = tuple[int, int, str]  # person, year and level


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

    kept: dict[Key, Fact]
    right: dict[Key, Fact]
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
    marks, trained = store.effective_marks(session, person_ids), store.trained(session, person_ids)
    state = _Chunk(store.outcomes(session, person_ids), {}, set())
    for person_id, own in registrations.items():
        judged = list(outcomes_by_registration(standards, own, marks.get(person_id, [])))
        first: dict[str, int] = {}
        qualified_in: dict[str, int] = {}
        for registration, outcome in sorted(judged, key=lambda found: found[0].year):
            first.setdefault(registration.level, registration.year)
            if outcome.qualified:
                qualified_in.setdefault(registration.level, registration.year)
        for registration, outcome in judged:
            level, year = registration.level, registration.year
            state.right[person_id, year, level] = Fact(
                organisation_id=registration.organisation_id,
                region_code=registration.region_code,
                approved=registration.approved or outcome.sat,
                sat=outcome.sat,
                qualified=outcome.qualified,
                pending=outcome.pending,
                first_time=year == first[level],
                trained=(person_id, year) in trained,
                sat_bits=bits_of(level, (mark.subject for mark in outcome.marks if mark.code != ABSENT)),
                passed_bits=bits_of(level, outcome.passed),
                age=registration.age,
                qualified_in=qualified_in.get(level),
                validity=outcome.validity if outcome.qualified else None,
                sex=registration.sex,
                education=registration.education,
            )
            state.cells.add((year, registration.organisation_id))
    return state


def _write(session: Session, state: _Chunk) -> None:
    row = OutcomeRow
    wrong = {key[0] for key, fact in state.kept.items() if state.right.get(key) != fact}
    wrong |= {key[0] for key in state.right if key not in state.kept}
    if not wrong:
        return
    session.execute(delete(row).where(row.person_id.in_(wrong)))
    values = [
        {"person_id": key[0], "year": key[1], "level": key[2], **fact._asdict()}
        for key, fact in state.right.items()
        if key[0] in wrong
    ]
    if values:
        session.execute(insert(row), values)


def _changes(state: _Chunk) -> list[Change]:
    def word(fact: Fact | None) -> str:
        return (fact.validity or "none") if fact else "none"

    return [
        Change(*key, word(state.kept.get(key)), word(state.right.get(key)))
        for key in sorted(state.kept.keys() | state.right.keys())
        if word(state.kept.get(key)) != word(state.right.get(key))
    ]


def outcome_differences(session: Session, repair: bool) -> Iterator[str]:
    """What the kept outcomes say otherwise than the logs; for `examprep verify`."""
    standards = store.standards(session)
    everybody = select(RegistrationRow.person_id).union(select(OutcomeRow.person_id)).order_by("person_id")
    for chunk in chunks(session.scalars(everybody).all()):
        state = _judge_chunk(session, standards, chunk)
        for key in sorted(state.kept.keys() | state.right.keys()):
            kept, right = state.kept.get(key), state.right.get(key)
            if kept != right:
                yield f"person {key[0]}, {key[1]}, {key[2]}: {_told(kept, right)}"
        if repair:
            _write(session, state)


def _told(kept: Fact | None, right: Fact | None) -> str:
    if kept is None or right is None:
        return f"kept {kept}, should be {right}"
    pairs = zip(Fact._fields, kept, right, strict=True)
    return ", ".join(f"{name} is {now}, should be {should}" for name, now, should in pairs if now != should)


def touched_by(session: Session, *, year: int, level: str, region_code: str | None) -> list[int]:
    """The persons whose outcome a pass line can change."""
    row = RegistrationRow
    query = select(row.person_id).where(store.CURRENT, row.year == year, row.level == level).distinct()
    if region_code is not None:
        query = query.where(store.region_condition(row.region_code, region_code))  # type: ignore[arg-type]
    return list(session.scalars(query))
