"""Many rows at once arrive as they were given, on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from examprep.exams.models import TrendRow
from examprep.people.models import OrganisationRow, PersonRow, RegionRow
from examprep.plumbing.bulk import AT_ONCE, FEW, TOGETHER, insert_many, new_ids, update_many, upsert_many
from examprep.register.models import RegistrationLimitsRow

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


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize("count", COUNTS)
def test_every_row_arrives_with_the_constants_in_their_columns(database, count, scattered):
    rows = [(f"{n:06d}", n, n + 1, n + 2, n + 3) for n in range(count)]
    names = ("region_code", "registered", "approved", "sat", "passed")
    with database.write() as session:
        insert_many(session, TrendRow, names, iter(rows), {"level": "SW", "year": 2025}, scattered=scattered)
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


LIMITS = {
    "region_code": "520000", "since": date(2026, 1, 1), "term_months": 36, "renew_from_months": 30,
    "renew_to_months": 36, "accept_by": 10, "review_by": 15, "approve_by": 20, "source": "通知", "certainty": "H",
}  # fmt: skip


def batches(session):
    """What the JSON column holds, read past the session's memory."""
    row = RegistrationLimitsRow
    return dict(session.connection().execute(select(row.id, row.batches).order_by(row.id)).all())


def written_anew(session):
    """Which rows the transaction wrote, by PostgreSQL's own notes; of SQLite's it is not known."""
    words = "SELECT id FROM register_limits WHERE xmin::text = txid_current()::text"
    return set(session.connection().exec_driver_sql(words).scalars())


@pytest.mark.parametrize("count", [pytest.param(1, id="one"), *COUNTS[2:5]])
def test_lists_in_a_column_are_changed_where_they_say_otherwise(database, count):
    ids = range(1001, 1001 + count)
    before = {id_: [["03-01", "名单'"], [str(id_)]] for id_ in ids}
    after = {id_: [["09-01", '"二"']] if id_ % 2 else kept for id_, kept in before.items()}
    with database.write() as session:
        shipped = batches(session)
        insert_many(session, RegistrationLimitsRow, ("id", "batches"), before.items(), LIMITS)
        assert batches(session) == shipped | before
    with database.write() as session:
        update_many(session, RegistrationLimitsRow, ("id", "batches"), after.items())
        assert batches(session) == shipped | after
        if not database.on_sqlite:
            assert written_anew(session) == {id_ for id_ in ids if id_ % 2}


def test_a_column_that_comes_and_goes_is_changed_in_few_rows_and_in_many(database):
    row = RegistrationLimitsRow
    for count in (1, FEW, FEW + 1, TOGETHER, TOGETHER + 1):
        ids = range(5000 + 1000 * count, 5000 + 1001 * count)
        with database.write() as session:
            insert_many(session, row, ("id",), ((id_,) for id_ in ids), {**LIMITS, "batches": []})
        for months, source in ((24, "改"), (None, "再改")):
            with database.write() as session:
                update_many(session, row, ("id", "first_months", "source"), ((id_, months, source) for id_ in ids))
                found = session.execute(select(row.first_months, row.source).where(row.id.in_(ids))).all()
                assert found == [(months, source)] * count


@pytest.mark.parametrize(
    ("count", "makes"),
    [
        pytest.param(1, 0, id="few"),
        pytest.param(FEW, 0, id="still-few"),
        pytest.param(FEW + 1, 1, id="many-on-postgresql"),
    ],
)
def test_few_changes_need_no_table_of_their_own(database, count, makes):
    said = []
    with database.write() as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *sent: said.append(sent[2]))
        update_many(session, RegistrationLimitsRow, ("id", "source"), ((9000 + n, "改") for n in range(count)))
    assert sum("TABLE" in words for words in said) == (0 if database.on_sqlite else 2 * makes)


def test_ids_given_beforehand_are_nobodys_and_stay_so(database):
    with database.write() as session:
        office(session)
        assert not new_ids(session, OrganisationRow, 0)
    for count in (1, 3, TOGETHER + 1):
        with database.write() as session:
            taken = set(session.scalars(select(OrganisationRow.id)))
            ids = new_ids(session, OrganisationRow, count)
            assert (list(ids), len(ids), taken & set(ids)) == (sorted(set(ids)), count, set())
            rows = [(id_, f"社工站{id_}", id_ - 1 if n else None) for n, id_ in enumerate(ids)]
            names = ("id", "name", "parent_id")
            insert_many(session, OrganisationRow, names, rows, {"kind": "station", "region_code": "520500"})
        with database.write() as session:  # what the database numbers itself goes on behind them
            made = OrganisationRow(name=f"后来的{count}", kind="station", region_code="520500")
            session.add(made)
            session.flush()
            assert made.id > ids[-1]
