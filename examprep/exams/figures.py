"""The officer's figures: pass rates by year out of the tally, and the persons behind any of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, cast, false, select
from sqlalchemy.orm import Session

from examprep.exams import store
from examprep.exams.models import OutcomeChangeRow, OutcomeRow, PassLineRow, RegistrationRow, TallyRow
from examprep.exams.rules.lines import CERTAINTIES
from examprep.exams.rules.papers import SUBJECT_NAMES
from examprep.exams.rules.rates import Counts
from examprep.kernel.errors import NotFound
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import in_subtree, within
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow, RegionRow
from examprep.people.rules.resident_id import ResidentId
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.vault import Vault
from examprep.syllabus.rules.levels import LEVEL_NAMES, LEVELS

FIGURES = ("registered", "approved", "sat", "passed")
FILTERS = ("region", "level", "organisation", "trained", "returning")


@dataclass(frozen=True)
class Cut:
    """Which part of the registrations is looked at; ``None`` is all of it."""

    region: str | None = None
    level: str | None = None
    organisation: int | None = None
    trained: bool | None = None
    returning: bool | None = None

    @classmethod
    def of(cls, filters: dict[str, str]) -> "Cut":
        """From a query string; a value that means nothing is left out, so that an old bookmark still opens."""
        region, level, organisation = (filters.get(name, "") for name in ("region", "level", "organisation"))
        yes = {"yes": True, "no": False}
        return cls(
            region if len(region) == 6 and region.isdecimal() else None,
            level if level in LEVELS else None,
            int(organisation) if organisation.isdecimal() and len(organisation) < 10 else None,
            yes.get(filters.get("trained", "")),
            yes.get(filters.get("returning", "")),
        )

    def conditions(self, row: type[TallyRow] | type[RegistrationRow]) -> list[ColumnElement[bool]]:
        """The cut as conditions on the tally or on the registrations: both then count the same persons."""
        found: list[ColumnElement[bool]] = []
        if self.region is not None:
            found.append(store.region_condition(row.region_code, self.region))  # type: ignore[arg-type]
        if self.level is not None:
            found.append(row.level == self.level)
        if self.organisation is not None:
            found.append(in_subtree(row.organisation_id, self.organisation))
        if self.trained is not None:
            found.append(row.trained.is_(self.trained))
        if self.returning is not None:
            found.append(row.again.is_(self.returning))
        return found


@dataclass(frozen=True)
class Choices:
    """What the filters offer: (value, label, depth)."""

    regions: Sequence[tuple[str, str, int]]
    organisations: Sequence[tuple[int, str, int]]


def counts(session: Session, actor: Actor, cut: Cut) -> list[Counts]:
    """The tally by year within the actor's bounds and the cut; one statement."""
    bound = within(TallyRow.organisation_id, actor, Permission.EXAMS_RATE_SEE)
    return store.counts_by_year(session, [bound, *cut.conditions(TallyRow)])


def choices(session: Session, actor: Actor, cut: Cut) -> Choices:
    """Regions that occur, with those they lie in; the tree around the chosen organisation. Four statements."""
    bound = within(TallyRow.organisation_id, actor, Permission.EXAMS_RATE_SEE)
    codes = set(session.scalars(select(TallyRow.region_code).where(bound).distinct()))
    codes |= {code[:4] + "00" for code in codes} | {code[:2] + "0000" for code in codes}
    regions = session.execute(
        select(RegionRow.code, RegionRow.name, RegionRow.level)
        .where(RegionRow.code.in_(codes))
        .order_by(RegionRow.code)
    )
    return Choices(list(regions), _organisations(session, actor, cut.organisation))


def _organisations(session: Session, actor: Actor, chosen: int | None) -> list[tuple[int, str, int]]:
    """The actor's own organisations, the way down to the chosen one, and what is directly below it."""
    row, tree = OrganisationRow, OrganisationTreeRow
    roots = actor.roots(Permission.EXAMS_RATE_SEE)
    inside = within(row.id, actor, Permission.EXAMS_RATE_SEE)
    way: set[int] = set(roots)
    if chosen is not None:
        above = (
            select(tree.ancestor_id).join(row, row.id == tree.ancestor_id).where(tree.descendant_id == chosen, inside)
        )
        way |= set(session.scalars(above))
    around = row.id.in_(way) | (row.parent_id == chosen if chosen is not None else row.parent_id.in_(roots))
    found = session.execute(select(row.id, row.parent_id, row.name).where(inside, around).order_by(row.name)).all()
    below: dict[int | None, list[tuple[int, str]]] = {}
    ids = {organisation.id for organisation in found}
    for found_id, parent_id, name in found:
        below.setdefault(parent_id if parent_id in ids else None, []).append((found_id, name))
    return list(_in_order(below, None, 0))


def _in_order(
    below: dict[int | None, list[tuple[int, str]]], parent: int | None, depth: int
) -> list[tuple[int, str, int]]:
    found = []
    for found_id, name in below.get(parent, []):
        found.append((found_id, name, depth))
        found += _in_order(below, found_id, depth + 1)
    return found


def persons(session: Session, vault: Vault, actor: Actor, cut: Cut, year: int | None, figure: str, ask: Ask) -> Page:
    """The persons a figure counts, ID numbers masked; a link only to those the actor may open."""
    row, outcome, person = RegistrationRow, OutcomeRow, PersonRow
    query = (
        store.registered_with_outcomes()
        .join(person, person.id == row.person_id)
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .with_only_columns(
            row.id,
            row.person_id,
            person.name.label("name"),
            person.id_number_sealed.label("sealed"),
            OrganisationRow.name.label("organisation"),
            row.year,
            row.level,
            store.approved().label("approved"),
            outcome.sat,
            outcome.qualified,
            outcome.validity,
            outcome.pending,
            row.again,
            row.trained,
            within(person.organisation_id, actor, Permission.EXAMS_RATE_SEE).label("mine"),
        )
        .where(within(row.organisation_id, actor, Permission.EXAMS_RATE_SEE), *cut.conditions(row))
    )
    if year is not None:
        query = query.where(row.year == year)
    if figure in FIGURES[1:]:
        query = query.where({"approved": store.approved(), "sat": outcome.sat, "passed": outcome.qualified}[figure])
    sortable = {"name": person.name, "organisation": OrganisationRow.name, "year": row.year, "level": row.level}
    page = fetch(
        session,
        query,
        ask,
        sortable=sortable,
        searchable=[person.name, OrganisationRow.name],
        default=[row.year.desc(), person.name, row.id],
    )
    return Page([_shown(vault, found) for found in page.rows], page.total, page.ask)


def _shown(vault: Vault, found: object) -> dict[str, object]:
    values = dict(found)  # type: ignore[call-overload]
    sealed = values.pop("sealed")
    return {
        **values,
        "id_number": ResidentId(vault.open(sealed)).masked if sealed else None,
        "level": LEVEL_NAMES[values["level"]],
        "year": str(values["year"]),
        "result": result_word(values),
        "approved": "yes" if values["approved"] else "no",
        "again": "yes" if values["again"] else "no",
        "trained": "yes" if values["trained"] else "no",
    }


def result_word(values: dict[str, object]) -> str:
    """The one word for an outcome, as the badges know it."""
    if values["qualified"]:
        return f"passed-{values['validity']}"
    if not values["sat"]:
        return "not-sat"
    return "line-unknown" if values["pending"] else "not-passed"


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
