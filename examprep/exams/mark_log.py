"""Writing what a file of results adds to the log of marks, and taking it back by further lines."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from examprep.exams import store
from examprep.exams.models import MarkRow
from examprep.exams.recompute import recompute_marked
from examprep.exams.rules.cycle import ABSENT, SCORED, VIOLATION, VOID
from examprep.exams.rules.papers import LEVEL_OF
from examprep.kernel.errors import RuleViolation
from examprep.plumbing.bulk import among, in_parts, insert_many

Mark = tuple[str, int | None]  # a code and, only when it is ``scored``, half-points
_SUBJECTS = tuple(LEVEL_OF)
_PLACES = {subject: place for place, subject in enumerate(_SUBJECTS)}
_CODES = {ABSENT: -1, VIOLATION: -2, VOID: -4}  # as centres write them
_WORDS = {number: code for code, number in _CODES.items()}


class Prepared:
    """What applying will add to the log: column by column, since there may be a million lines."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.persons = array("q")
        self.unscored = 0  # lines of a code that is no mark
        self._subjects, self._marks = array("b"), array("h")

    def add(self, person_id: int, marks: Mapping[str, Mark]) -> None:
        """One line for each subject of a person."""
        for subject, (code, half_points) in marks.items():
            self.persons.append(person_id)
            self._subjects.append(_PLACES[subject])
            if half_points is None:
                self._marks.append(_CODES[code])
                self.unscored += 1
            else:
                self._marks.append(half_points)

    def lines(self) -> Iterator[tuple[int, str, str, int | None]]:
        """Person, subject, code and half-points of each line."""
        for person_id, place, mark in zip(self.persons, self._subjects, self._marks, strict=True):
            if mark < 0:
                yield person_id, _SUBJECTS[place], _WORDS[mark], None
            else:
                yield person_id, _SUBJECTS[place], SCORED, mark


def apply(session: Session, prepared: Prepared, batch_id: int, *, now: datetime) -> int:
    """Add the lines and recompute whatever follows; returns how many lines."""
    _append(session, prepared.lines(), {"year": prepared.year, "undoing": False}, batch_id, now)
    recompute_marked(session, prepared.persons, prepared.year)
    return len(prepared.persons)


def _append(
    session: Session, lines: Iterable[Sequence[Any]], constants: Mapping[str, Any], batch_id: int, now: datetime
) -> None:
    names = ("person_id", "subject_code", "code", "half_points")
    insert_many(session, MarkRow, names, lines, {**constants, "batch_id": batch_id, "recorded_at": now})


def undo(session: Session, batch_id: int, *, now: datetime) -> int:
    """Restore what held before the batch by further lines; returns how many lines it had brought.

    Raises:
        RuleViolation: ``exams.marks-corrected`` -- a later file corrected some of them.
    """
    row, other = MarkRow, aliased(MarkRow)
    same = (other.person_id == row.person_id, other.year == row.year, other.subject_code == row.subject_code)
    taken_back = aliased(MarkRow)
    undone = select(taken_back.batch_id).where(taken_back.undoing)
    stands = ~other.undoing & (other.batch_id.is_(None) | other.batch_id.not_in(undone))
    later = select(func.count()).where(*same, other.id > row.id, stands).correlate(row).scalar_subquery()
    earlier = select(func.max(other.id)).where(*same, other.id < row.id).correlate(row).scalar_subquery()
    own = session.execute(
        select(row.person_id, row.year, row.subject_code, later, earlier).where(row.batch_id == batch_id, ~row.undoing)
    ).all()
    if corrected := sum(found[3] > 0 for found in own):
        raise RuleViolation(
            "exams.marks-corrected",
            "A later file corrected %(count)s of these results. Undo that file first.",
            count=corrected,
        )
    before: dict[int | None, Mark] = {}
    for chunk in in_parts([found[4] for found in own if found[4] is not None]):
        lines_before = select(row.id, row.code, row.half_points).where(among(session, row.id, chunk))
        before.update((line[0], (line[1], line[2])) for line in session.execute(lines_before))
    for year in {found[1] for found in own}:
        lines = (
            (person_id, subject, *before.get(line_id, (store.WITHDRAWN, None)))
            for person_id, at, subject, _, line_id in own
            if at == year
        )
        _append(session, lines, {"year": year, "undoing": True}, batch_id, now)
    if own:
        recompute_marked(session, {found[0] for found in own}, min(found[1] for found in own))
    return len(own)
