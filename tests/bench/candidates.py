"""A country of candidates written by the database itself: registrations, marks and what follows from them.

``fill`` writes ``a_year`` candidates for each of some exam years. Three in ten come back the year after; everybody
belongs to one of some fifteen thousand units below the bureaus of every county. Marks are hashes of person and year,
so two runs write the same. Outcomes are made here by one statement over the marks; the tallies by the product.
"""

import time
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.orm import Session

from examprep.app.schema import load_data
from examprep.exams.models import OutcomeRow, PassLineRow, SittingRow
from examprep.exams.rules.papers import LEVEL_OF, SUBJECTS, bit
from examprep.exams.tallies import recount
from examprep.people.models import OrganisationRow, OrganisationTreeRow, RegionRow
from examprep.people.tree import rebuilt
from examprep.plumbing.db import Base, Database

TODAY = datetime(2026, 11, 27, tzinfo=UTC)
YEARS = tuple(range(2016, 2026))
UNITS_A_COUNTY = 4
NEW = 0.7  # of a year's candidates, so many have not registered before
LINE = 120  # half-points, everywhere: what is measured is counting, not reading lines


def fill(database: Database, a_year: int, *, say: bool = True) -> None:
    """Write everything, the indexes last, and count it by the product's own code."""
    started = time.perf_counter()

    def told(what: str) -> None:
        if say:
            print(f"  {time.perf_counter() - started:6.1f} s  {what}", flush=True)

    with database.write() as session:
        load_data(session, TODAY.date())
        _lines(session)
        units = _organisations(session)
    told(f"{units[1] - units[0] + 1:,} units in every county's bureau")
    indexes = [i for t in Base.metadata.sorted_tables if t.name in TABLES for i in t.indexes if i.name]
    with database.write() as session:
        connection = session.connection()
        unchecked(connection)
        for index in indexes:
            index.drop(connection)
        for what in ("person", "registrations", "marks"):
            _write(connection, what, a_year, units)
            told(what)
    with database.write() as session:
        for index in indexes:
            index.create(session.connection())
        told("indexes")
    with database.write() as session:
        unchecked(session.connection())
        session.execute(text(OUTCOMES))
        told("outcomes")
    with database.write() as session:
        places = session.execute(select(OutcomeRow.year, OutcomeRow.organisation_id).distinct()).all()
        recount(session, [(year, place) for year, place in places])
    told(f"tallies of {len(places):,} cells, by the product")
    _settle(database)
    told("settled")


TABLES = ("person", "exam_registration", "exam_mark", "exam_outcome")


def unchecked(connection: Connection) -> None:
    """The rows are right by construction; asking the parents of each would take longer than writing it."""
    postgres = connection.dialect.name == "postgresql"
    connection.execute(
        text("SET LOCAL session_replication_role = replica" if postgres else "PRAGMA defer_foreign_keys=ON")
    )


def _settle(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.on_sqlite else "VACUUM ANALYZE"))


def _lines(session: Session) -> None:
    session.execute(delete(PassLineRow))
    known = set(session.scalars(select(SittingRow.year)))
    for year in set(YEARS) - known:
        session.add(SittingRow(year=year, certainty="M"))
    session.execute(update(SittingRow).values(first_day_on=None))
    lines = [
        {"year": year, "level": level, "half_points": LINE, "source": "bench", "certainty": "H"}
        for year in YEARS
        for level in SUBJECTS
    ]
    session.execute(insert(PassLineRow), lines)


def _organisations(session: Session) -> tuple[int, int]:
    """A bureau for the country and for every division, units below the counties'; the first and last unit's id."""
    ids: dict[str | None, int] = {None: 1}
    rows = [{"id": 1, "parent_id": None, "name": "中央", "kind": "bureau", "region_code": "110000"}]
    row = RegionRow
    counties = []
    for code, parent, level in session.execute(
        select(row.code, row.parent_code, row.level).order_by(row.level, row.code)
    ):
        ids[code] = len(rows) + 1
        rows.append({"id": ids[code], "parent_id": ids[parent], "name": code, "kind": "bureau", "region_code": code})
        if level == 3:
            counties.append(code)
    first = len(rows) + 1
    kinds = ("community", "agency", "station", "street")
    for number in range(UNITS_A_COUNTY):
        for code in counties:
            name, kind = f"{code} {number}", kinds[number]
            rows.append({"id": len(rows) + 1, "parent_id": ids[code], "name": name, "kind": kind, "region_code": code})
    session.execute(insert(OrganisationRow), rows)
    session.execute(delete(OrganisationTreeRow))
    pairs = [{"ancestor_id": a, "descendant_id": d, "depth": n} for (a, d), n in rebuilt(session).items()]
    session.execute(insert(OrganisationTreeRow), pairs)
    return first, len(rows)


