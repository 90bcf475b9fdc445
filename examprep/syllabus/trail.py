"""How the audit trail tells of the syllabus."""

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_from
from examprep.plumbing.listing import Column
from examprep.syllabus.forms import CERTAINTIES, KINDS, PRECISIONS
from examprep.syllabus.models import ChapterRow

EDIT = Permission.SYLLABUS_EDIT

TRAIL = Trail(
    acts={
        "syllabus.chapter-added": N_("Added a chapter"),
        "syllabus.chapter-edited": N_("Changed a chapter"),
        "syllabus.chapter-restored": N_("Restored a chapter"),
        "syllabus.chapter-retired": N_("Retired a chapter"),
        "syllabus.date-set": N_("Set a key date"),
        "syllabus.date-withdrawn": N_("Took a key date back"),
        "syllabus.part-edited": N_("Changed a part of a paper"),
    },
    things={
        "syllabus_chapter": Thing(
            N_("Chapter"), names_from(ChapterRow.id, ChapterRow.names), "syllabus.chapter", "chapter_id", EDIT
        ),
        "syllabus_key_date": Thing(N_("Key date"), None, "syllabus.date", "key_date_id", EDIT),
        "syllabus_paper_part": Thing(N_("Part of a paper"), None, "syllabus.part", "part_id", EDIT),
    },
    fields=(
        Column("kind", N_("Kind"), "choice", choices=KINDS),
        Column("region", N_("Region")),
        Column("starts_on", N_("Begins"), "day"),
        Column("ends_on", N_("Ends"), "day"),
        Column("precision", N_("Known"), "choice", choices=PRECISIONS),
        Column("names", N_("What it is called"), "names"),
        Column("count", N_("Questions"), "number"),
        Column("half_points_each", N_("Points each"), "marks"),
        Column("weight_low", N_("Lowest points"), "marks"),
        Column("weight_high", N_("Highest points"), "marks"),
        Column("certainty", N_("Certainty"), "choice", choices=CERTAINTIES),
    ),
)
