"""Continuing education, plugged in."""

from examprep.ce import cards, rebuild
from examprep.ce.jobs import CONDITION, JOBS, still_short
from examprep.ce.shipped import load_requirements
from examprep.ce.trail import TRAIL
from examprep.ce.views import bp
from examprep.feature import Derived, Feature, HomeCard, NavItem, PersonPage
from examprep.kernel.sentence import N_
from examprep.people.access import Permission

FEATURE = Feature(
    "ce",
    blueprint=bp,
    jobs=JOBS,
    nav=(
        NavItem(N_("My credit hours"), "ce.own", Permission.CE_OWN_SEE, "candidate", 30, "hours", N_("Hours")),
        NavItem(N_("Credit hours"), "ce.standing", Permission.CE_STANDING_SEE, "officer", 40, "hours", N_("Hours")),
    ),
    home_cards=(
        HomeCard("candidate", Permission.CE_OWN_SEE, 20, "ce/_own_card.html", cards.own_hours),
        HomeCard("officer", Permission.CE_STANDING_SEE, 10, "home/figure.html", cards.short_holders),
    ),
    derived=(Derived("ce_balance", rebuild.differences),),
    person_pages=(PersonPage(N_("Credit hours"), "ce.person", Permission.CE_STANDING_SEE, 30),),
    load_data=load_requirements,
    still_due={CONDITION: still_short},
    trail=TRAIL,
    mails={"ce-short": N_("Hours missing this year")},
)