def _hash(of: str, salt: int, many: int) -> str:
    """A number below ``many`` that follows from ``of`` alone, on either database."""
    mixed = f"(CAST({of} AS BIGINT) * 48271 + {salt * 7919}) % 2147483647"
    return f"((({mixed}) * ({mixed})) % 2147483629 % {many})"


def _counting(connection: Connection, last: int) -> str:
    """The numbers from 1 as ``n``."""
    if connection.dialect.name == "postgresql":
        return f"SELECT n FROM generate_series(1, {last}) AS series(n)"
    more = f"SELECT n + 1 FROM counted WHERE n < {last}"
    return f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL {more}) SELECT n FROM counted"


def _write(connection: Connection, what: str, a_year: int, units: tuple[int, int]) -> None:
    {"person": _persons, "registrations": _registrations, "marks": _marks}[what](connection, a_year, units)


def _persons(connection: Connection, a_year: int, units: tuple[int, int]) -> None:
    many = int(a_year * NEW) * (len(YEARS) - 1) + a_year
    now = "TIMESTAMPTZ '2016-01-01'" if connection.dialect.name == "postgresql" else "'2016-01-01 00:00:00.000000'"
    connection.execute(
        text(
            "INSERT INTO person (id, name, organisation_id, language, in_post, created_at)"
            f" SELECT n, '考生', {_unit(units)}, 'zh', true, {now} FROM ({_counting(connection, many)}) AS numbers"
        )
    )


def _unit(units: tuple[int, int]) -> str:
    return f"{units[0]} + {_hash('n', 1, units[1] - units[0] + 1)}"


def _registrations(connection: Connection, a_year: int, units: tuple[int, int]) -> None:
    now = "TIMESTAMPTZ '2026-01-01'" if connection.dialect.name == "postgresql" else "'2026-01-01 00:00:00.000000'"
    levels = f"CASE WHEN {_hash('n', 2, 100)} < 70 THEN 'ASW' WHEN {_hash('n', 2, 100)} < 97 THEN 'SW' ELSE 'SSW' END"
    school = _hash("n", 5, 5)
    schools = f"CASE {school} WHEN 0 THEN 'secondary' WHEN 1 THEN 'college' WHEN 2 THEN 'college' ELSE 'bachelor' END"
    for order, year in enumerate(YEARS):
        connection.execute(
            text(
                "INSERT INTO exam_registration (person_id, year, level, organisation_id, region_code, approved, sex,"
                " age, education, recorded_at)"
                f" SELECT n, {year}, {levels}, o.id, o.region_code, {_hash(f'n + {year}', 3, 100)} < 96,"
                f" CASE WHEN {_hash('n', 4, 100)} < 72 THEN 'female' ELSE 'male' END,"
                f" 22 + {_hash('n', 6, 33)} + {order} / 4, {schools}, {now}"
                f" FROM (SELECT n + {int(a_year * NEW) * order} AS n FROM ({_counting(connection, a_year)}) AS numbers)"
                f" AS candidates JOIN organisation o ON o.id = {_unit(units)}"
            )
        )
    one_in_three = f"{_hash('person_id + year', 7, 10)} < 3"
    connection.execute(
        text(f"INSERT INTO exam_trained SELECT person_id, year FROM exam_registration WHERE {one_in_three}")
    )


