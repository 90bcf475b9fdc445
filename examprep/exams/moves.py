"""What of exams goes over when two rows of a person are merged, so that the person counts once in every rate.

Of two registrations for one exam and level only that of the row that stays counts, and of two marks in one subject of
a year likewise. A merged row has no outcome (`store.registrations`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.exams.models import (
    CohortPersonRow,
    CohortRow,
    MarkRow,
    OutcomeChangeRow,
    OutcomeRow,
    RegistrationRow,
    TrainedRow,
)
from examprep.exams.recompute import recompute
from examprep.exams.store import effective_marks
from examprep.kernel.sentence import N_, Sentence
from examprep.people.moving import Moves, Moving


def _rebuild(session: Session, person_ids: Sequence[int], _now: datetime) -> None:
    row = OutcomeRow
    places = session.execute(select(row.year, row.organisation_id).where(row.person_id.in_(person_ids)))
    recompute(session, person_ids, {(year, place) for year, place in places})


def _remarks(session: Session, gone_id: int, kept_id: int) -> Sequence[Sentence]:
    """One person has one mark in a subject of a year: two that differ speak against a merge."""
    found = effective_marks(session, [gone_id, kept_id])
    one, other = ({(mark.year, mark.subject): mark for mark in found.get(id_, ())} for id_ in (gone_id, kept_id))
    if count := sum(other.get(key, mark) != mark for key, mark in one.items()):
        return [
            Sentence(
                "Marks of both records in one subject of one year that differ: %(count)s. These may be two persons.",
                count=count,
            )
        ]
    return ()


MOVING = Moving(
    moves=(
        Moves(RegistrationRow, N_("Registrations for exams"), by=("year", "level"), story=("year", "level")),
        Moves(MarkRow, N_("Marks in exams"), by=("year", "subject_code"), story=("year", "subject_code")),
        Moves(TrainedRow, N_("Exam years with a class")),
        Moves(OutcomeChangeRow, N_("Outcomes changed by a pass line")),
        Moves(CohortRow, N_("Cohorts kept under a name"), "owner_id"),
        Moves(CohortPersonRow, N_("Places in cohorts"), taken=True),
    ),
    derived=("exam_outcome.person_id",),
    acts=("exam_pass_line.added_by",),
    remarks=_remarks,
    rebuild=_rebuild,
)
