"""What exams bring to the application."""

from examprep.exams import actions, cohort_views, group_views, rate_views, recompute, tallies
from examprep.exams.importers import ApprovalImporter, RegistrationImporter, ResultImporter
from examprep.exams.moves import MOVING
from examprep.exams.trail import TRAIL
from examprep.exams.views import bp
from examprep.feature import Derived, Feature, NavItem, PersonPage
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.plumbing.runtime import runtime
from examprep.plumbing.vault import Vault

# The view modules hang their pages on the blueprint when they are imported.
PAGES = (rate_views, group_views, cohort_views)


def _vault() -> Vault:
    return runtime().vault


FEATURE = Feature(
    name="exams",
    blueprint=bp,
    importers=(RegistrationImporter(_vault), ApprovalImporter(_vault), ResultImporter(_vault)),
    nav=(
        NavItem(N_("Pass rates"), "exams.rates", Permission.EXAMS_RATE_SEE, Role.OFFICER, 20, "results"),
        NavItem(
            N_("Import results"),
            "exams.importing",
            Permission.EXAMS_RESULT_IMPORT,
            Role.OFFICER,
            30,
            "import",
            N_("Import"),
        ),
        NavItem(N_("My results"), "exams.mine", Permission.EXAMS_OWN_SEE, Role.CANDIDATE, 40, "results", N_("Results")),
    ),
    # Outcomes first: the tallies are counted from them, and the trend from the tally.
    derived=(
        Derived("exam_outcome", recompute.outcome_differences),
        Derived("exam_tally", tallies.tally_differences),
        Derived("exam_subject_tally", tallies.subject_differences),
        Derived("exam_trend", tallies.trend_differences),
    ),
    person_pages=(PersonPage(N_("Exams"), "exams.person", Permission.EXAMS_RATE_SEE, 20),),
    load_data=actions.load_data,
    trail=TRAIL,
    moving=MOVING,
)
