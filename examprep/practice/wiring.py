"""Practice as the application takes it."""

from examprep.feature import Dependent, Derived, Feature, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.practice import notebook_views, offline_views, progress_views
from examprep.practice.jobs import JOBS
from examprep.practice.rebuild import day_differences, flips, memory_differences, redo
from examprep.practice.views import bp

# They put their pages on the blueprint as they are read.
PAGES = (notebook_views, offline_views, progress_views)

FEATURE = Feature(
    name="practice",
    blueprint=bp,
    nav=(
        NavItem(N_("Practice"), "practice.home", Permission.PRACTICE_OWN_USE, "candidate", 10, "practice"),
        NavItem(N_("Notebook"), "practice.notebook", Permission.PRACTICE_OWN_USE, "candidate", 11, "notebook"),
    ),
    jobs=JOBS,
    dependents=(Dependent(N_("Practice"), flips, redo),),
    derived=(Derived("practice_memory", memory_differences), Derived("practice_day", day_differences)),
)
