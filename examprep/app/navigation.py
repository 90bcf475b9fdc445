"""The menu: one list per role, the current place shown, only what the actor may open."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from flask import url_for

from examprep.app.wiring import FEATURES
from examprep.feature import NavItem
from examprep.people.access import Role, roles_with
from examprep.people.actor import Actor


@dataclass(frozen=True)
class Place:
    """An entry as the frame shows it."""

    label: str
    endpoint: str
    short: str
    icon: str
    current: bool


@dataclass(frozen=True)
class Tab:
    """One of the pages about a person."""

    label: str
    address: str
    current: bool


def person_tabs(actor: Actor, person_id: int, endpoint: str | None) -> Sequence[Tab]:
    """The pages of all subjects about one person that the actor may open, so that nobody looks for a name twice."""
    pages = sorted(
        (page for feature in FEATURES for page in feature.person_pages if actor.may(page.permission)),
        key=lambda page: page.order,
    )
    return [Tab(page.label, url_for(page.endpoint, person_id=person_id), page.endpoint == endpoint) for page in pages]


def lies_at(path: str, address: str) -> bool:
    """Whether a page lies at an address or below it."""
    return path == address or path.startswith(address.rstrip("/") + "/")


def acting_as(actor: Actor, chosen: str | None) -> Role | None:
    """The role whose menu is shown: the chosen one if the actor has it, else the first; rights are not touched."""
    return next((role for role in actor.roles if role == chosen), next(iter(actor.roles), None))


@cache
def _items(role: Role | None, held: Sequence[Role]) -> Sequence[NavItem]:
    """A role's items that somebody who holds some roles may open."""
    return sorted(
        (
            item
            for feature in FEATURES
            for item in feature.nav
            if item.role == role and not roles_with(item.permission).isdisjoint(held)
        ),
        key=lambda item: item.order,
    )


def navigation(actor: Actor, role: Role | None, path: str | None) -> tuple[Place, ...]:
    """The role's places by order; the current one is that whose address the page's begins with, the longest."""
    items = _items(role, actor.roles)
    addresses = {item.endpoint: url_for(item.endpoint) for item in items}
    above = [item for item in items if path and lies_at(path, addresses[item.endpoint])]
    current = max(above, key=lambda item: len(addresses[item.endpoint]), default=None)
    return tuple(
        Place(item.label, item.endpoint, item.short or item.label, item.icon, item is current) for item in items
    )
