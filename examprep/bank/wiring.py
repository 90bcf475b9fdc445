"""The bank as the application takes it."""

from examprep.bank.cli import bank
from examprep.bank.importer import IMPORTER
from examprep.bank.views import bp
from examprep.feature import Feature, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission

FEATURE = Feature(
    "bank",
    blueprint=bp,
    commands=(bank,),
    importers=(IMPORTER,),
    nav=(
        NavItem(N_("Question bank"), "bank.index", Permission.BANK_QUESTION_SEE, "trainer", 20),
        NavItem(N_("Reported errors"), "bank.reports", Permission.BANK_QUESTION_EDIT, "trainer", 21),
    ),
)
