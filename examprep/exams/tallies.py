"""Keeping the tallies true: by place and manner of registering, by single subject, and the trend of every region.

A change recounts the cells (year and organisation) in which it happened; the trend takes only the difference.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    case,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from examprep.exams.models import OutcomeRow, SubjectTallyRow, TallyRow, TrendRow
from examprep.exams.rules.papers import SUBJECTS, bit

Cell = tuple[int, int]  # year and organisation: the tallies are recounted by these
COUNTRY = "000000"
COUNTS = ("registered", "approved", "sat", "passed")
MANY = 1_000  # organisations; naming each takes longer than counting the rest of the year too
Placed = type[TallyRow] | type[SubjectTallyRow] | type[OutcomeRow]
Trend = dict[tuple[str, str, int], list[int]]  # by region, level and year: the four counts


def regions_above(region_code: str) -> tuple[str, ...]:
    """A division of GB/T 2260, those it lies in, and the country, each once."""
    return tuple(dict.fromkeys((region_code, region_code[:4] + "00", region_code[:2] + "0000", COUNTRY)))


def recount(session: Session, cells: Iterable[Cell]) -> None:
    """Count the outcomes of each year and organisation anew, in the database."""
    by_year: dict[int, list[int]] = {}
    for year, organisation_id in sorted(set(cells)):
        by_year.setdefault(year, []).append(organisation_id)
    moved: Trend = defaultdict(lambda: [0] * len(COUNTS))
    for year, organisations in by_year.items():
        here = _here(year, organisations)
        _weigh(session, moved, here(TallyRow), -1)
        for row, counting in ((TallyRow, _counting), (SubjectTallyRow, _counting_subjects)):
            session.execute(delete(row).where(*here(row)))
            names = [each.name for each in row.__table__.columns]
            session.execute(insert(row).from_select(names, counting(*here(OutcomeRow))))
        _weigh(session, moved, here(TallyRow), 1)
    _move(session, moved)


def _here(year: int, organisations: Sequence[int]) -> Callable[[Placed], list[ColumnElement[bool]]]:
    """That a row is of the year and of one of the organisations; of so many, the whole year is counted as well."""

    def here(row: Placed) -> list[ColumnElement[bool]]:
        if len(organisations) > MANY:
            return [row.year == year]
        return [row.year == year, row.organisation_id.in_(organisations)]

    return here


def _counting(*here: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The tally as the outcomes have it."""
    row = OutcomeRow
    keys = (row.year, row.organisation_id, row.region_code, row.level, (~row.first_time).label("again"), row.trained)
    counts = (func.sum(case((condition, 1), else_=0)) for condition in (row.approved, row.sat, row.qualified))
    return select(*keys, func.count(), *counts).where(*here).group_by(*keys)


