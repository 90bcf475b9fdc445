"""How the audit trail tells of exams."""

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail
from examprep.plumbing.listing import Column
from examprep.syllabus.rules.levels import LEVEL_NAMES

TRAIL = Trail(
    acts={"exams.line-added": N_("Added a pass line")},
    things={"exam_pass_line": Thing(N_("Pass line"), None, "exams.line", "line_id", Permission.EXAMS_LINE_ADD)},
    fields=(
        Column("year", N_("Exam year")),
        Column("level", N_("Level"), "choice", choices={code: name.text for code, name in LEVEL_NAMES.items()}),
        Column("region", N_("Region")),
        Column("changed", N_("Outcomes changed"), "number"),
    ),
)
