"""Importing registrations: what is refused and why, what is written, and undoing."""

import io
from functools import partial

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from examprep.exams.models import OutcomeRow, RegistrationRow, TallyRow, TrainedRow
from examprep.imports import matching
from examprep.imports.importer import Upload
from examprep.kernel.errors import RuleViolation
from examprep.people import bulk
from examprep.people.actions import add_person
from examprep.people.models import PersonRow
from examprep.plumbing.bulk import TOGETHER
from examprep.plumbing.unreadable import UnreadableFile
from tests.exams.files import NOW, REGISTRATION, csv_file, upload
from tests.factories import resident_id

GOOD = resident_id(201).number


def row(name="考生201", number=GOOD, level="初级", unit="", approved="通过"):
    return (name, number, level, unit, approved)


def bad_digit(number):
    return number[:-1] + ("0" if number[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        pytest.param(row(number=bad_digit(GOOD)), "身份证号", "check digit", id="checksum"),
        pytest.param(row(number="1.52E+17"), "身份证号", "Excel has turned", id="spoilt-text"),
        pytest.param(row(number="123"), "身份证号", "17 digits", id="short"),
        pytest.param(row(number=""), "身份证号", "number is missing", id="no-number"),
        pytest.param(row(name=""), "姓名", "name is missing", id="no-name"),
        pytest.param(row(level="特级"), "级别", "is not a level", id="level"),
        pytest.param(row(approved="也许"), "审核状态", "no state of approval", id="approval"),
    ],
)
def test_each_wrong_cell_is_named(office, line, column, says):
    ((number, at, sentence),) = office.problems(
        office.registrations, upload(REGISTRATION, [row(number=resident_id(7, born="19880101").number), line])
    )
    assert (number, at) == (3, column)
    assert says in sentence


def test_a_number_that_excel_made_a_float_is_refused(office):
    ((_, _, sentence),) = office.problems(
        office.registrations, upload(REGISTRATION, [row(number=float(GOOD[:17] + "0"))])
    )
    assert "Excel has turned" in sentence


def lines(office, *rows, heads=REGISTRATION, importer=None):
    plan = office.plan(importer or office.registrations, upload(heads, rows))
    return [(line.number, line.state, line.effect, " ".join(map(str, line.said))) for line in plan.lines]


def test_a_person_twice_in_the_file_names_the_first_row(office):
    assert [each[:3] for each in lines(office, row(), row())] == [(2, "created", "new"), (3, "refused", None)]
    _, (number, state, _, said) = lines(office, row(), row(level="中级"))
    assert (number, state) == (3, "doubtful")
    assert "Row 2 registers the same person for Assistant social worker" in said


def test_one_row_for_each_subject_is_one_registration(office):
    heads = (*REGISTRATION, "报考科目")
    rows = [(*row(level="中级"), subject) for subject in ("综合能力", "实务", "实务")]
    plan = office.plan(office.registrations, upload(heads, rows))
    assert [line.state for line in plan.lines] == ["created", "created", "created"]
    (entry,) = plan.prepared.entries
    assert entry.facts.subjects == ("sw-comprehensive", "sw-practice")


SUBJECT = (*REGISTRATION, "报考科目")
LAW, PRACTICE, ALL = "法规与政策", "实务", "综合能力、法规与政策、实务"


def of_subjects(*subjects, **more):
    return [(*row(level="中级", **more), subject) for subject in subjects]


