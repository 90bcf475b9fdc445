"""Continuing education, plugged in."""

from examprep.ce import (
    actions,
    cards,
    case_store,
    case_views,
    claim_views,
    exemption_views,
    provider_api,
    provider_views,
    rebuild,
    reminding,
    requirement_views,
    review_views,
    standing_views,
    stopping,
    transcript_views,
    views,
)
from examprep.ce.blueprint import bp
from examprep.ce.claim_models import EvidenceRow
from examprep.ce.jobs import JOBS
from examprep.ce.models import DocumentRow
from examprep.ce.moves import MOVING
from examprep.ce.provider_file import ProviderRecordsImporter
from examprep.ce.shipped import load_requirements
from examprep.ce.trail import TRAIL
from examprep.feature import Derived, Feature, HolderCheck, HomeCard, NavItem, PersonPage, RenewalCheck
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.plumbing.runtime import runtime

# The view modules hang their pages on the blueprint when they are imported.
PAGES = (
    views,
    standing_views,
    requirement_views,
    exemption_views,
    claim_views,
    review_views,
    provider_views,
    provider_api,
    transcript_views,
    case_views,
)

FEATURE = Feature(
    "ce",
    blueprint=bp,
    jobs=JOBS,
    sealed=(DocumentRow.content, EvidenceRow.content),
    importers=(ProviderRecordsImporter(lambda: runtime().vault),),
    nav=(
        NavItem(N_("My credit hours"), "ce.own", Permission.CE_OWN_SEE, "candidate", 30, "hours", N_("Hours")),
        NavItem(N_("Credit hours"), "ce.standing", Permission.CE_STANDING_SEE, "officer", 40, "hours", N_("Hours")),
        NavItem(
            N_("Review of claims"), "ce.review_queue", Permission.CE_CLAIM_REVIEW, "officer", 42, "flag", N_("Claims")
        ),
        NavItem(
            N_("Hours missing: cases"), "ce.cases", Permission.CE_STANDING_SEE, "officer", 43, "hours", N_("Cases")
        ),
        NavItem(N_("Requirements"), "ce.requirements", Permission.CE_REQUIREMENT_EDIT, "administrator", 45, "hours"),
    ),
    home_cards=(
        HomeCard("candidate", Permission.CE_OWN_SEE, 20, "ce/_own_card.html", cards.own_hours),
        HomeCard("officer", Permission.CE_STANDING_SEE, 10, "home/figure.html", cards.short_holders),
        HomeCard("officer", Permission.CE_CLAIM_REVIEW, 11, "home/figure.html", cards.claims_waiting),
        HomeCard("candidate", Permission.CE_CLAIM_FILE, 21, "ce/_claims_card.html", cards.own_claims),
    ),
    derived=(
        Derived("ce_balance", rebuild.differences),
        Derived("ce_standing", rebuild.standings),
        Derived("ce_case", case_store.differences),
    ),
    person_pages=(PersonPage(N_("Credit hours"), "ce.person", Permission.CE_STANDING_SEE, 30),),
    load_data=load_requirements,
    renewal_checks=(RenewalCheck("ce", stopping.renewal_hindrance),),
    holder_checks=(HolderCheck("ce", stopping.held_allowances, stopping.public_remark),),
    still_due={reminding.SHORT: reminding.still_short, actions.POSTED: actions.still_posted},
    trail=TRAIL,
    moving=MOVING,
    mails={
        "ce-short": N_("Hours missing"),
        "claim-decided": N_("A claim was decided"),
        "ce-case": N_("A period that closed short"),
        "ce-cases": N_("Cases of one's people"),
        "ce-posted": N_("Hours recorded or taken back"),
        "ce-digest": N_("Who is short of hours, once a month"),
    },
)
