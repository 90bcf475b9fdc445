"""A syllabus, two counties, and drafts to write."""

from datetime import date

import pytest

from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.syllabus import actions as syllabus
from examprep.syllabus.loading import load_data


@pytest.fixture
def tree(database, world):
    """The shipped syllabus is loaded; gives the ids of 法规与政策's chapters of 2025 by number."""
    with database.write() as session:
        load_data(session, date(2026, 4, 1))
    with database.read() as session:
        return {c.number: c.id for c in syllabus.chapters(session, "sw-law-policy", "2025")}


@pytest.fixture
def draft(tree):
    """``draft("stem", chapters=["03"])`` is a multiple-choice question with the key AB."""

    def make(stem="哪些属于社会救助？", *, chapters=("03",), kind="multiple-choice", correct=(0, 1), **more):
        content = Choices(("甲", "乙", "丙", "丁", "戊"), frozenset(correct))
        return Draft(kind, stem, content, chapter_ids=frozenset(tree[n] for n in chapters), **more)

    return make
