"""Mock exams as the application takes them."""

from examprep.feature import Dependent, Derived, Feature, HomeCard, NavItem
from examprep.kernel.sentence import N_
from examprep.mocks import cards, paper_views, telling
from examprep.mocks.jobs import JOBS
from examprep.mocks.moves import MOVING
from examprep.mocks.rebuild import differences, flips, redo
from examprep.mocks.trail import TRAIL
from examprep.mocks.views import bp
from examprep.people.access import Permission, Role

# They put their pages on the blueprint as they are read.
PAGES = (paper_views,)

FEATURE = Feature(
    name="mocks",
    blueprint=bp,
    nav=(
        NavItem(N_("Mock exams"), "mocks.home", Permission.PRACTICE_OWN_USE, Role.CANDIDATE, 12, "flag", N_("Mocks")),
        NavItem(
            N_("Mock exams set"),
            "mocks.papers_list",
            Permission.PRACTICE_ASSIGNMENT_MANAGE,
            Role.TRAINER,
            15,
            "flag",
            N_("Mocks"),
        ),
    ),
    jobs=JOBS,
    home_cards=(
        HomeCard(Role.CANDIDATE, Permission.PRACTICE_OWN_USE, 4, "mocks/_to_do.html", cards.to_do, timed=True),
        HomeCard(Role.TRAINER, Permission.PRACTICE_ASSIGNMENT_MANAGE, 13, "home/figure.html", cards.to_mark),
    ),
    trail=TRAIL,
    moving=MOVING,
    still_due={telling.STILL_TO_SIT: telling.still_to_sit, telling.STILL_COUNTS: telling.still_counts},
    mails={telling.TO_SIT: N_("A mock exam to sit"), telling.MARKED: N_("A mock exam marked")},
    optional_mails=(telling.TO_SIT, telling.MARKED),
    dependents=(Dependent(N_("Mock exams"), flips, redo),),
    derived=(Derived("mock_attempt", differences),),
)
