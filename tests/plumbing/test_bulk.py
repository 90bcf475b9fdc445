"""Many rows at once arrive as they were given, on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from examprep.exams.models import TrendRow
from examprep.people.models import OrganisationRow, PersonRow, RegionRow
from examprep.plumbing.bulk import AT_ONCE, TOGETHER, insert_many, update_many, upsert_many

NAMES = ("region_code", "level", "year", "registered", "approved", "sat", "passed")
COUNTS = (
    pytest.param(0, id="none"),
    pytest.param(1, id="one"),
    pytest.param(TOGETHER - 1, id="too-few-for-one-statement"),
    pytest.param(TOGETHER, id="one-statement"),
    pytest.param(2 * TOGETHER + 1, id="statements-and-a-rest"),
    pytest.param(AT_ONCE + TOGETHER + 1, id="more-than-a-part"),
)


def office(session):
    session.add(RegionRow(code="520500", name="毕节市", parent_code=None, level=2))
    session.flush()
    made = OrganisationRow(name="社会工作部", kind="bureau", region_code="520500")
    session.add(made)
    session.flush()
    return made.id


def trend(database):
    with database.read() as session:
        return sorted(tuple(found) for found in session.execute(select(*(getattr(TrendRow, name) for name in NAMES))))


@pytest.mark.parametrize("count", COUNTS)
def test_every_row_arrives_with_the_constants_in_their_columns(database, count):
    rows = [(f"{n:06d}", n, n + 1, n + 2, n + 3) for n in range(count)]
    names = ("region_code", "registered", "approved", "sat", "passed")
    with database.write() as session:
        insert_many(session, TrendRow, names, iter(rows), {"level": "SW", "year": 2025})
    assert trend(database) == [(region, "SW", 2025, *counts) for region, *counts in rows]


def test_what_the_driver_does_not_know_is_put_for_it(database):
    now = datetime(2026, 11, 27, 3, 4, 5, 678, tzinfo=UTC)
    with database.write() as session:
        place = office(session)
        days = [date(1990, 1, 1 + n % 28) if n % 3 else None for n in range(TOGETHER + 2)]
        constants = {"organisation_id": place, "language": "zh", "in_post": True, "created_at": now}
        rows = [(f"考生'{n}", day) for n, day in enumerate(days)]
        insert_many(session, PersonRow, ("name", "born_on"), rows, constants)
    with database.read() as session:
        found = session.execute(
            select(PersonRow.name, PersonRow.born_on, PersonRow.created_at, PersonRow.in_post).order_by(PersonRow.id)
        )
        assert [tuple(each) for each in found] == [(name, day, now, True) for name, day in rows]


def test_a_key_that_is_there_is_refused(database):
    row = ("520000", "SW", 2025, 1, 1, 1, 1)
    with pytest.raises(IntegrityError), database.write() as session:
        insert_many(session, TrendRow, NAMES, [row] * (TOGETHER + 1))
    assert trend(database) == []


def rows(passed, numbers=range(TOGETHER + 3)):
    return [(f"{n:06d}", "SW", 2025, 9, 7, 5, passed(n)) for n in numbers]


def test_what_says_otherwise_is_written_over(database):
    with database.write() as session:
        insert_many(session, TrendRow, NAMES, rows(lambda n: n)[1:])
    with database.write() as session:
        upsert_many(session, TrendRow, NAMES, rows(lambda n: 2 * n))
    assert trend(database) == rows(lambda n: 2 * n)


def test_an_update_changes_its_columns_and_makes_no_row(database):
    kept = rows(lambda n: n, range(1, TOGETHER + 3))
    with database.write() as session:
        insert_many(session, TrendRow, NAMES, kept)
    with database.write() as session:
        sent = [(f"{n:06d}", "SW", year, 3 * n) for n in range(TOGETHER + 2) for year in (2024, 2025)]
        update_many(session, TrendRow, ("region_code", "level", "year", "passed"), sent)
    assert trend(database) == [*rows(lambda n: 3 * n, range(1, TOGETHER + 2)), kept[-1]]


def test_unknown_and_known_are_told_apart(database):
    """A value that comes or goes is a difference: NULL is not equal to itself."""
    now = datetime(2026, 11, 27, tzinfo=UTC)
    with database.write() as session:
        place = office(session)
        names = ("id", "name", "organisation_id", "sex", "language", "in_post", "created_at")
        for sex in ("female", None, "male"):
            upsert_many(session, PersonRow, names, [(1001, "考生", place, sex, "zh", True, now)])
            assert session.connection().scalar(select(PersonRow.sex)) == sex
        for sex in ("female", None, "male"):
            update_many(session, PersonRow, ("id", "sex"), [(1001, sex)])
            assert session.connection().scalar(select(PersonRow.sex)) == sex
