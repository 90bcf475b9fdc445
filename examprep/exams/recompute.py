"""Keeping outcomes true: recomputed in the transaction that changed a fact, and compared by `verify`.

Work is done for sets of persons in chunks: a few statements per 5,000 persons, and only what changed is written.
What is counted from outcomes is kept by `tallies.py`.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import MarkRow, OutcomeRow, RegistrationRow
from examprep.exams.rules.cycle import ABSENT, NOTHING, Mark, Outcome, Verdict, judge, verdict, worth
from examprep.exams.rules.lines import PassLine, band
from examprep.exams.rules.papers import FULL_HALF_POINTS, LEVEL_OF, SUBJECTS, bit
from examprep.exams.store import Fact
from examprep.exams.tallies import Cell, recount
from examprep.imports.progress import say_step
from examprep.kernel.sentence import Sentence
from examprep.people.bulk import chunks
from examprep.plumbing.bulk import among, in_parts, upsert_many

Key = tuple[int, int, str]  # person, year and level
AT_ONCE = 5_000  # persons: what is held of them at once bounds the memory
BITS = {subject: bit(subject) for subject in LEVEL_OF}


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
    changes: list[Change] = []
    _recompute(session, person_ids, cells, changes)
    return changes


def recompute_marked(session: Session, person_ids: Iterable[int]) -> None:
    """The same after their marks changed: their registrations did not, so no outcome falls away, and what was kept
    need not be read to be written over.
    """
    _recompute(session, person_ids, (), None)


def _recompute(
    session: Session, person_ids: Iterable[int], cells: Iterable[Cell], changes: list[Change] | None
) -> None:
    session.flush()
    standards, touched = store.standards(session), set(cells)
    everybody = sorted(set(person_ids))
    for number, chunk in enumerate(in_parts(everybody, AT_ONCE)):
        done = number * AT_ONCE
        say_step(Sentence("Computed the outcomes of %(done)s of %(total)s persons.", done=done, total=len(everybody)))
        state = _judge_chunk(session, standards, chunk, compared=changes is not None)
        _write(session, state)
        touched |= state.cells
        if changes is not None:
            changes += _changes(state)
    recount(session, touched)


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
        places = {registration.year: registration.region_code for registration in own}
        for registration in own:
            yield registration, judge(level, registration.year, marks, lines, longer, places)


def _judge_chunk(
    session: Session, standards: store.Standards, person_ids: Sequence[int], *, compared: bool = True
) -> _Chunk:
    registrations = store.registrations(session, person_ids)
    marks, trained = store.effective_marks(session, person_ids), store.trained(session, person_ids)
    state = _Chunk(store.outcomes(session, person_ids) if compared else {}, {}, set())
    for person_id, own in registrations.items():
        _judge_person(state, standards, own, marks.get(person_id, ()), trained)
    return state


def _judge_person(
    state: _Chunk,
    standards: store.Standards,
    own: Sequence[store.Registration],
    marks: Sequence[Mark],
    trained: Container[tuple[int, int]],
) -> None:
    """What `judge` says, without its words: what each mark is worth is found, and the verdict on such worth looked up.

    ``own`` are in order of year.
    """
    by_level: dict[str, list[store.Registration]] = {}
    for registration in own:
        by_level.setdefault(registration.level, []).append(registration)
    for level, registrations in by_level.items():
        judged = [(r, _verdict(standards, r, registrations, marks)) for r in registrations]
        began, subjects = registrations[0].year, SUBJECTS[level]
        qualified_in = next((r.year for r, found in judged if found.qualified), None)
        for registration, found in judged:
            year, sat_bits = registration.year, 0
            for at, subject, _, code in marks:
                if at == year and code != ABSENT and subject in subjects:
                    sat_bits |= BITS[subject]
            passed_bits = 0
            for each in found.counted:
                if each.year == year:
                    passed_bits |= BITS[each.subject]
            # In the order of its fields: naming them takes as long as all the rest.
            state.right[registration.person_id, year, level] = Fact(
                registration.organisation_id,
                registration.region_code,
                registration.approved or sat_bits > 0,
                sat_bits > 0,
                found.qualified,
                found.pending,
                year == began,
                (registration.person_id, year) in trained,
                sat_bits,
                passed_bits,
                registration.age,
                qualified_in,
                found.validity if found.qualified else None,
                registration.sex,
                registration.education,
            )
            state.cells.add((year, registration.organisation_id))


def _verdict(
    standards: store.Standards,
    registration: store.Registration,
    at_level: Sequence[store.Registration],
    marks: Sequence[Mark],
) -> Verdict:
    """``at_level`` are all of the person's registrations at the level: a mark is read by the region of its own year."""
    year, level, region = registration.year, registration.level, registration.region_code
    places = {each.year: each.region_code for each in at_level}
    values, subjects, longer = [], SUBJECTS[level], []
    for at, subject, half_points, code in marks:
        if at <= year and subject in subjects:
            place = places.get(at)
            line = standards.of(at, level, place)[at, subject] if place else None
            value = worth(code, half_points, line, here=place is None or place == region)
            if value != NOTHING:
                values.append((at, subject, value))
    if standards.prolonged:
        longer = [(at, years) for at, place in places.items() if (years := standards.longer(at, place))]
    return verdict(level, year, tuple(sorted(values)), tuple(sorted(longer)))


def _write(session: Session, state: _Chunk) -> None:
    row, gone = OutcomeRow, [key for key in state.kept if key not in state.right]
    for year, level in {(year, level) for _, year, level in gone}:
        people = [person for person, at, of in gone if (at, of) == (year, level)]
        session.execute(delete(row).where(row.year == year, row.level == level, among(session, row.person_id, people)))
    wrong = [(*key, *fact) for key, fact in state.right.items() if state.kept.get(key) != fact]
    if wrong:
        upsert_many(session, row, ("person_id", "year", "level", *Fact._fields), wrong)


def _changes(state: _Chunk) -> list[Change]:
    def word(fact: Fact | None) -> str:
        return (fact.validity or "none") if fact else "none"

    keys = state.kept.keys() | state.right.keys()
    words = ((key, word(state.kept.get(key)), word(state.right.get(key))) for key in keys)
    return [Change(*key, before, after) for key, before, after in sorted(words) if before != after]


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


def touched_by(session: Session, line: PassLine, before: Iterable[PassLine]) -> list[int]:
    """The persons whose outcome a pass line can change: registered in its region, with a mark that it may read anew."""
    row, mark = OutcomeRow, MarkRow
    subjects = (line.subject_code,) if line.subject_code else SUBJECTS[line.level]
    low, high = band(before, line, subjects, FULL_HALF_POINTS)
    near = select(mark.id).where(
        mark.person_id == row.person_id,
        mark.year == line.year,
        mark.subject_code.in_(subjects),
        mark.half_points >= low,
        mark.half_points < high,
    )
    query = select(row.person_id).where(row.year == line.year, row.level == line.level, near.exists())
    if line.region_code is not None:
        query = query.where(store.region_condition(row.region_code, line.region_code))  # type: ignore[arg-type]
    return list(session.connection().scalars(query))


def registered_in(session: Session, year: int, level: str) -> list[int]:
    """Everybody whose outcome at a level in a year is kept."""
    row = OutcomeRow
    return list(session.connection().scalars(select(row.person_id).where(row.year == year, row.level == level)))
