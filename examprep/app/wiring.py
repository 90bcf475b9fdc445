"""Every subject that is plugged in. To add one: its package, and a line here."""

from examprep.app.frame import PEOPLE, REMINDERS
from examprep.feature import Feature

FEATURES: tuple[Feature, ...] = (PEOPLE, REMINDERS)
