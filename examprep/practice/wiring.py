"""Practice as the application takes it."""

from examprep.feature import Dependent, Derived, Feature, HomeCard, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.practice import (
    assignment_views,
    cards,
    discussing,
    discussion_views,
    notebook_views,
    offline_views,
    progress_views,
)
from examprep.practice.assigning import CONDITION, still_open
from examprep.practice.cli import practice
from examprep.practice.jobs import JOBS
from examprep.practice.moves import MOVING
from examprep.practice.rebuild import day_differences, flips, memory_differences, redo
from examprep.practice.trail import TRAIL
from examprep.practice.views import bp

# They put their pages on the blueprint as they are read.
PAGES = (assignment_views, discussion_views, notebook_views, offline_views, progress_views)

FEATURE = Feature(
    name="practice",
    blueprint=bp,
    commands=(practice,),
    nav=(
        NavItem(N_("Practice"), "practice.home", Permission.PRACTICE_OWN_USE, "candidate", 10, "practice"),
        NavItem(N_("Notebook"), "practice.notebook", Permission.PRACTICE_OWN_USE, "candidate", 11, "notebook"),
        NavItem(
            N_("Assignments"),
            "practice.assignments",
            Permission.PRACTICE_ASSIGNMENT_MANAGE,
            Role.TRAINER,
            14,
            "trail",
        ),
    ),
    jobs=JOBS,
    home_cards=(
        HomeCard(Role.CANDIDATE, Permission.PRACTICE_OWN_USE, 5, "practice/_assigned.html", cards.assigned),
        HomeCard(Role.TRAINER, Permission.BANK_QUESTION_EDIT, 12, "home/figure.html", cards.asked),
    ),
    still_due={CONDITION: still_open, discussing.CONDITION: discussing.still_shown},
    trail=TRAIL,
    moving=MOVING,
    mails={"assignment": N_("An assignment to do"), "discussion": N_("An answer to a question one asked")},
    optional_mails=("assignment", "discussion"),
    dependents=(Dependent(N_("Practice"), flips, redo),),
    derived=(Derived("practice_memory", memory_differences), Derived("practice_day", day_differences)),
)
