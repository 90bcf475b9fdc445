"""The bank as the application takes it."""

from examprep.bank import models  # noqa: F401 -- the tables must be known even before the pages are
from examprep.feature import Feature

FEATURE = Feature("bank")
