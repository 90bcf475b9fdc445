"""The officer's figures: counts by year, by group, by subject, by training, and how many qualify in the end.

The smallest source that knows the answer is asked: the trend of a region for whoever may see every organisation,
else a tally, and the outcomes themselves when the cut is personal. All three count the same persons.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from operator import add, sub
from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, func, select
from sqlalchemy.orm import Session

from examprep.exams.cuts import Counted, Cut, read, returning
from examprep.exams.models import OutcomeRow, SubjectTallyRow, TallyRow, TrendRow
from examprep.exams.rules.eventual import Started
from examprep.exams.rules.papers import SUBJECTS
from examprep.exams.rules.rates import Counts, SubjectCounts
from examprep.exams.rules.stratified import Arm, Stratum
from examprep.exams.store import region_condition
from examprep.exams.tallies import COUNTRY, COUNTS, regions_above
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import everywhere, within

__all__ = ["Cut", "counts", "counts_by", "eventual", "read", "regions", "strata", "subject_counts"]

Sums = tuple[int, int, int, int]
Keys = Callable[[Counted], Sequence[Any]]


def counts(session: Session, actor: Actor, cut: Cut) -> list[Counts]:
    """By year, within the actor's bounds and the cut; years in which nobody registered are left out."""
    if cut.coarse and everywhere(session, actor, Permission.EXAMS_RATE_SEE):
        return _trend(session, cut)
    found = _counted(session, actor, cut, lambda row: [row.year])
    return [Counts(year, *sums) for (year,), sums in sorted(found.items())]


def _trend(session: Session, cut: Cut) -> list[Counts]:
    row = TrendRow
    query = select(row.year, *(func.sum(getattr(row, name)) for name in COUNTS)).where(
        row.region_code == (cut.region or COUNTRY)
    )
    if cut.level is not None:
        query = query.where(row.level == cut.level)
    found = session.execute(query.group_by(row.year).order_by(row.year))
    return [Counts(year, *(int(count) for count in sums)) for year, *sums in found if sums[0]]


def counts_by(
    session: Session,
    actor: Actor,
    cut: Cut,
    key: Callable[[Counted], Any],
    years: Sequence[int],
    *,
    personal: bool = False,
    joined: Callable[[Counted], tuple[FromClause, ColumnElement[bool]]] | None = None,
) -> dict[Any, list[Counts]]:
    """For each value of ``key`` its counts by year, of some years.

    ``personal`` says that no tally knows the key; ``joined`` gives what it takes to know it, and how to join it.
    """
    by_key: dict[Any, list[Counts]] = defaultdict(list)
    found = _counted(
        session, actor, cut, lambda row: [key(row), row.year], years=years, personal=personal, joined=joined
    )
    for (value, year), sums in sorted(found.items(), key=lambda each: each[0][1]):
        by_key[value].append(Counts(year, *sums))
    return dict(by_key)


def _counted(
    session: Session,
    actor: Actor,
    cut: Cut,
    keys: Keys,
    *,
    years: Sequence[int] | None = None,
    personal: bool = False,
    joined: Callable[[Counted], tuple[FromClause, ColumnElement[bool]]] | None = None,
) -> dict[tuple[Any, ...], Sums]:
    """The four counts by some keys: out of the tally, or of the outcomes when the cut or a key is personal."""
    row: Counted = OutcomeRow if personal or cut.personal else TallyRow
    columns = list(keys(row))
    if row is OutcomeRow:
        conditions = (OutcomeRow.approved, cut.sat(), cut.passed())
        sums = [func.count(), *(func.sum(case((condition, 1), else_=0)) for condition in conditions)]
    else:
        sums = [func.sum(getattr(row, name)) for name in COUNTS]
    query = select(*columns, *sums).where(*bounded(session, actor, cut, row)).group_by(*columns)
    if joined is not None:
        other, on = joined(row)
        query = query.join(other, on)
    if years is not None:
        query = query.where(row.year.in_(years))
    at = len(columns)
    return {tuple(found[:at]): tuple(int(n) for n in found[at:]) for found in session.execute(query)}  # type: ignore[misc]


def bounded(session: Session, actor: Actor, cut: Cut, row: Counted) -> list[ColumnElement[bool]]:
    """The cut within the actor's bounds."""
    conditions = cut.conditions(row)
    if everywhere(session, actor, Permission.EXAMS_RATE_SEE):
        return conditions  # the bound would be true of every row, and dear to ask of millions
    return [within(row.organisation_id, actor, Permission.EXAMS_RATE_SEE), *conditions]


def regions(
    session: Session, actor: Actor, cut: Cut, depth: int, years: Sequence[int] | None = None
) -> dict[tuple[str, str], list[Counts]]:
    """The trend of each region at a depth (1 province, 2 prefecture, 3 county) and level, by (region, level).

    Who registered in a division as such, and not in one of those below it, stands under that division.
    """
    if cut.coarse and everywhere(session, actor, Permission.EXAMS_RATE_SEE):
        found = _own_shares(_trends(session, cut, depth, years), depth)
    else:
        by_region = _counted(session, actor, cut, lambda row: [row.region_code, _level(row), row.year], years=years)
        found = defaultdict(lambda: (0, 0, 0, 0))
        for (region, level, year), sums in by_region.items():
            key = (at_depth(region, depth), level, year)
            found[key] = tuple(map(add, found[key], sums))
    trends: dict[tuple[str, str], list[Counts]] = defaultdict(list)
    for (region, level, year), sums in sorted(found.items()):
        trends[region, level].append(Counts(year, *sums))
    return dict(trends)