def _marks(connection: Connection, _a_year: int, _units: tuple[int, int]) -> None:
    now = "TIMESTAMPTZ '2026-01-01'" if connection.dialect.name == "postgresql" else "'2026-01-01 00:00:00.000000'"
    for order, (subject, level) in enumerate(LEVEL_OF.items()):
        score = f"40 + {_hash('person_id + year', 20 + order, 80)} + {_hash('person_id', 30, 41)}"
        absent = f"{_hash('person_id + year', 8, 100)} < 14"
        connection.execute(
            text(
                "INSERT INTO exam_mark (person_id, year, subject_code, half_points, code, undoing, recorded_at)"
                f" SELECT person_id, year, '{subject}', CASE WHEN {absent} THEN NULL ELSE {score} END,"
                f" CASE WHEN {absent} THEN 'absent' ELSE 'scored' END, false, {now}"
                f" FROM exam_registration WHERE level = '{level}' AND ended_by IS NULL"
                f" AND (approved OR {_hash('person_id', 9, 10)} = 0)"
            )
        )


_BITS = " ".join(f"WHEN '{subject}' THEN {bit(subject)}" for subject in LEVEL_OF)
_FULL = " ".join(f"WHEN '{level}' THEN {(1 << len(subjects)) - 1}" for level, subjects in SUBJECTS.items())
# What the marks make of every registration, by the rules that the product judges by, in plain SQL: of the lines of a
# subject the last holds; an intermediate subject counts in its year and the next, and who had them all the year
# before does not qualify again.
JUDGED = f"""
WITH last AS (
  SELECT person_id, year, subject_code, half_points, code,
         ROW_NUMBER() OVER (PARTITION BY person_id, year, subject_code ORDER BY id DESC) AS newest
  FROM exam_mark
), marked AS (
  SELECT r.person_id, r.year, r.level, r.organisation_id, r.region_code, r.approved, r.sex, r.age, r.education,
         COALESCE(SUM(CASE WHEN m.code <> 'absent' THEN CASE m.subject_code {_BITS} END ELSE 0 END), 0) AS sat_bits,
         COALESCE(SUM(CASE WHEN m.half_points >= l.half_points THEN CASE m.subject_code {_BITS} END ELSE 0 END), 0)
           AS passed_bits
  FROM exam_registration r
  LEFT JOIN last m ON m.person_id = r.person_id AND m.year = r.year AND m.newest = 1 AND m.code <> 'withdrawn'
  LEFT JOIN exam_pass_line l ON l.year = r.year AND l.level = r.level AND l.region_code IS NULL
  WHERE r.ended_by IS NULL
  GROUP BY r.person_id, r.year, r.level, r.organisation_id, r.region_code, r.approved, r.sex, r.age, r.education
), placed AS (
  SELECT marked.*, CASE level {_FULL} END AS wanted,
         CASE WHEN level = 'SW' AND LAG(year) OVER own = year - 1 THEN LAG(passed_bits) OVER own ELSE 0 END AS before,
         CASE WHEN level = 'SW' AND LAG(year) OVER own = year - 1 AND LAG(year, 2) OVER own = year - 2
              THEN LAG(passed_bits, 2) OVER own ELSE 0 END AS earlier,
         ROW_NUMBER() OVER own = 1 AS first_time
  FROM marked WINDOW own AS (PARTITION BY person_id, level ORDER BY year)
), judged AS (
  SELECT placed.*, sat_bits > 0 AS sat,
         (passed_bits | before) = wanted AND (level <> 'SW' OR (before | earlier) <> wanted) AS qualified
  FROM placed
)"""
FIGURES = f"""{JUDGED}
SELECT region_code, level, year, COUNT(*), SUM(CASE WHEN approved OR sat THEN 1 ELSE 0 END),
       SUM(CASE WHEN sat THEN 1 ELSE 0 END), SUM(CASE WHEN qualified THEN 1 ELSE 0 END)
FROM judged GROUP BY region_code, level, year"""
OUTCOMES = f"""
INSERT INTO exam_outcome (person_id, year, level, organisation_id, region_code, approved, sat, qualified, pending,
  first_time, trained, sat_bits, passed_bits, age, qualified_in, validity, sex, education)
{JUDGED}
SELECT j.person_id, j.year, j.level, organisation_id, region_code, approved OR sat, sat, qualified, false, first_time,
       t.person_id IS NOT NULL, sat_bits, passed_bits, age,
       MIN(CASE WHEN qualified THEN j.year END) OVER (PARTITION BY j.person_id, j.level),
       CASE WHEN qualified THEN 'national' END, sex, education
FROM judged j LEFT JOIN exam_trained t ON t.person_id = j.person_id AND t.year = j.year"""
