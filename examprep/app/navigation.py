"""The menu: one list per role, the current place shown, only what the actor may open."""

from collections.abc import Sequence
from dataclasses import dataclass

from examprep.app.wiring import FEATURES
from examprep.feature import NavItem
from examprep.people.actor import Actor


@dataclass(frozen=True)
class Place:
    """An entry as the frame shows it."""

    label: str
    endpoint: str
    icon: str
    current: bool


def navigation(actor: Actor, endpoint: str | None) -> Sequence[Place]:
    """The actor's places by order; the current one is the one whose blueprint and page it is."""
    found = sorted((item for feature in FEATURES for item in feature.nav if shown(item, actor)), key=lambda i: i.order)
    items = list({item.endpoint: item for item in reversed(found)}.values())[::-1]  # once, for people of several roles
    exact = [item for item in items if item.endpoint == endpoint]
    near = [item for item in items if item.endpoint.partition(".")[0] == (endpoint or "").partition(".")[0]]
    current = next(iter(exact or near), None)
    return [Place(item.label, item.endpoint, item.icon, item is current) for item in items]


def shown(item: NavItem, actor: Actor) -> bool:
    return actor.may(item.permission) and item.role in actor.roles
