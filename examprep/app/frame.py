"""What lies beneath the floor of features and is plugged in all the same: they cannot import ``Feature`` themselves."""

from examprep.feature import Derived, Feature
from examprep.people.tree import differences as tree_differences
from examprep.reminders.jobs import JOBS as REMINDER_JOBS

PEOPLE = Feature("people", derived=(Derived("organisation_tree", tree_differences),))
REMINDERS = Feature("reminders", jobs=REMINDER_JOBS)
