"""Every subject that is plugged in. To add one: its package, and a line here."""

from examprep.exams.wiring import FEATURE as EXAMS
from examprep.feature import Feature

FEATURES: tuple[Feature, ...] = (EXAMS,)
