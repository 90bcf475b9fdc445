"""The register, plugged in."""

from examprep.feature import Derived, Feature, HomeCard, NavItem, PersonPage
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.plumbing.runtime import runtime
from examprep.register import award_views, cards, rebuild
from examprep.register.importer import HoldersImporter
from examprep.register.trail import TRAIL
from examprep.register.views import bp

# The pages of the awards hang themselves on the blueprint when they are imported.
PAGES = (award_views,)

FEATURE = Feature(
    "register",
    blueprint=bp,
    importers=(HoldersImporter(lambda: runtime().vault),),
    nav=(
        NavItem(
            N_("Certificate holders"),
            "register.holders",
            Permission.REGISTER_HOLDER_SEE,
            "officer",
            50,
            "certificate",
            N_("Holders"),
        ),
        NavItem(N_("Awards"), "register.award_list", Permission.REGISTER_HOLDER_SEE, "officer", 55, "award"),
    ),
    home_cards=(
        HomeCard("officer", Permission.REGISTER_HOLDER_SEE, 20, "home/figure.html", cards.lapsed),
        HomeCard("officer", Permission.REGISTER_HOLDER_SEE, 30, "home/figure.html", cards.renewable),
    ),
    person_pages=(PersonPage(N_("Awards"), "register.award_ledger", Permission.REGISTER_HOLDER_SEE, 40),),
    derived=(Derived("register_certificate", rebuild.differences),),
    trail=TRAIL,
)
