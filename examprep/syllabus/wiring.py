"""The syllabus as the application takes it."""

from examprep.feature import Feature
from examprep.syllabus import models  # noqa: F401 -- the tables must be known even before the pages are
from examprep.syllabus.loading import load_data

FEATURE = Feature("syllabus", load_data=load_data)
