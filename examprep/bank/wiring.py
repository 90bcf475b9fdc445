"""The bank as the application takes it."""

# The last two bring their routes to the blueprint.
from examprep.bank import browsing, checking_views, repair_views  # noqa: F401
from examprep.bank.cli import bank
from examprep.bank.importer import IMPORTER
from examprep.bank.trail import TRAIL
from examprep.bank.views import bp
from examprep.feature import Feature, NavItem, Search
from examprep.kernel.sentence import N_
from examprep.people.access import Permission

FEATURE = Feature(
    "bank",
    blueprint=bp,
    commands=(bank,),
    importers=(IMPORTER,),
    searches=(Search(N_("Questions"), Permission.BANK_QUESTION_SEE, "bank.index", browsing.find),),
    nav=(
        NavItem(N_("Question bank"), "bank.index", Permission.BANK_QUESTION_SEE, "trainer", 20, "bank", N_("Bank")),
        NavItem(
            N_("Reported errors"), "bank.reports", Permission.BANK_QUESTION_EDIT, "trainer", 21, "flag", N_("Reports")
        ),
    ),
    trail=TRAIL,
    mails={"bank-ruling": N_("An answered question was corrected")},
)
