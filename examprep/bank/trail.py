"""How the audit trail tells of questions."""

from examprep.bank.reporting import STATES
from examprep.bank.ruling import TREATMENTS
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail
from examprep.plumbing.listing import Column

TRAIL = Trail(
    acts={
        "bank.answers-ruled": N_("Decided how answers to a wrong version count"),
        "bank.question-published": N_("Published a question"),
        "bank.question-restored": N_("Restored a question"),
        "bank.question-retired": N_("Retired a question"),
        "bank.question-revised": N_("Revised a question"),
        "bank.question-written": N_("Wrote a question"),
        "bank.report-answered": N_("Answered a report on a question"),
        "bank.ruling-reversed": N_("Took back a decision on answers"),
    },
    things={
        "bank_question": Thing(N_("Question"), None, "bank.question", "question_id", Permission.BANK_QUESTION_SEE),
        "bank_report": Thing(N_("Report"), None, "bank.report", "report_id", Permission.BANK_QUESTION_EDIT),
    },
    fields=(
        Column(
            "state",
            N_("State"),
            "choice",
            choices=STATES
            | {
                "draft": N_("Draft"),
                "review": N_("In review"),
                "published": N_("Published"),
                "retired": N_("Retired"),
            },
        ),
        Column("version", N_("Version"), "number"),
        Column("treatment", N_("How they count"), "choice", choices=TREATMENTS),
        Column("reason", N_("Why")),
    ),
)
