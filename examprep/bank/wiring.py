"""The bank as the application takes it."""

from examprep.bank import (
    browsing,
    bulk_views,
    checking_views,
    export_views,
    law_views,
    life_views,
    repair_views,
    searching,
    writing_views,
)
from examprep.bank.cli import bank
from examprep.bank.importer import IMPORTER
from examprep.bank.moves import MOVING
from examprep.bank.trail import TRAIL
from examprep.bank.views import bp
from examprep.feature import Derived, Feature, NavItem, Search
from examprep.kernel.sentence import N_
from examprep.people.access import Permission

# They put their pages on the blueprint as they are read.
PAGES = (bulk_views, checking_views, export_views, law_views, life_views, repair_views, writing_views)

FEATURE = Feature(
    "bank",
    blueprint=bp,
    commands=(bank,),
    importers=(IMPORTER,),
    derived=(Derived("bank_text", searching.differences),),
    load_data=lambda session, _today: searching.fill(session),
    searches=(Search(N_("Questions"), Permission.BANK_QUESTION_SEE, "bank.index", browsing.find),),
    nav=(
        NavItem(N_("Question bank"), "bank.index", Permission.BANK_QUESTION_SEE, "trainer", 20, "bank", N_("Bank")),
        NavItem(
            N_("Reported errors"), "bank.reports", Permission.BANK_QUESTION_EDIT, "trainer", 21, "flag", N_("Reports")
        ),
    ),
    trail=TRAIL,
    moving=MOVING,
    mails={"bank-ruling": N_("An answered question was corrected")},
)
