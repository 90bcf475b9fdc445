"""Importing results: the log is only added to, codes are no scores, undoing is a further line."""

from functools import partial
from itertools import product

import pytest
from sqlalchemy import select

from examprep.exams.mark_log import Prepared
from examprep.exams.models import MarkRow, OutcomeRow, TallyRow
from examprep.exams.rules.cycle import ABSENT, VIOLATION, VOID
from examprep.exams.rules.papers import LEVEL_OF
from examprep.imports import matching
from examprep.kernel.errors import RuleViolation
from examprep.people import bulk
from examprep.plumbing.unreadable import UnreadableFile
from tests.exams.files import RESULT, upload
from tests.factories import resident_id


def number(order):
    return resident_id(order).number


def outcome(office, order, year=2025):
    with office.runtime.database.read() as session:
        return session.execute(
            select(OutcomeRow.sat, OutcomeRow.qualified, OutcomeRow.validity).where(
                OutcomeRow.person_id == office.person_id(order), OutcomeRow.year == year
            )
        ).one()


def log(office, order):
    with office.runtime.database.read() as session:
        query = select(MarkRow.subject_code, MarkRow.half_points, MarkRow.code).where(
            MarkRow.person_id == office.person_id(order)
        )
        return [tuple(found) for found in session.execute(query.order_by(MarkRow.id))]


def tally(office, year=2025):
    with office.runtime.database.read() as session:
        row = TallyRow
        query = select(row.registered, row.approved, row.sat, row.passed).where(row.year == year)
        return [tuple(found) for found in session.execute(query)]


def test_marks_make_outcomes_and_the_tally(office):
    office.register(201, 202, 203, 204, approved="待审核")
    office.mark({201: (60, "", 60), 202: (53, "", 59.5), 203: (-1, "", -1), 204: (52.5, "", 90)})
    assert tuple(outcome(office, 201)) == (True, True, "national")
    assert tuple(outcome(office, 202)) == (True, True, "local")  # Weining has its own line: 53
    assert tuple(outcome(office, 203)) == (False, False, None)
    assert tuple(outcome(office, 204)) == (True, False, None)
    assert tally(office) == [(4, 3, 3, 2)]


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        pytest.param((100.25, "", 60), "综合能力", "above 100", id="100.25"),
        pytest.param((101, "", 60), "综合能力", "above 100", id="101"),
        pytest.param((60, "", 59.25), "实务", "half a point", id="quarter"),
        pytest.param((-3, "", 60), "综合能力", "not a known code", id="minus-3"),
        pytest.param(("nan", "", 60), "综合能力", "not a mark", id="nan"),
        pytest.param((60, 60, 60), "法规与政策", "no subject of Assistant", id="subject-of-another-level"),
        pytest.param(("", "", ""), "姓名", "no mark", id="empty"),
    ],
)
def test_each_wrong_cell_is_named(office, cells, column, says):
    office.register(201)
    ((row, at, sentence),) = office.problems(office.results, upload(RESULT, [("考生201", number(201), *cells)]))
    assert (row, at) == (2, column)
    assert says in sentence


def test_who_is_unknown_or_not_registered_is_a_problem(office):
    office.register(201, year=2024)
    rows = [("考生201", number(201), 60, "", 60), ("考生999", number(999), 60, "", 60)]
    first, second = office.problems(office.results, upload(RESULT, rows))
    assert (first[0], first[1]) == (2, "证件号码")
    assert "not registered for 2025" in first[2]
    assert "Nobody on file" in second[2]


def test_one_row_per_subject(office):
    office.register(201)
    heads = ("姓名", "身份证号", "级别", "科目", "成绩")
    rows = [("考生201", number(201), "初级", "综合能力", 70), ("考生201", number(201), "助理社工师", "实务", -1)]
    office.bring(office.results, upload(heads, rows))
    assert log(office, 201) == [("asw-comprehensive", 140, "scored"), ("asw-practice", None, "absent")]


def test_a_subject_twice_or_another_level_in_the_file(office):
    office.register(201)
    heads = ("姓名", "身份证号", "级别", "科目", "成绩")
    rows = [("考生201", number(201), level, "实务", 70) for level in ("初级", "初级", "中级")]
    twice, other = office.problems(office.results, upload(heads, rows))
    assert "row 2" in twice[2]
    assert (other[1], "registration of 2025" in other[2]) == ("级别", True)


def test_two_columns_of_one_subject_must_agree(office):
    office.register(201, 202)
    heads = ("姓名", "身份证号", "综合能力", "社会工作综合能力", "实务")
    rows = [("考生201", number(201), 70, 70, 60), ("考生202", number(202), 70, 71, 60)]
    ((row, at, sentence),) = office.problems(office.results, upload(heads, rows))
    assert (row, at) == (3, "社会工作综合能力")
    assert "another mark" in sentence


