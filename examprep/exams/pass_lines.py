"""Pass lines as the pages list them, and whose outcome one changed."""

from dataclasses import dataclass

from sqlalchemy import String, cast, false, select
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import OutcomeChangeRow, PassLineRow
from examprep.exams.rules.lines import CERTAINTIES, standard
from examprep.exams.rules.papers import SUBJECT_NAMES
from examprep.kernel.errors import NotFound
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow, RegionRow
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.syllabus.rules.levels import LEVEL_NAMES


def lines(session: Session, ask: Ask) -> Page:
    """Every pass line, national and regional, with what it is told by; open to whoever may see rates."""
    row = PassLineRow
    query = select(
        row.id, row.year, row.level, row.subject_code, row.region_code, RegionRow.name.label("region"), row.half_points,
        row.source, row.published_on, row.certainty, row.added_at,
    ).outerjoin(RegionRow, RegionRow.code == row.region_code)  # fmt: skip
    if year := ask.filters.get("year"):
        query = query.where(cast(row.year, String) == year)
    page = fetch(
        session,
        query,
        ask,
        sortable={"year": row.year, "level": row.level, "region": row.region_code, "half_points": row.half_points},
        searchable=[RegionRow.name, row.region_code, row.source],
        default=[row.year.desc(), row.id.desc()],
    )
    return Page([_line(dict(found)) for found in page.rows], page.total, page.ask)


def _line(values: dict[str, object]) -> dict[str, object]:
    subject = values["subject_code"]
    return {
        **values,
        "year": str(values["year"]),
        "level": LEVEL_NAMES[str(values["level"])],
        "subject": SUBJECT_NAMES[str(subject)] if subject else None,
        "region": values["region"] or values["region_code"],
        "certainty": CERTAINTIES[str(values["certainty"])],
    }


def line(session: Session, line_id: int) -> dict[str, object]:
    """One pass line.

    Raises:
        NotFound: ``exams.line``.
    """
    row = PassLineRow
    found = session.execute(
        select(
            row.id, row.year, row.level, row.subject_code, row.region_code, RegionRow.name.label("region"),
            row.half_points, row.source, row.published_on, row.certainty, row.added_at,
        ).outerjoin(RegionRow, RegionRow.code == row.region_code).where(row.id == line_id)
    ).mappings().one_or_none()  # fmt: skip
    if found is None:
        raise NotFound("exams.line", "There is no such pass line.")
    return _line(dict(found))


def changed_by(session: Session, actor: Actor, line_id: int, ask: Ask) -> Page:
    """Whose outcome a line changed when it was added, within the actor's bounds."""
    row = OutcomeChangeRow
    mine = within(PersonRow.organisation_id, actor, Permission.EXAMS_RATE_SEE)
    query = (
        select(row.id, row.person_id, PersonRow.name, row.year, row.level, row.before, row.after)
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(row.line_id == line_id, mine if actor.may(Permission.EXAMS_RATE_SEE) else false())
    )
    page = fetch(
        session,
        query,
        ask,
        sortable={"name": PersonRow.name},
        searchable=[PersonRow.name],
        default=[PersonRow.name, row.id],
    )
    shown = [
        {
            **found,
            "year": str(found["year"]),
            "level": LEVEL_NAMES[found["level"]],
            "before": _CHANGED[found["before"]],
            "after": _CHANGED[found["after"]],
        }
        for found in page.rows
    ]
    return Page(shown, page.total, page.ask)


_CHANGED = {"none": "not-passed", "local": "passed-local", "national": "passed-national"}


def years(session: Session) -> list[int]:
    """Every exam year, the latest first."""
    return store.sitting_years(session)


@dataclass(frozen=True)
class Latest:
    """The last known lines of a subject, in half-points, with their exam years; regional ones of one region."""

    national: int | None
    national_year: int | None
    regional: int | None
    regional_year: int | None


def latest(session: Session, *, level: str, subject_code: str, region_code: str) -> Latest:
    """What would have passed last: the national line, and the region's own where there is one."""
    known = store.pass_lines(session)
    national = regional = None
    for year in sorted({each.year for each in known if each.level == level}, reverse=True):
        found = standard(known, year=year, level=level, subject_code=subject_code, region_code=region_code)
        national = national or (found.national is not None and (found.national, year)) or None
        regional = regional or (found.regional is not None and (found.regional, year)) or None
    return Latest(*(national or (None, None)), *(regional or (None, None)))