@pytest.mark.parametrize(
    ("before", "later", "ends", "counts"),
    [
        pytest.param([LAW, PRACTICE], [LAW, PRACTICE], ["same", "same"], (0, 0, 1), id="the-same"),
        pytest.param([LAW, PRACTICE], [PRACTICE, LAW], ["same", "same"], (0, 0, 1), id="in-another-order"),
        pytest.param([LAW, PRACTICE], [LAW + "、" + PRACTICE], ["same"], (0, 0, 1), id="in-one-row"),
        pytest.param([ALL], ["综合能力", LAW, PRACTICE], ["same"] * 3, (0, 0, 1), id="all-of-them-one-by-one"),
        pytest.param([ALL], [""], ["same"], (0, 0, 1), id="all-of-them-unnamed"),
        pytest.param([LAW], [LAW, PRACTICE], ["changed", "changed"], (0, 1, 0), id="one-more"),
        pytest.param([LAW, PRACTICE], [LAW], ["changed"], (0, 1, 0), id="one-less"),
        pytest.param([], [LAW, PRACTICE], ["new", "new"], (1, 0, 0), id="new"),
    ],
)
def test_subjects_in_rows_of_their_own_are_compared_together(office, before, later, ends, counts):
    if before:
        office.bring(office.registrations, upload(SUBJECT, of_subjects(*before)))
    plan = office.plan(office.registrations, upload(SUBJECT, of_subjects(*later)))
    assert [line.effect for line in plan.lines] == ends
    assert tuple(count for _, count in plan.counts[:3]) == counts
    said = [" ".join(map(str, line.said)) for line in plan.lines]
    assert [bool(each) for each in said] == [ends[0] == "changed", *[False] * (len(ends) - 1)]
    assert len(plan.prepared.entries) == len(plan.prepared.ended) + counts[0] == counts[0] + counts[1]


@pytest.mark.parametrize("size", [1, 2, 5000])
def test_a_file_says_the_same_in_parts_of_any_size(office, monkeypatch, size):
    office.register(203)
    monkeypatch.setattr(matching, "chunks", partial(bulk.chunks, size=size))
    heads = (*REGISTRATION, "报考科目")
    rows = [
        (*row(level="中级"), "综合能力"),
        (*row("考生202", resident_id(202).number), ""),
        (*row("考生203", resident_id(203).number, unit="ann 社工机构"), ""),
        (*row(level="中级"), "实务"),
        (*row("考生202", resident_id(202).number), ""),
    ]
    said = lines(office, *rows, heads=heads)
    assert [each[1:3] for each in said] == [
        ("created", "new"), ("created", "new"), ("matched", "changed"), ("created", "new"), ("refused", None),
    ]  # fmt: skip
    assert "ann 社工机构" in said[2][3]
    assert "row 3" in said[4][3]


def test_a_day_in_the_future(office):
    file = upload((*REGISTRATION, "报名日期"), [(*row(), "2026-04-02")])
    ((_, column, sentence),) = office.problems(office.registrations, file)
    assert column == "报名日期"
    assert "future" in sentence


def test_a_head_that_is_missing_is_said_with_what_was_found(office):
    with pytest.raises(UnreadableFile, match="级别"):
        office.plan(office.registrations, upload(("姓名", "身份证号", "备注"), [("甲", GOOD, "")]))


def test_a_row_of_another_year(office):
    file = upload((*REGISTRATION, "年度"), [(*row(), "2024")])
    ((_, column, sentence),) = office.problems(office.registrations, file)
    assert column == "年度"
    assert "2025 was chosen" in sentence


@pytest.mark.parametrize("year", ["", "1999", "x"])
def test_the_year_must_be_chosen(office, year):
    with pytest.raises(RuleViolation, match="Choose the exam year"):
        office.plan(office.registrations, upload(REGISTRATION, [row()], year))


def test_known_people_are_matched_and_new_ones_filed(office, world):
    known = resident_id(1).number  # ann_administrator
    rows = [
        ("ann_administrator", known, "中级", "", "通过"),
        row(unit="ann 社工机构"),
        row("考生202", resident_id(202).number),
    ]
    batch_id = office.bring(office.registrations, upload(REGISTRATION, rows))
    with office.runtime.database.read() as session:
        found = {
            name: (place, level)
            for name, place, level in session.execute(
                select(PersonRow.name, RegistrationRow.organisation_id, RegistrationRow.level).join(
                    PersonRow, PersonRow.id == RegistrationRow.person_id
                )
            )
        }
        fresh = session.scalars(select(PersonRow.name).where(PersonRow.batch_id == batch_id)).all()
    county, agency = world.organisations["ann_county"], world.organisations["ann_agency"]
    assert found == {"ann_administrator": (county, "SW"), "考生201": (agency, "ASW"), "考生202": (county, "ASW")}
    assert sorted(fresh) == ["考生201", "考生202"]


