"""The menu: one list per role, the current place shown, only what the actor may open."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from flask import g, request, session, url_for
from markupsafe import Markup

from examprep.app.wiring import FEATURES
from examprep.feature import NavItem
from examprep.people.access import Role, roles_with
from examprep.people.actor import Actor
from examprep.plumbing.cookies import form_token
from examprep.plumbing.i18n import language
from examprep.plumbing.site import drawn


@dataclass(frozen=True, eq=False)  # made once for each menu, so that one is as good a key as its name is
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
def _items(role: Role | None, held: Sequence[Role], _root: str) -> Sequence[tuple[NavItem, str]]:
    """A role's items that somebody who holds some roles may open, with their addresses beneath ``_root``."""
    items = [
        item
        for feature in FEATURES
        for item in feature.nav
        if item.role == role and not roles_with(item.permission).isdisjoint(held)
    ]
    return [(item, url_for(item.endpoint)) for item in sorted(items, key=lambda item: item.order)]


@cache
def _places(role: Role | None, held: Sequence[Role], root: str, current: str | None) -> tuple[Place, ...]:
    return tuple(
        Place(item.label, item.endpoint, item.short or item.label, item.icon, item.endpoint == current)
        for item, _ in _items(role, held, root)
    )


def navigation(actor: Actor, role: Role | None, path: str | None) -> tuple[Place, ...]:
    """The role's places by order; the current one is that whose address the page's begins with, the longest."""
    return _menu(role, actor.roles, request.root_path, path)


@lru_cache(500)
def _menu(role: Role | None, held: Sequence[Role], root: str, path: str | None) -> tuple[Place, ...]:
    above = [(item, lies) for item, lies in _items(role, held, root) if path and lies_at(path, lies)]
    current, _ = max(above, key=lambda each: len(each[1]), default=(None, ""))
    return _places(role, held, root, current and current.endpoint)


def this_page() -> str:
    """The address to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def frame_top() -> Markup:
    """What stands above every page: the places, and one's own things behind one's name."""
    actor = g.get("actor")
    differs = {"token": form_token(), "this_page": this_page()}
    if actor is None:
        return drawn("_macros/frame.html", "top", (), "", (), None, language(), differs=differs)
    role = acting_as(actor, session.get("role"))
    places = navigation(actor, role, request.path)
    return drawn("_macros/frame.html", "top", places, actor.name, actor.roles, role, language(), differs=differs)
