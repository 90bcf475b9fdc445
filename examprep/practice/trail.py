"""How the audit trail tells of assignments and discussion."""

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_from
from examprep.plumbing.listing import Column
from examprep.practice.models import AssignmentRow

TRAIL = Trail(
    acts={
        "practice.assignment-cancelled": N_("Cancelled an assignment"),
        "practice.assignment-restored": N_("Set a cancelled assignment again"),
        "practice.assignment-set": N_("Set an assignment"),
        "practice.post-answered": N_("Answered a candidate's question"),
        "practice.post-asked-again": N_("Asked a withdrawn question again"),
        "practice.post-helped": N_("Said that an answer helped"),
        "practice.post-hidden": N_("Hid a candidate's question"),
        "practice.post-not-helped": N_("Took back that an answer helped"),
        "practice.post-reworded": N_("Reworded what one asked"),
        "practice.post-unhidden": N_("Showed a candidate's hidden question again"),
        "practice.post-withdrawn": N_("Withdrew what one asked"),
    },
    things={
        "practice_assignment": Thing(
            N_("Assignment"),
            names_from(AssignmentRow.id, AssignmentRow.title),
            "practice.assignment",
            "assignment_id",
            Permission.PRACTICE_ASSIGNMENT_MANAGE,
        ),
        "practice_post": Thing(
            N_("Candidate's question"), None, "practice.post", "post_id", Permission.BANK_QUESTION_EDIT
        ),
    },
    fields=(
        Column("title", N_("Title")),
        Column("questions", N_("Questions"), "number"),
        Column("persons", N_("Persons"), "number"),
        Column("due_on", N_("Last day"), "day"),
        Column("reason", N_("Reason")),
    ),
)
