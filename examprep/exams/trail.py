"""How the audit trail tells of exams."""

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail
from examprep.plumbing.listing import Column
from examprep.syllabus.rules.levels import LEVEL_NAMES

TRAIL = Trail(
    acts={
        "exams.line-added": N_("Added a pass line"),
        "exams.cohort-made": N_("Saved a cohort"),
        "exams.cohort-changed": N_("Changed a cohort"),
        "exams.cohort-deleted": N_("Deleted a cohort"),
        "exams.cohort-restored": N_("Brought back a cohort"),
    },
    things={
        "exam_pass_line": Thing(N_("Pass line"), None, "exams.line", "line_id", Permission.EXAMS_LINE_ADD),
        "exam_cohort": Thing(N_("Saved cohort"), None, "exams.cohort", "cohort_id", Permission.EXAMS_RATE_SEE),
    },
    fields=(
        Column("year", N_("Exam year")),
        Column("level", N_("Level"), "choice", choices={code: name.text for code, name in LEVEL_NAMES.items()}),
        Column("region", N_("Region")),
        Column("changed", N_("Outcomes changed"), "number"),
        Column("filters", N_("Filters")),
        Column("added", N_("Persons added"), "number"),
        Column("taken_off", N_("Persons taken off"), "number"),
    ),
)
