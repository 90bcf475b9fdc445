"""The register, plugged in."""

from examprep.feature import Derived, Feature, HomeCard, NavItem, PersonPage
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.plumbing.runtime import runtime
from examprep.register import (
    award_views,
    cards,
    certificate_views,
    claim_views,
    jobs,
    limits,
    office_views,
    own_views,
    rebuild,
    run_views,
)
from examprep.register.importer import HoldersImporter
from examprep.register.merging import MOVING
from examprep.register.models import RegisterFileRow
from examprep.register.trail import TRAIL
from examprep.register.views import bp

# The other pages hang themselves on the blueprint when imported.
PAGES = (award_views, certificate_views, claim_views, office_views, own_views, run_views)

FEATURE = Feature(
    "register",
    blueprint=bp,
    importers=(HoldersImporter(lambda: runtime().vault),),
    jobs=jobs.JOBS,
    sealed=(RegisterFileRow.content,),
    still_due={jobs.CONDITION: jobs.still_due},
    mails={"registration-due": N_("Registration to be applied for")},
    load_data=limits.load_data,
    nav=(
        NavItem(
            N_("My certificates"),
            "register.mine",
            Permission.REGISTER_OWN_USE,
            "candidate",
            45,
            "certificate",
            N_("Certificates"),
        ),
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
    person_pages=(
        PersonPage(N_("Certificates"), "register.person", Permission.REGISTER_HOLDER_SEE, 25),
        PersonPage(N_("Awards"), "register.award_ledger", Permission.REGISTER_HOLDER_SEE, 40),
    ),
    derived=(
        Derived("register_certificate", rebuild.differences),
        Derived("award_run", rebuild.run_differences),
    ),
    trail=TRAIL,
    moving=MOVING,
)