def test_a_name_that_does_not_agree_waits_for_an_officer(office):
    plan = office.plan(office.registrations, upload(REGISTRATION, [row("别人", resident_id(1).number)]))
    (line,) = plan.lines
    assert (line.state, plan.problems, len(plan.prepared.entries)) == ("doubtful", [], 0)
    assert "that of ann_administrator, but the row says 别人" in str(line.said[0])


def test_somebody_of_another_county_is_refused_without_saying_whose(office):
    number = next(n for n in range(11, 15) if n)
    ((_, _, sentence),) = office.problems(
        office.registrations, upload(REGISTRATION, [row("whoever", resident_id(number).number)])
    )
    assert "another bureau" in sentence
    assert "bob" not in sentence


def test_unknown_units_are_filed_and_said(office):
    plan = office.plan(office.registrations, upload(REGISTRATION, [row(unit="哪里都没有的单位")]))
    assert not plan.problems
    assert "1 rows name a unit" in str(plan.notes[0])


def test_without_a_column_of_approval_nobody_counts_as_approved(office):
    file = upload(REGISTRATION[:3], [row()[:3]])
    assert "not as approved" in str(office.plan(office.registrations, file).notes[0])
    office.bring(office.registrations, file)
    assert office_counts(office) == [(1, 0)]


def educations(office):
    """What the current registrations and the outcomes say."""
    with office.runtime.database.read() as session:
        registered = select(RegistrationRow.education).where(RegistrationRow.ended_by.is_(None))
        return session.scalars(registered).all(), session.scalars(select(OutcomeRow.education)).all()


def test_education_is_kept_with_the_registration_until_a_file_says_another(office):
    heads = (*REGISTRATION, "学历")
    office.bring(office.registrations, upload(heads, [(*row(approved="待审核"), "大学专科")]))
    assert educations(office) == (["college"], ["college"])
    ((_, _, effect, _),) = lines(office, row(approved="待审核"))
    assert effect == "same"  # a file without the column takes nothing back
    approvals = upload(("姓名", "身份证号", "审核状态"), [("考生201", GOOD, "通过")])
    batch_id = office.bring(office.approvals, approvals)
    assert educations(office) == (["college"], ["college"])
    ((_, _, _, said),) = lines(office, (*row(), "本科"), heads=heads)
    assert said == "Education: Three-year college → Bachelor"
    office.undo(office.approvals, batch_id)
    assert educations(office) == (["college"], ["college"])


def test_an_education_that_is_not_known_is_left_and_said(office):
    file = upload((*REGISTRATION, "学历"), [(*row(), "初中"), (*row("考生202", resident_id(202).number), "")])
    assert "1 rows name an education" in str(office.plan(office.registrations, file).notes[0])
    office.bring(office.registrations, file)
    assert educations(office) == ([None, None], [None, None])


def test_without_the_column_a_registration_keeps_what_the_person_has(office, world):
    with office.runtime.database.write() as session:
        session.get_one(PersonRow, world.people["ann_administrator"]).education = "master"
    office.bring(office.registrations, upload(REGISTRATION, [row("ann_administrator", resident_id(1).number)]))
    assert educations(office) == (["master"], ["master"])


def office_counts(office):
    with office.runtime.database.read() as session:
        return [tuple(found) for found in session.execute(select(TallyRow.registered, TallyRow.approved))]


def test_gb18030_and_aliases(office):
    content = csv_file(("序号", "考生姓名", "证件号码", "报考级别"), [("1", "考生201", GOOD, "助理社工师")], "gb18030")
    plan = office.plan(office.registrations, Upload("x.csv", content, {"year": "2025"}))
    assert not plan.problems
    assert next(iter(plan.prepared.entries)).level == "ASW"


