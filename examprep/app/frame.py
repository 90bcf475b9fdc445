"""What lies beneath the floor of features and is plugged in all the same: they cannot import ``Feature`` themselves."""

from examprep.feature import Feature
from examprep.reminders.jobs import JOBS as REMINDER_JOBS

REMINDERS = Feature("reminders", jobs=REMINDER_JOBS)
