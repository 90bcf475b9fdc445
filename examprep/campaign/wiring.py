"""What the campaign brings to the application."""

from examprep.campaign import announcement_views, cards, eligibility_views, funnel_views, own_views, plan_views
from examprep.campaign.blueprint import bp
from examprep.campaign.jobs import JOBS, STILL_DUE
from examprep.campaign.moves import MOVING
from examprep.campaign.shipped import load_plan
from examprep.campaign.trail import TRAIL
from examprep.feature import Feature, HomeCard, NavItem, PersonPage
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role

# The view modules hang their pages on the blueprint when they are imported.
PAGES = (announcement_views, eligibility_views, funnel_views, own_views, plan_views)

P = Permission
FEATURE = Feature(
    name="campaign",
    blueprint=bp,
    jobs=JOBS,
    nav=(
        NavItem(N_("My exam year"), "campaign.mine", P.CAMPAIGN_OWN_USE, Role.CANDIDATE, 35, "flag", N_("Exam year")),
        NavItem(N_("Campaign"), "campaign.overview", P.CAMPAIGN_FUNNEL_SEE, Role.TRAINER, 16, "funnel"),
        NavItem(N_("Campaign"), "campaign.overview", P.CAMPAIGN_FUNNEL_SEE, Role.OFFICER, 56, "funnel"),
        NavItem(
            N_("Announcements"),
            "campaign.managed",
            P.CAMPAIGN_ANNOUNCEMENT_WRITE,
            Role.OFFICER,
            59,
            "notice",
            N_("Notices"),
        ),
        NavItem(
            N_("Plan of reminders"), "campaign.plan", P.CAMPAIGN_PLAN_EDIT, Role.ADMINISTRATOR, 65, "day", N_("Plan")
        ),
    ),
    home_cards=(
        HomeCard(Role.CANDIDATE, P.CAMPAIGN_OWN_USE, 5, "campaign/_next.html", cards.next_step),
        HomeCard(Role.TRAINER, P.CAMPAIGN_FUNNEL_SEE, 15, "home/figure.html", cards.unregistered),
        HomeCard(Role.OFFICER, P.CAMPAIGN_FUNNEL_SEE, 5, "home/figure.html", cards.unregistered),
    ),
    person_pages=(PersonPage(N_("Campaign"), "campaign.person", P.CAMPAIGN_FUNNEL_SEE, 15),),
    load_data=load_plan,
    still_due=STILL_DUE,
    trail=TRAIL,
    moving=MOVING,
    mails={
        "campaign-announcement": N_("An announcement"),
        "campaign-chase": N_("A reminder by whoever looks after one's registration"),
        "campaign-date": N_("A date of the exam year"),
    },
    optional_mails=("campaign-announcement", "campaign-chase", "campaign-date"),
)
