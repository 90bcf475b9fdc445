"""Community workers (社区工作者): how many there are, who of them registered for the exam of a year, who is certified.

They are filed at the communities of the organisation tree. DOMAIN.md 6 holds them apart from social workers.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from examprep.bureau import stating
from examprep.bureau.rules.statements import COMMUNITY_WORKERS, Stated, in_force
from examprep.exams import counting, figures
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import organisation_seen
from examprep.people.models import OrganisationRow, OrganisationTreeRow, PersonRow
from examprep.register import actions as register

KIND = "community"  # of the organisations at which they are filed
SEE = Permission.BUREAU_HOME_SEE
TREE, ORGANISATION = OrganisationTreeRow, OrganisationRow
MOST = 500  # units in one table


@dataclass(frozen=True)
class Workers:
    """Those of one unit and all below it.

    ``counted`` are in post now, and ``certified`` those of them who hold a certificate on the day. ``registered`` are
    persons with a registration of the exam year, by the place of that registration, once at each level.
    """

    unit: int
    name: str
    counted: int
    stated: Stated | None
    certified: int
    registered: int

    @property
    def base(self) -> int:
        """As many as are counted, or as the bureau states where that is more."""
        return max(self.counted, (self.stated.value or 0) if self.stated else 0)

    @property
    def registered_percent(self) -> float | None:
        """报考率. Over 100 where more registered than there are now."""
        return 100 * self.registered / self.base if self.base else None

    @property
    def certified_percent(self) -> float | None:
        """持证率."""
        return 100 * self.certified / self.base if self.base else None


def workers(session: Session, actor: Actor, unit: int, year: int, day: date) -> list[Workers]:
    """Of the unit itself, then of those directly below it.

    Raises:
        NotFound: the unit lies outside the actor's bounds.
    """
    own = organisation_seen(session, actor, SEE, unit)
    below = session.execute(
        select(ORGANISATION.id, ORGANISATION.name)
        .where(ORGANISATION.parent_id == unit, or_(ORGANISATION.closed_on.is_(None), ORGANISATION.closed_on > day))
        .order_by(ORGANISATION.region_code, ORGANISATION.id)
        .limit(MOST)
    ).all()
    names = {own.id: own.name, **dict(below)}
    stated = in_force(stating.statements(session, list(names)), day)
    counted = _counted(session, list(names), day)
    registered: dict[int, int] = {}
    for (_, each, _), fates in counting.below(session, list(names), [year], kind=KIND).items():
        registered[each] = registered.get(each, 0) + fates.registered
    found = []
    for each, name in names.items():
        in_post, certified = counted.get(each, (0, 0))
        about = (in_post, stated.get((each, COMMUNITY_WORKERS)), certified, registered.get(each, 0))
        found.append(Workers(each, name, *about))
    return found


def _counted(session: Session, units: list[int], day: date) -> dict[int, tuple[int, int]]:
    """By unit: community workers in post, and those of them who hold a certificate on the day."""
    held = register.holder_levels(day).subquery()
    rows = session.execute(
        select(TREE.ancestor_id, func.count(PersonRow.id), func.count(held.c.person_id))
        .join(ORGANISATION, ORGANISATION.id == TREE.descendant_id)
        .join(PersonRow, PersonRow.organisation_id == ORGANISATION.id)
        .outerjoin(held, held.c.person_id == PersonRow.id)
        .where(TREE.ancestor_id.in_(units), ORGANISATION.kind == KIND, PersonRow.in_post.is_(True))
        .group_by(TREE.ancestor_id)
    )
    return {unit: (counted, certified) for unit, counted, certified in rows}


def years(session: Session, actor: Actor, unit: int, today: date) -> list[int]:
    """The exam years in which community workers of the unit registered, the latest first; else the present one."""
    found = figures.counts(session, actor, figures.Cut(organisation=unit, kind=KIND))
    return sorted({counts.year for counts in found}, reverse=True) or [today.year]