def test_what_stands_twice_is_told(office):
    office.register(201)
    heads = ("姓名", "证件号码（旧）", "考生姓名", "身份证号", *RESULT[2:])
    rows = [("考生201", "", "考生202", number(201), 60, "", 60)]
    told = [str(note) for note in office.plan(office.results, upload(heads, rows)).notes]
    assert told == [
        f"Columns that stand for the same: {read} is read, {other} is not. To have another one read, delete the first."
        for read, other in (("A “姓名”", "C “考生姓名”"), ("D “身份证号”", "B “证件号码（旧）”"))
    ]


def test_no_results_before_the_exam_and_no_subjects_no_file(office):
    with pytest.raises(RuleViolation, match="has not been held"):
        office.plan(office.results, upload(RESULT, [], 2026))
    with pytest.raises(UnreadableFile, match="no subject"):
        office.plan(office.results, upload(("姓名", "身份证号", "备注"), [("甲", number(201), "")]))


def test_a_correction_is_a_further_line_and_undoing_restores_what_held(office):
    office.register(201)
    first = office.mark({201: (59, "", 70)})
    second = office.mark({201: (60, "", 70)})
    assert log(office, 201)[-1] == ("asw-comprehensive", 120, "scored")
    assert len(log(office, 201)) == 3  # the practice mark was the same, so it was not written again
    assert outcome(office, 201).validity == "national"
    with pytest.raises(RuleViolation, match="corrected 1"):
        office.undo(office.results, first)
    office.undo(office.results, second)
    assert log(office, 201)[-1] == ("asw-comprehensive", 118, "scored")
    assert outcome(office, 201).validity == "local"
    office.undo(office.results, first)
    assert {code for _, _, code in log(office, 201)[-2:]} == {"withdrawn"}
    assert tuple(outcome(office, 201)) == (False, False, None)
    assert tally(office) == [(1, 1, 0, 0)]


def test_passes_of_two_years_make_one_qualification(office):
    office.register(201, level="中级", year=2024)
    office.mark({201: (60, 60, 40)}, year=2024)
    office.register(201, level="中级", year=2025)
    office.mark({201: ("", "", 60)}, year=2025)
    assert not outcome(office, 201, 2024).qualified
    assert outcome(office, 201, 2025).qualified


def test_an_earlier_year_that_comes_late_changes_the_later_one(office):
    office.register(201, level="中级", year=2025)
    office.mark({201: ("", "", 60)}, year=2025)
    assert not outcome(office, 201, 2025).qualified
    office.register(201, level="中级", year=2024)
    office.mark({201: (60, 60, -1)}, year=2024)
    assert outcome(office, 201, 2025).qualified


@pytest.mark.parametrize("size", [1, 2, 4, 5000])
def test_a_file_says_the_same_in_parts_of_any_size(office, monkeypatch, size):
    """Subjects of one person may stand in several parts, and what stands twice is found however far apart."""
    office.register(201, 202)
    monkeypatch.setattr(matching, "chunks", partial(bulk.chunks, size=size))
    heads = ("姓名", "身份证号", "级别", "科目", "成绩")
    marks = [(201, "实务", 70), (202, "实务", 80), (999, "实务", 60), (201, "综合能力", -1), (202, "实务", 81)]
    plan = office.plan(office.results, upload(heads, [(f"考生{n}", number(n), "初级", *rest) for n, *rest in marks]))
    assert [line.state for line in plan.lines] == ["matched", "matched", "refused", "matched", "refused"]
    assert "row 3" in str(plan.lines[-1].said[0])
    person, other = office.person_id(201), office.person_id(202)
    assert list(plan.prepared.lines()) == [
        (person, "asw-practice", "scored", 140),
        (other, "asw-practice", "scored", 160),
        (person, "asw-comprehensive", "absent", None),
    ]


def test_every_code_comes_back_from_the_columns():
    prepared, marks = (
        Prepared(2025),
        [("scored", 0), ("scored", 200), *((code, None) for code in (ABSENT, VIOLATION, VOID))],
    )
    for person_id, (subject, mark) in enumerate(product(LEVEL_OF, marks), 2**31):
        prepared.add(person_id, {subject: mark})
    assert [(subject, (code, points)) for _, subject, code, points in prepared.lines()] == list(
        product(LEVEL_OF, marks)
    )
    assert (prepared.unscored, next(prepared.lines())[0]) == (3 * len(LEVEL_OF), 2**31)
