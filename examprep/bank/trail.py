"""How the audit trail tells of questions."""

from examprep.bank.bulk import ACTS
from examprep.bank.reporting import STATES
from examprep.bank.ruling import TREATMENTS
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail
from examprep.plumbing.listing import Column

TRAIL = Trail(
    acts={
        "bank.answers-ruled": N_("Decided how answers to a wrong version count"),
        "bank.key-approved": N_("Approved a changed key"),
        "bank.key-declined": N_("Declined a changed key"),
        "bank.key-proposed": N_("Proposed a changed key"),
        "bank.law-change-recorded": N_("Recorded a change of the law"),
        "bank.law-read": N_("Read a question again after a change of the law"),
        "bank.question-published": N_("Published a question"),
        "bank.question-restored": N_("Restored a question"),
        "bank.question-retired": N_("Retired a question"),
        "bank.question-revised": N_("Revised a question"),
        "bank.question-sent-back": N_("Sent a question back"),
        "bank.question-submitted": N_("Submitted a question for review"),
        "bank.question-written": N_("Wrote a question"),
        "bank.report-answered": N_("Answered a report on a question"),
        "bank.ruling-reversed": N_("Took back a decision on answers"),
        **{f"bank.bulk-{act.name}": act.label for act in ACTS},
    },
    things={
        "bank_question": Thing(N_("Question"), None, "bank.question", "question_id", Permission.BANK_QUESTION_SEE),
        "bank_law_change": Thing(
            N_("Change of the law"), None, "bank.law_change", "change_id", Permission.BANK_QUESTION_EDIT
        ),
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
        Column("statute", N_("Statute")),
        Column("changed_on", N_("In force from"), "day"),
    ),
)
