"""What lies beneath the floor of features and is plugged in all the same: they cannot import ``Feature`` themselves."""

from examprep.feature import Derived, Feature, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.tree import differences as tree_differences
from examprep.reminders.jobs import JOBS as REMINDER_JOBS
from examprep.reminders.views import bp as reminders_blueprint

PEOPLE = Feature("people", derived=(Derived("organisation_tree", tree_differences),))
REMINDERS = Feature(
    "reminders",
    blueprint=reminders_blueprint,
    jobs=REMINDER_JOBS,
    nav=(
        NavItem(
            N_("Outbox"),
            "reminders.outbox",
            Permission.REMINDERS_OUTBOX_SEE,
            role="administrator",
            order=70,
        ),
    ),
)
