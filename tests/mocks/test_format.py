"""The official format of every subject, as papers are drawn to it. Source: 国人部发〔2006〕71号; DOMAIN.md 1.1."""

import pytest

from examprep.bank import actions as bank
from examprep.bank.types.choices import Choices
from examprep.bank.types.written import Part, Point, Written
from examprep.bank.values import Draft
from examprep.mocks import papers
from examprep.syllabus import actions as syllabus
from tests.mocks.conftest import SYLLABUS

OBJECTIVE = {"single-choice": (60, 2), "multiple-choice": (20, 4)}


@pytest.mark.parametrize(
    ("subject", "minutes", "half_points", "parts"),
    [
        pytest.param("asw-comprehensive", 120, 200, OBJECTIVE, id="初级综合能力"),
        pytest.param("asw-practice", 120, 200, OBJECTIVE, id="初级实务"),
        pytest.param("sw-comprehensive", 120, 200, OBJECTIVE, id="中级综合能力"),
        pytest.param("sw-law-policy", 120, 200, OBJECTIVE, id="法规与政策"),
        pytest.param("sw-practice", 150, 200, {"case-analysis": (4, 40), "programme-design": (1, 40)}, id="中级实务"),
        pytest.param("ssw-practice", 180, 200, {"case-analysis": (3, 50), "essay": (1, 50)}, id="高级实务"),
    ],
)
def test_a_full_bank_gives_the_official_paper(database, world, clock, tree, subject, minutes, half_points, parts):
    _fill(database, world, clock, subject, {name: (count + 1, each) for name, (count, each) in parts.items()})
    with database.read() as session:
        shown = papers.preview(session, subject, None, seed=5, today=clock.today())
    assert (shown.minutes, shown.whole, shown.drawn.half_points, shown.drawn.full) == (
        minutes,
        half_points,
        half_points,
        True,
    )
    found = {}
    for each in shown.drawn.questions:
        count, _ = found.get(each.type, (0, 0))
        found[each.type] = (count + 1, each.half_points)
    assert found == parts
    assert list(found) == list(parts), "the parts come in the order of the paper"
    assert len({each.question_id for each in shown.drawn.questions}) == sum(count for count, _ in parts.values())


def test_no_subject_is_left_out(database, tree):
    with database.read() as session:
        assert {each.code for each in syllabus.subjects(session)} == {
            "asw-comprehensive",
            "asw-practice",
            "sw-comprehensive",
            "sw-law-policy",
            "sw-practice",
            "ssw-practice",
        }


def _fill(database, world, clock, subject, parts):
    with database.write() as session:
        chapters = [each.id for each in syllabus.chapters(session, subject, SYLLABUS)]
        drafts = [
            Draft(
                kind,
                f"{kind} {number}",
                _content(kind, half_points),
                explanation="解析",
                source="原创",
                chapter_ids=frozenset({chapters[number % len(chapters)]}),
            )
            for kind, (count, half_points) in parts.items()
            for number in range(count)
        ]
        trainer = world.actor(session, "ann_trainer")
        bank.insert_many(session, trainer, drafts, subject_code=subject, state="published", now=clock.now())


def _content(kind, half_points):
    if kind == "single-choice":
        return Choices(("甲", "乙", "丙", "丁"), frozenset({1}))
    if kind == "multiple-choice":
        return Choices(("甲", "乙", "丙", "丁", "戊"), frozenset({0, 1}))
    return Written((Part("一", (Point("要点一", half_points - 10), Point("要点二", 10))),))
