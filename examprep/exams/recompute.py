"""Keeping outcomes true: recomputed in the transaction that changed a fact, and compared by `verify`.

Work is done for sets of persons in chunks: a few statements per 2,500 persons, and only what changed is written.
What is counted from outcomes is kept by `tallies.py`.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from examprep.exams import store
from examprep.exams.models import MarkRow, OutcomeRow, RegistrationRow, TrainedRow
from examprep.exams.patterns import UNMARKED, Judged, Patterns
from examprep.exams.rules.cycle import Mark, Outcome, judge
from examprep.exams.rules.lines import PassLine, band
from examprep.exams.rules.papers import FULL_HALF_POINTS, SUBJECTS
from examprep.exams.store import Fact
from examprep.exams.tallies import Cell, recount
from examprep.imports.progress import say_step
from examprep.kernel.sentence import Sentence
from examprep.people.bulk import chunks
from examprep.plumbing.bulk import among, collect_latest, in_parts, update_many, upsert_many

Key = tuple[int, int, str]  # person, year and level
AT_ONCE = 2_500  # persons: what is held of them at once bounds the memory


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
    changes: list[Change] = []
    patterns, touched = Patterns(store.standards(session)), set(cells)
    for chunk in _in_parts(person_ids):
        state = _judge_chunk(session, patterns, chunk)
        _write(session, state)
        touched |= state.cells
        changes += _changes(state)
    recount(session, touched)
    return changes


def recompute_registered(session: Session, batch_id: int, count: int, cells: Iterable[Cell]) -> None:
    """The same after a batch of ``count`` registrations, whose cells are among ``cells``. Most of its persons have no
    other and no mark: their outcomes are made in the database, by one statement.
    """
    row, own, other = OutcomeRow, RegistrationRow, aliased(RegistrationRow)
    trained = exists().where(TrainedRow.person_id == own.person_id, TrainedRow.year == own.year)
    found = {name: literal(value) for name, value in UNMARKED._asdict().items() if value is not None}
    kept = {name: getattr(own, name) for name in ("person_id", "year", "level", *Fact._fields) if hasattr(own, name)}
    values: dict[str, Any] = {**kept, **found, "trained": trained}
    registered = exists().where(other.person_id == own.person_id, other.id != own.id)
    more = registered | exists().where(MarkRow.person_id == own.person_id)
    chosen = select(*values.values()).where(own.batch_id == batch_id, ~more)
    made = session.connection().execute(insert(row).from_select(list(values), chosen)).rowcount
    others = select(own.person_id).where(own.batch_id == batch_id, more)
    recompute(session, session.scalars(others) if made < count else (), cells)


def recompute_marked(session: Session, person_ids: Iterable[int], since: int) -> None:
    """The same after their marks of a year, or of later ones too, changed: their registrations did not, so outcomes
    neither come nor go nor change their place, and earlier years count as they did.
    """
    session.flush()
    patterns, touched = Patterns(store.standards(session)), set[Cell]()
    for chunk in _in_parts(person_ids):
        marks, rows = store.effective_marks(session, chunk), list[tuple[object, ...]]()
        for person_id, own in store.registrations(session, chunk).items():
            for each, found in zip(own, patterns.judge(own, marks.get(person_id, ())), strict=True):
                rows.append((person_id, each.year, each.level, each.approved or found.sat, *found))
                if each.year >= since:
                    touched.add((each.year, each.organisation_id))
        update_many(session, OutcomeRow, ("person_id", "year", "level", "approved", *Judged._fields), rows)
    recount(session, touched)


def recompute_approved(session: Session, batch_id: int, cells: Iterable[Cell]) -> None:
    """The same after nothing but the approval of a batch's registrations changed: nothing else of an outcome rests on
    it, and who sat counts as approved anyway.
    """
    row, own = OutcomeRow, RegistrationRow
    approved = or_(own.approved, row.sat)
    theirs = (own.person_id == row.person_id, own.year == row.year, own.level == row.level)
    of_batch = (own.batch_id == batch_id, store.CURRENT)
    session.execute(
        update(row)
        .where(*of_batch, *theirs, row.approved != approved)
        .values(approved=approved)
        .execution_options(synchronize_session=False)
    )
    recount(session, cells)


def _in_parts(person_ids: Iterable[int]) -> Iterator[list[int]]:
    everybody = sorted(set(person_ids))
    for number, chunk in enumerate(in_parts(everybody, AT_ONCE)):
        done = number * AT_ONCE
        say_step(Sentence("Computed the outcomes of %(done)s of %(total)s persons.", done=done, total=len(everybody)))
        yield chunk
        collect_latest()


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


def _judge_chunk(session: Session, patterns: Patterns, person_ids: Sequence[int]) -> _Chunk:
    registrations = store.registrations(session, person_ids)
    marks, trained = store.effective_marks(session, person_ids), store.trained(session, person_ids)
    state = _Chunk(store.outcomes(session, person_ids), {}, set())
    for person_id, own in registrations.items():
        _judge_person(state, patterns, own, marks.get(person_id, ()), trained)
    return state


def _judge_person(
    state: _Chunk,
    patterns: Patterns,
    own: Sequence[store.Registration],
    marks: Sequence[Mark],
    trained: Container[tuple[int, int]],
) -> None:
    """``own`` are in order of year."""
    for registration, found in zip(own, patterns.judge(own, marks), strict=True):
        person_id, year = registration.person_id, registration.year
        # In the order of its fields: naming them takes as long as all the rest.
        state.right[person_id, year, registration.level] = Fact(
            registration.organisation_id,
            registration.region_code,
            registration.approved or found.sat,
            found.sat,
            found.qualified,
            found.pending,
            found.first_time,
            (person_id, year) in trained,
            found.sat_bits,
            found.passed_bits,
            registration.age,
            found.qualified_in,
            found.validity,
            registration.sex,
            registration.education,
        )
        state.cells.add((year, registration.organisation_id))


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
    patterns = Patterns(store.standards(session))
    everybody = select(RegistrationRow.person_id).union(select(OutcomeRow.person_id)).order_by("person_id")
    for chunk in chunks(session.scalars(everybody).all()):
        state = _judge_chunk(session, patterns, chunk)
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
