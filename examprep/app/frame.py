"""What lies beneath the floor of features and is plugged in all the same: they cannot import ``Feature`` themselves."""

from examprep.feature import Feature
from examprep.reminders import actions  # noqa: F401 -- brings the table

REMINDERS = Feature("reminders")
