"""The syllabus as the application takes it."""

from examprep.feature import Feature, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.syllabus.loading import load_data
from examprep.syllabus.trail import TRAIL
from examprep.syllabus.views import bp

FEATURE = Feature(
    "syllabus",
    blueprint=bp,
    nav=(NavItem(N_("Syllabus"), "syllabus.index", Permission.SYLLABUS_EDIT, "administrator", 60, "tree"),),
    load_data=load_data,
    trail=TRAIL,
)
