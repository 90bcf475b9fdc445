"""Every subject that is plugged in. To add one: its package, and a line here."""

from examprep.bank.wiring import FEATURE as BANK
from examprep.feature import Feature
from examprep.practice.wiring import FEATURE as PRACTICE
from examprep.syllabus.wiring import FEATURE as SYLLABUS

FEATURES: tuple[Feature, ...] = (SYLLABUS, BANK, PRACTICE)
