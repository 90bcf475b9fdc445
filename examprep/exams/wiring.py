"""What exams bring to the application."""

from examprep.exams import actions, recompute
from examprep.exams.importers import RegistrationImporter, ResultImporter
from examprep.exams.trail import TRAIL
from examprep.exams.views import bp
from examprep.feature import Derived, Feature, NavItem, PersonPage
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.plumbing.runtime import runtime
from examprep.plumbing.vault import Vault


def _vault() -> Vault:
    return runtime().vault


FEATURE = Feature(
    name="exams",
    blueprint=bp,
    importers=(RegistrationImporter(_vault), ResultImporter(_vault)),
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
    # Outcomes first: the tally is counted from them.
    derived=(
        Derived("exam_outcome", recompute.outcome_differences),
        Derived("exam_tally", recompute.tally_differences),
    ),
    person_pages=(PersonPage(N_("Exams"), "exams.person", Permission.EXAMS_RATE_SEE, 20),),
    load_data=actions.load_data,
    trail=TRAIL,
)
