"""The shipped syllabus is whole, and loading it again harms nothing."""

from datetime import date

import pytest
from sqlalchemy import func, select, update

from examprep.syllabus import actions
from examprep.syllabus.loading import load_data
from examprep.syllabus.models import ChapterRow, KeyDateRow, PaperPartRow
from tests.conftest import NOW

TODAY = date(2026, 4, 1)
CHAPTERS = {
    ("asw-comprehensive", "2018"): 9,
    ("asw-comprehensive", "2025"): 12,
    ("asw-practice", "2018"): 14,
    ("asw-practice", "2025"): 15,
    ("sw-comprehensive", "2018"): 10,
    ("sw-comprehensive", "2025"): 13,
    ("sw-practice", "2018"): 15,
    ("sw-practice", "2025"): 16,
    ("sw-law-policy", "2018"): 14,
    ("sw-law-policy", "2025"): 14,
    ("ssw-practice", "2018"): 4,
    ("ssw-practice", "2025"): 4,
}


@pytest.fixture
def session(database):
    with database.write() as session:
        load_data(session, TODAY)
        yield session


def test_levels_and_subjects(session):
    assert [level.code for level in actions.levels(session)] == ["ASW", "SW", "SSW"]
    assert {s.code: (s.level, s.minutes, s.objective) for s in actions.subjects(session)} == {
        "asw-comprehensive": ("ASW", 120, True),
        "asw-practice": ("ASW", 120, True),
        "sw-comprehensive": ("SW", 120, True),
        "sw-law-policy": ("SW", 120, True),
        "sw-practice": ("SW", 150, False),
        "ssw-practice": ("SSW", 180, False),
    }
    assert [s.code for s in actions.subjects(session, level="ASW")] == ["asw-comprehensive", "asw-practice"]


def test_every_format_makes_a_hundred_points(session):
    for subject in actions.subjects(session):
        parts = actions.paper_parts(session, subject.code)
        assert sum(part.half_points for part in parts) == 200, subject.code
    objective = actions.paper_parts(session, "sw-law-policy")
    assert [(p.question_type, p.count, p.half_points_each) for p in objective] == [
        ("single-choice", 60, 2),
        ("multiple-choice", 20, 4),
    ]


@pytest.mark.parametrize(("tree", "count"), CHAPTERS.items(), ids=["/".join(tree) for tree in CHAPTERS])
def test_trees_are_numbered_without_gaps_and_end_in_the_two_pseudo_chapters(session, tree, count):
    found = actions.chapters(session, *tree)
    real = [c for c in found if c.kind == "chapter"]
    assert [c.number for c in real] == [f"{n:02d}" for n in range(1, count + 1)]
    assert [(c.kind, c.names["zh"]) for c in found[count:]] == [("supplement", "增补"), ("beyond", "超纲")]
    assert all(c.names["zh"] and c.names["en"] and c.source for c in found)


def test_weights_are_half_points_of_real_papers(session):
    tree = actions.chapters(session, "asw-comprehensive", "2018")
    assert sum(c.weight_low for c in tree) == 2 * 102  # the source counts one two-point question twice
    ranges = actions.chapters(session, "sw-law-policy", "2018")
    listed = [c for c in ranges if c.kind == "chapter"]
    assert (sum(c.weight_low for c in listed), sum(c.weight_high for c in listed)) == (2 * 52, 2 * 69)


def test_what_was_inferred_says_so(session):
    tree = {c.number: c for c in actions.chapters(session, "sw-practice", "2025")}
    assert tree["04"].names["zh"] == "儿童领域社会工作服务"
    assert tree["16"].names["zh"] == "企业领域社会工作服务"
    assert tree["16"].certainty == "L"


@pytest.mark.parametrize(("year", "version"), [(2019, "2018"), (2025, "2018"), (2026, "2025"), (2040, "2025")])
def test_the_version_that_governs_a_year(session, year, version):
    assert actions.version_for(session, year) == version


def test_loading_twice_changes_nothing(session):
    def counts():
        return [session.scalar(select(func.count()).select_from(t)) for t in (ChapterRow, KeyDateRow, PaperPartRow)]

    before = counts()
    load_data(session, TODAY)
    assert counts() == before


def test_loading_follows_our_files_but_never_what_was_edited(session):
    tree = actions.chapters(session, "asw-practice", "2025")
    edited, ours = tree[4].id, tree[5].id
    session.execute(update(ChapterRow).where(ChapterRow.id.in_([edited, ours])).values(names={"zh": "别名", "en": ""}))
    session.execute(update(ChapterRow).where(ChapterRow.id == edited).values(edited_at=NOW))
    load_data(session, TODAY)
    names = {c.id: c.names["zh"] for c in actions.chapters(session, "asw-practice", "2025")}
    assert names[edited] == "别名"
    assert names[ours] == tree[5].names["zh"]
