"""How the audit trail tells of mock exams."""

from examprep.kernel.sentence import N_
from examprep.mocks.models import PaperRow
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_from
from examprep.plumbing.listing import Column

TRAIL = Trail(
    acts={
        "mocks.discarded": N_("Discarded a mock exam"),
        "mocks.marked": N_("Marked a mock exam"),
        "mocks.marked-anew": N_("Changed the marking of a mock exam"),
        "mocks.paper-restored": N_("Put a mock exam back"),
        "mocks.paper-set": N_("Set a mock exam"),
        "mocks.paper-voided": N_("Made a mock exam void"),
        "mocks.paper-withdrawn": N_("Withdrew a mock exam"),
    },
    things={
        "mock_attempt": Thing(N_("Mock exam sat")),
        "mock_paper": Thing(
            N_("Mock exam"),
            names_from(PaperRow.id, PaperRow.title),
            "mocks.paper",
            "paper_id",
            Permission.PRACTICE_ASSIGNMENT_MANAGE,
        ),
    },
    fields=(
        Column("half_points", N_("Points"), "marks"),
        Column("of_half_points", N_("Of points"), "marks"),
        Column("title", N_("Title")),
        Column("questions", N_("Questions"), "number"),
        Column("persons", N_("Persons"), "number"),
        Column("opens_at", N_("From"), "instant"),
        Column("closes_at", N_("Until"), "instant"),
        Column("reason", N_("Reason")),
    ),
)
