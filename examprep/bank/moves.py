"""What of the bank goes over when two rows of a person are merged: what is theirs to do, and what they reported."""

from examprep.bank.models import QuestionRow, ReportRow
from examprep.kernel.sentence import N_
from examprep.people.moving import Moves, Moving

MOVING = Moving(
    moves=(
        Moves(QuestionRow, N_("Questions to look after"), "assigned_to"),
        Moves(ReportRow, N_("Reports of mistakes in questions")),
    ),
    acts=(
        "bank_law_change.recorded_by",
        "bank_law_reading.read_by",
        "bank_question.created_by",
        "bank_report.settled_by",
        "bank_ruling.reversed_by",
        "bank_ruling.ruled_by",
        "bank_version.approved_by",
        "bank_version.created_by",
    ),
)