def test_a_second_sheet_with_rows_is_named(office):
    book, buffer = Workbook(), io.BytesIO()
    for sheet in (book.active, book.create_sheet("第二批")):
        sheet.append(REGISTRATION)
        sheet.append(row())
    book.save(buffer)
    plan = office.plan(office.registrations, Upload("x.xlsx", buffer.getvalue(), {"year": "2025"}))
    assert "第二批" in " ".join(map(str, plan.notes))


def test_one_wrong_row_and_nothing_is_written(office):
    with pytest.raises(RuleViolation, match="nothing was imported"):
        office.bring(office.registrations, upload(REGISTRATION, [row(), row("x", "123")]))
    with office.runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RegistrationRow)) == 0


def test_the_same_file_again_changes_nothing_and_a_correction_only_what_differs(office):
    office.register(201, 202, approved="待审核")
    again = office.plan(office.registrations, upload(REGISTRATION, [row(approved="待审核")]))
    assert dict(again.counts)["Unchanged registrations"] == 1
    correction = office.bring(office.registrations, upload(REGISTRATION, [row()]))
    assert office_counts(office) == [(2, 1)]
    office.undo(office.registrations, correction)
    assert office_counts(office) == [(2, 0)]


def test_undo_refuses_what_was_built_upon(office):
    first = office.register(201, approved="待审核")
    office.register(201)
    with pytest.raises(RuleViolation, match="A later file corrected 1"):
        office.undo(office.registrations, first)


def test_undo_refuses_while_there_are_results(office):
    batch_id = office.register(201)
    results = office.mark({201: (60, "", 60)})
    with pytest.raises(RuleViolation, match="results of that year"):
        office.undo(office.registrations, batch_id)
    office.undo(office.results, results)
    office.undo(office.registrations, batch_id)
    assert office_counts(office) == []


def test_two_levels_in_one_year_wait_for_an_officer(office):
    office.register(201)
    ((_, state, _, said),) = lines(office, row(level="中级"))
    assert state == "doubtful"
    assert "registered for Assistant social worker in the same year" in said


def test_a_second_registration_of_the_level_is_returning_whichever_came_first(office):
    office.register(201, year=2025)
    office.register(201, year=2024)
    with office.runtime.database.read() as session:
        found = dict(session.execute(select(OutcomeRow.year, ~OutcomeRow.first_time)).all())
    assert found == {2024: False, 2025: True}


def test_one_file_registers_who_returns_who_is_trained_and_who_is_new(office):
    office.register(201, year=2024)
    office.mark({201: (60, "", 55)}, year=2024)
    office.undo(office.registrations, office.register(202, year=2024))
    runtime, who = office.runtime, {"name": "考生203", "organisation_id": office.world.organisations["ann_agency"]}
    with runtime.database.write() as session:
        trained = add_person(session, runtime.vault, id_number=resident_id(203), now=NOW, **who)
        session.add(TrainedRow(person_id=trained.id, year=2025))
    office.register(204)
    office.register(201, 202, 203, 204, 205, approved="未通过")
    with office.runtime.database.read() as session:
        row, year = OutcomeRow, OutcomeRow.year == 2025
        found = session.execute(
            select(row.first_time, row.trained, row.approved, row.sat).where(year).order_by(row.person_id)
        )
        assert found.all() == [
            (False, False, False, False),  # registered the year before
            (True, False, False, False),  # registered then by mistake
            (True, True, False, False),  # trained
            *[(True, False, False, False)] * 2,
        ]


def test_the_number_of_statements_does_not_grow_with_the_rows(office, heard):
    with heard() as few:
        office.register(*range(201, 202 + TOGETHER))
    with heard() as many:
        office.register(*range(500, 500 + 2 * TOGETHER))
    assert 0 < len(many) <= len(few) + 2


def test_the_number_of_statements_does_not_grow_with_the_corrections(office, heard):
    office.register(*range(301, 601))

    def corrections(orders):
        rows = [row(f"考生{n}", resident_id(n).number, unit="ann 社工机构") for n in orders]
        with heard() as sent:
            office.plan(office.registrations, upload(REGISTRATION, rows))
        return len(sent)

    assert corrections(range(301, 601)) <= corrections(range(301, 304)) + 2
