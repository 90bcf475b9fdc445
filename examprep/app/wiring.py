"""Every subject that is plugged in. To add one: its package, and a line here."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from examprep.feature import Derived, Feature, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.people.regions import load_regions
from examprep.people.store import tree_differences


def _regions(session: Session, _today: date) -> None:
    load_regions(session)


def _tree(session: Session, repair: bool) -> Iterator[str]:
    yield from tree_differences(session, repair)


# People stand below `feature`, so what they plug in is said here; their blueprint is the application's own.
PEOPLE = Feature(
    name="people",
    nav=(
        NavItem(N_("People"), "people.people", Permission.PEOPLE_PERSON_SEE, Role.TRAINER, 40, "people"),
        NavItem(N_("People"), "people.people", Permission.PEOPLE_PERSON_SEE, Role.OFFICER, 60, "people"),
        NavItem(N_("People"), "people.people", Permission.PEOPLE_PERSON_SEE, Role.ADMINISTRATOR, 10, "people"),
        NavItem(
            N_("Organisations"), "people.organisations", Permission.PEOPLE_ORGANISATION_MANAGE, Role.ADMINISTRATOR, 20
        ),
        NavItem(N_("Audit trail"), "people.audit", Permission.PEOPLE_AUDIT_SEE, Role.ADMINISTRATOR, 80),
    ),
    derived=(Derived("organisation_tree", _tree),),
    load_data=_regions,
)

FEATURES: tuple[Feature, ...] = (PEOPLE,)
