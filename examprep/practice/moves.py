"""What of practice goes over when two rows of a person are merged; memory and days follow from the joined log."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.kernel.sentence import N_
from examprep.people.moving import Moves, Moving
from examprep.practice import models as of
from examprep.practice.rebuild import redo_of


def _rebuild(session: Session, person_ids: Sequence[int], _now: datetime) -> None:
    redo_of(session, person_ids)


MOVING = Moving(
    moves=(
        Moves(of.AnswerRow, N_("Answers in practice")),
        Moves(of.GivenRow, N_("Assignments received"), taken=True),
        Moves(of.AssignmentRow, N_("Assignments set"), "set_by"),
        Moves(of.MarkRow, N_("Marked questions")),
        Moves(of.NoteRow, N_("Notes beside questions")),
        Moves(of.TagRow, N_("Tags of the notebook")),
        Moves(of.CauseRow, N_("Reasons of mistakes")),
        Moves(of.PostRow, N_("Questions asked about questions")),
        Moves(of.PaceRow, N_("Daily paces")),
        Moves(of.PlanRow, N_("Plans of a day")),
        Moves(of.PlaceRow, N_("Places in subjects")),
        Moves(of.HabitRow, N_("How the notebook is kept")),
    ),
    derived=("practice_memory.person_id", "practice_day.person_id"),
    acts=(
        "practice_assignment.cancelled_by",
        "practice_correction.corrected_by",
        "practice_post.settled_by",
        "practice_wording.replaced_by",
    ),
    rebuild=_rebuild,
)
