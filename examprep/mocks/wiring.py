"""Mock exams as the application takes them."""

from examprep.feature import Dependent, Derived, Feature, HomeCard, NavItem
from examprep.kernel.sentence import N_
from examprep.mocks import cards, paper_views
from examprep.mocks.jobs import JOBS
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
    home_cards=(HomeCard(Role.CANDIDATE, Permission.PRACTICE_OWN_USE, 4, "mocks/_to_do.html", cards.to_do),),
    trail=TRAIL,
    dependents=(Dependent(N_("Mock exams"), flips, redo),),
    derived=(Derived("mock_attempt", differences),),
)
