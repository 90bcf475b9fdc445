"""What stands around a cut's figures: its places by name, who passed at which level, and what changed between years."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import FromClause, case, select
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.cuts import Cut
from examprep.exams.figures import counts_by
from examprep.exams.rules.rates import Counts
from examprep.exams.rules.turning import Turn, turns
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import tops, within
from examprep.people.models import OrganisationRow, OrganisationTreeRow, RegionRow
from examprep.plumbing.i18n import in_language
from examprep.syllabus import actions as syllabus
from examprep.syllabus.rules.levels import LEVELS


@dataclass(frozen=True)
class Places:
    """What a year's sum is of: ``named`` have registrations of the year, ``without`` have none, and ``differing`` have
    some of the year or of the year before, and not of both. Names together, in the order of regions.
    """

    named: str
    without: str = ""
    differing: str = ""


def places_of(session: Session, actor: Actor, cut: Cut, year: int) -> Places:
    """What the cut's places are called: the chosen region or organisation, else those whose figures the actor sees, all
    of them; a bureau by its region.
    """
    if cut.region is not None and cut.organisation is None:
        return Places(session.scalar(select(RegionRow.name).where(RegionRow.code == cut.region)) or cut.region)
    row = OrganisationRow
    rows = session.execute(
        select(row.id, case((row.kind == "bureau", RegionRow.name), else_=row.name))
        .select_from(row)
        .join(RegionRow, RegionRow.code == row.region_code)
        .where(row.id.in_(_tops(session, actor, cut)), within(row.id, actor, Permission.EXAMS_RATE_SEE))
        .order_by(row.region_code, row.id)
    )
    names: dict[int, str] = dict(rows.all())
    if len(set(names.values())) == 1:
        return Places(*names.values())
    there: dict[int, set[str]] = {year: set(), year - 1: set()}
    for top, counts in _by_top(session, actor, list(names), (year, year - 1)).items():
        for found in counts:
            there[found.year].add(names[top])
    now, before = there[year], there[year - 1]

    def together(some: Collection[str]) -> str:
        return "、".join(name for name in dict.fromkeys(names.values()) if name in some)

    return Places(together(now), together(set(names.values()) - now), together(now ^ before if before else ()))


def _by_top(session: Session, actor: Actor, tops: Sequence[int], years: Sequence[int]) -> dict[int, list[Counts]]:
    """What is on file of each of some organisations with all below it, of whomever; what has nobody is left out."""
    tree: FromClause = OrganisationTreeRow.__table__
    return counts_by(
        session,
        actor,
        Cut(),
        lambda _: tree.c.ancestor_id,
        years,
        joined=lambda row: (tree, (tree.c.descendant_id == row.organisation_id) & tree.c.ancestor_id.in_(tops)),
    )


def _tops(session: Session, actor: Actor, cut: Cut) -> list[int]:
    """The chosen organisation, else the actor's."""
    return [cut.organisation] if cut.organisation is not None else tops(session, actor, Permission.EXAMS_RATE_SEE)


def passed_by_level(session: Session, actor: Actor, cut: Cut, year: int) -> dict[str, int] | None:
    """How many passed at each level; ``None`` where the cut is of one level or one subject."""
    if cut.level or cut.subject:
        return None
    found = counts_by(session, actor, cut, lambda row: row.level, (year,))  # type: ignore[union-attr]
    return {level: sum(counts.passed for counts in years) for level, years in found.items()}


def turns_of(session: Session, actor: Actor, cut: Cut, years: Sequence[int]) -> list[Turn]:
    """New syllabuses and pass lines of the years shown, where the cut looks or the actor's organisations lie."""
    if not years:
        return []
    if cut.region is not None:
        regions = {cut.region}
    else:
        row = OrganisationRow
        regions = set(session.scalars(select(row.region_code).where(row.id.in_(_tops(session, actor, cut)))))
    names = {version.first_exam_year: in_language(version.names) for version in syllabus.versions(session)}
    levels = [cut.level] if cut.level else list(LEVELS)
    return turns(years, store.pass_lines(session), levels, sorted(regions), names)


def region_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """The names of some divisions by code."""
    row = RegionRow
    return dict(session.execute(select(row.code, row.name).where(row.code.in_(codes))).all())
