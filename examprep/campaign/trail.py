"""How the audit trail tells of the campaign."""

from examprep.campaign.funnel import LISTS
from examprep.campaign.models import AnnouncementRow, StatementRow
from examprep.campaign.rules.saying import SAYS
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_from, names_of_persons
from examprep.plumbing.listing import Column
from examprep.syllabus.rules.levels import LEVEL_NAMES

TRAIL = Trail(
    acts={
        "campaign.announced": N_("Published an announcement"),
        "campaign.announcement-changed": N_("Changed an announcement"),
        "campaign.announcement-withdrawn": N_("Withdrew an announcement"),
        "campaign.chased": N_("Reminded a whole list"),
        "campaign.plan-edited": N_("Changed the plan of reminders"),
        "campaign.said": N_("Said what a candidate means to do"),
    },
    things={
        "campaign_announcement": Thing(
            N_("Announcement"),
            names_from(AnnouncementRow.id, AnnouncementRow.titles),
            "campaign.announcement",
            "number",
            Permission.CAMPAIGN_ANNOUNCEMENT_WRITE,
        ),
        "campaign_plan": Thing(N_("Planned reminder")),
        "campaign_round": Thing(N_("Round of reminders")),
        "campaign_statement": Thing(N_("Candidate"), names_of_persons(StatementRow.id, StatementRow.person_id)),
    },
    fields=(
        Column("says", N_("Says"), "choice", choices=SAYS),
        Column("year", N_("Exam year")),
        Column("level", N_("Level"), "choice", choices={code: name.text for code, name in LEVEL_NAMES.items()}),
        Column("show", N_("List"), "choice", choices=LISTS),
        Column("listed", N_("Persons on the list"), "number"),
        Column("queued", N_("Mails"), "number"),
        Column("code", N_("Short code")),
        Column("days", N_("Days before")),
        Column("active", N_("Is sent")),
        Column("titles", N_("Title"), "names"),
        Column("pinned", N_("On top")),
        Column("since", N_("Shown from"), "day"),
        Column("until", N_("Until"), "day"),
        Column("reason", N_("Reason")),
    ),
)
