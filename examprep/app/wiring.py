"""Every subject that is plugged in. To add one: its package, and a line here."""

from examprep.feature import Feature
from examprep.training.wiring import FEATURE as TRAINING

FEATURES: tuple[Feature, ...] = (TRAINING,)