def _counting_subjects(*here: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The tally of single subjects as the outcomes have it: first by which of them were sat and passed together, so
    that the outcomes are read once.
    """
    row = OutcomeRow
    keys = (
        row.year, row.organisation_id, row.region_code, row.level, (~row.first_time).label("again"), row.trained,
        row.sat_bits, row.passed_bits,
    )  # fmt: skip
    together = select(*keys, func.count().label("persons")).where(*here, row.sat_bits != 0).group_by(*keys).subquery()
    found = together.c
    places = [(level, subject, bit(subject)) for level, subjects in SUBJECTS.items() for subject in subjects]
    one = values(column("level", String), column("subject_code", String), column("bit", Integer))
    subject = one.data(places).cte("one").c
    passed = case((found.passed_bits.bitwise_and(subject.bit) != 0, found.persons), else_=0)
    named = (
        found.year, found.organisation_id, found.region_code, subject.subject_code, found.again, found.trained,
    )  # fmt: skip
    return (
        select(*named, func.sum(found.persons), func.sum(passed))
        .where(subject.level == found.level, found.sat_bits.bitwise_and(subject.bit) != 0)
        .group_by(*named)
    )


def _weigh(session: Session, moved: Trend, here: Sequence[ColumnElement[bool]], sign: int) -> None:
    """Add (or take off) what some of the tally has."""
    row = TallyRow
    counts = [func.sum(getattr(row, name)) for name in COUNTS]
    keys = (row.region_code, row.level, row.year)
    found = session.execute(select(*keys, *counts).where(*here).group_by(*keys))
    for region, level, year, *sums in found:
        for above in regions_above(region):
            kept = moved[above, level, year]
            for at, count in enumerate(sums):
                kept[at] += sign * int(count)


def _move(session: Session, moved: Mapping[tuple[str, str, int], list[int]]) -> None:
    """Add the differences to the trend; in one order, so that two who change it at once do not block each other."""
    row = TrendRow
    differences = [
        {"region_code": key[0], "level": key[1], "year": key[2], **dict(zip(COUNTS, counts, strict=True))}
        for key, counts in sorted(moved.items())
        if any(counts)
    ]
    put = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = put(row)
    fresh = {name: getattr(row, name) + statement.excluded[name] for name in COUNTS}
    statement = statement.on_conflict_do_update(index_elements=["region_code", "level", "year"], set_=fresh)
    if differences:
        session.connection().execute(statement, differences)


def tally_differences(session: Session, repair: bool) -> Iterator[str]:
    """What the tally counts otherwise than the outcomes do; for `examprep verify`."""
    yield from _differences(session, repair, TallyRow, _counting(), keys=6)


def subject_differences(session: Session, repair: bool) -> Iterator[str]:
    """The same of the tally of single subjects."""
    yield from _differences(session, repair, SubjectTallyRow, _counting_subjects(), keys=6)


def _differences(
    session: Session,
    repair: bool,
    row: type[TallyRow] | type[SubjectTallyRow],
    counting: Select[*tuple[Any, ...]],
    *,
    keys: int,
) -> Iterator[str]:
    columns = row.__table__.columns
    kept = {tuple(found[:keys]): tuple(found[keys:]) for found in session.execute(select(*columns))}
    right = {tuple(found[:keys]): tuple(int(count) for count in found[keys:]) for found in session.execute(counting)}
    wrong = sorted(key for key in kept.keys() | right.keys() if kept.get(key) != right.get(key))
    for key in wrong:
        yield f"tally {key}: kept {kept.get(key)}, should be {right.get(key)}"
    if repair:
        recount(session, {(key[0], key[1]) for key in wrong})


def trend_differences(session: Session, repair: bool) -> Iterator[str]:
    """What the trend says otherwise than the tally; a row of nobody is the same as none."""
    row = TrendRow
    kept = {tuple(found[:3]): tuple(found[3:]) for found in session.execute(select(*row.__table__.columns))}
    right = {tuple(found[:3]): tuple(int(n) for n in found[3:]) for found in session.execute(_summing())}
    nobody = (0,) * len(COUNTS)
    wrong = sorted(k for k in kept.keys() | right.keys() if kept.get(k, nobody) != right.get(k, nobody))
    for key in wrong:
        yield f"trend {key}: kept {kept.get(key)}, should be {right.get(key)}"
    if repair and wrong:
        session.execute(delete(row))
        session.execute(insert(row).from_select([each.name for each in row.__table__.columns], _summing()))


def _summing() -> Select[*tuple[Any, ...]]:
    """The trend as the tally has it."""
    row = TallyRow
    placed = _placed().subquery()
    keys = (placed.c.place, row.level, row.year)
    sums = (func.sum(getattr(row, name)) for name in COUNTS)
    return select(*keys, *sums).join(placed, placed.c.region_code == row.region_code).group_by(*keys)


def _placed() -> CompoundSelect[*tuple[Any, ...]]:
    """Each region of the tally beside itself and what it lies in, as ``regions_above`` says."""
    code = select(TallyRow.region_code).distinct().subquery().c.region_code
    prefecture, province = func.substr(code, 1, 4).concat("00"), func.substr(code, 1, 2).concat("0000")
    return union_all(
        select(code, code.label("place")),
        select(code, prefecture).where(code != prefecture),
        select(code, province).where(and_(code != province, prefecture != province)),
        select(code, literal(COUNTRY, String)).where(code != COUNTRY),
    )
