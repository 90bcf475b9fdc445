"""What other subjects ask of exams, and the shipped data."""

from datetime import date

from sqlalchemy import func, select

from examprep.exams.actions import load_data, outcomes_of, passers
from examprep.exams.models import ExtensionRow, PassLineRow
from examprep.exams.recompute import recompute


def test_shipped_data_is_loaded_once(office):
    def count(session):
        return session.scalar(select(func.count()).select_from(PassLineRow))

    with office.runtime.database.write() as session:
        before = count(session)
        load_data(session, date(2026, 4, 1))
        assert count(session) == before > 100


def test_a_line_that_ships_later_changes_outcomes(office):
    from sqlalchemy import delete

    with office.runtime.database.write() as session:
        session.execute(delete(PassLineRow).where(PassLineRow.region_code == "520526", PassLineRow.year == 2025))
    office.register(201)
    office.mark({201: (53, "", 53)})
    with office.runtime.database.write() as session:
        assert passers(session, year=2025) == []
        load_data(session, date(2026, 4, 1))
        ((passer),) = passers(session, year=2025)
    assert (passer.person_id, passer.level, passer.validity) == (office.person_id(201), "ASW", "local")


def test_passers_by_organisation(office, world):
    office.register(201, unit="ann 社工机构")
    office.register(202)
    office.mark({201: (60, "", 60), 202: (60, "", 60)})
    with office.runtime.database.read() as session:
        assert len(passers(session, year=2025)) == 2
        found = passers(session, year=2025, organisation_ids=[world.organisations["ann_agency"]])
        assert [passer.person_id for passer in found] == [office.person_id(201)]
        assert passers(session, year=2024) == []


def test_a_prolonged_year_counts_in_its_region_only(office):
    for order, region in ((201, "520526"), (202, "520502")):
        from tests.exams.files import REGISTRATION, upload
        from tests.factories import resident_id

        for year in (2020, 2022):
            row = (f"考生{order}", resident_id(order).number, "中级", "", "通过", region)
            office.bring(office.registrations, upload((*REGISTRATION, "区划代码"), [row], year))
    office.mark({201: (60, 60, 0), 202: (60, 60, 0)}, year=2020)
    office.mark({201: ("", "", 60), 202: ("", "", 60)}, year=2022)
    with office.runtime.database.write() as session:
        assert passers(session, year=2022) == []
        session.add(ExtensionRow(exam_year=2020, region_code="520526", years=1, source="公告"))
        changes = recompute(session, [office.person_id(201), office.person_id(202)])
        assert [(change.person_id, change.after) for change in changes] == [(office.person_id(201), "national")]


def test_history_has_the_latest_year_first_and_says_why(office):
    office.register(201, level="中级", year=2024)
    office.register(201, level="中级", year=2025)
    office.mark({201: (60, 60, 40)}, year=2024)
    with office.runtime.database.read() as session:
        now, before = outcomes_of(session, office.person_id(201))
    assert (now.year, before.year) == (2025, 2024)
    assert str(now.explanation).startswith("There are no results of 2025 yet. Counting from before: ")
    assert "In 2025 these passes still count: Comprehensive ability (intermediate), Law and policy" in str(
        before.explanation
    )
    assert [read.met for read in before.marks] == ["national", "national", None]