def at_depth(region_code: str, depth: int) -> str:
    """The province, prefecture or county of a division of GB/T 2260; a larger division stays what it is."""
    return region_code[: 2 * depth].ljust(6, "0")


def _level(row: Counted) -> Any:
    return row.level  # type: ignore[union-attr]


def _trends(session: Session, cut: Cut, depth: int, years: Sequence[int] | None) -> dict[Any, Sums]:
    """The trend's rows of a depth and those above, the country left out."""
    row = TrendRow
    query = select(row.region_code, row.level, row.year, *(getattr(row, name) for name in COUNTS)).where(
        row.region_code != COUNTRY
    )
    if depth < 3:
        query = query.where(row.region_code.like("%" + "00" * (3 - depth)))
    if cut.region is not None:
        query = query.where(region_condition(row.region_code, cut.region))  # type: ignore[arg-type]
    if cut.level is not None:
        query = query.where(row.level == cut.level)
    if years is not None:
        query = query.where(row.year.in_(years))
    return {(region, level, year): tuple(sums) for region, level, year, *sums in session.execute(query)}


def _own_shares(found: dict[Any, Sums], depth: int) -> dict[Any, Sums]:
    """Of each division above ``depth`` what lies in none below it; those of nobody are left out."""
    own = dict(found)
    for region, level, year in found:
        above = next((code for code in regions_above(region)[1:] if (code, level, year) in own), None)
        if above is not None and depth > 1:
            key = (above, level, year)
            own[key] = tuple(map(sub, own[key], found[region, level, year]))
    return {key: sums for key, sums in own.items() if sums[0]}


def subject_counts(session: Session, actor: Actor, cut: Cut) -> list[SubjectCounts]:
    """By year and subject, in the order of the papers."""
    if not cut.personal:
        row = SubjectTallyRow
        query = select(row.year, row.subject_code, func.sum(row.sat), func.sum(row.passed))
        found = session.execute(
            query.where(*bounded(session, actor, cut, row)).group_by(row.year, row.subject_code)
        ).all()
        return [SubjectCounts(year, subject, int(sat), int(passed)) for year, subject, sat, passed in found]
    return _personal_subjects(session, actor, cut)


def _personal_subjects(session: Session, actor: Actor, cut: Cut) -> list[SubjectCounts]:
    row = OutcomeRow
    bits = [
        func.sum(case((column.bitwise_and(1 << at) != 0, 1), else_=0))
        for at in range(3)
        for column in (row.sat_bits, row.passed_bits)
    ]
    query = select(row.year, row.level, *bits).where(*bounded(session, actor, cut, row)).group_by(row.year, row.level)
    return [
        SubjectCounts(year, subject, int(sums[2 * at]), int(sums[2 * at + 1]))
        for year, level, *sums in session.execute(query)
        for at, subject in enumerate(SUBJECTS[level])
        if cut.subject in (None, subject) and sums[2 * at]
    ]


def strata(session: Session, actor: Actor, cut: Cut, base: str, years: Sequence[int]) -> list[Stratum]:
    """Trained beside untrained within each year, level, manner (first time or returning) and region."""

    def keys(row: Counted) -> Sequence[ColumnElement[Any]]:
        return [row.year, row.level, returning(row), row.region_code, row.trained]  # type: ignore[union-attr,list-item]

    arms: dict[tuple[Any, ...], dict[bool, Arm]] = defaultdict(dict)
    for key, sums in _counted(session, actor, cut, keys, years=years).items():
        counted = Counts(key[0], *sums)
        if counted.sat:
            arms[key[:4]][bool(key[4])] = Arm(counted.passed, getattr(counted, base))
    nobody = Arm(0, 0)
    return [
        Stratum(key, found.get(True, nobody), found.get(False, nobody))
        for key, found in sorted(arms.items(), key=lambda each: tuple(map(str, each[0])))
    ]


def eventual(session: Session, actor: Actor, cut: Cut) -> list[Started]:
    """Of those who first registered in each year (at their level) how many qualified, by years needed."""
    row = OutcomeRow
    needed = row.qualified_in - row.year + 1
    query = (
        select(row.year, needed, func.count())
        .where(*bounded(session, actor, cut, row), row.first_time)
        .group_by(row.year, needed)
    )
    by_year: dict[int, dict[int | None, int]] = defaultdict(dict)
    for year, years_needed, count in session.execute(query):
        by_year[year][years_needed] = count
    return [
        Started(year, sum(found.values()), {n: found[n] for n in sorted(n for n in found if n is not None)})
        for year, found in sorted(by_year.items())
    ]
