"""Who may use a route is written on the route; one that says nothing is refused.

The marks are ``@public``, ``@by_token``, ``@signed_in`` and ``@needs(permission)``. What a permission is, and who
holds it, is decided on one page above: `people/access.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from examprep.kernel.errors import Forbidden

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Requirement:
    """What a route asks of its user: nothing, an account, or one of some permissions."""

    account: bool
    any_of: tuple[str, ...] = ()
    token: bool = False


class MayAct(Protocol):
    """As much of an actor as the gate must know."""

    def may(self, permission: str) -> bool: ...


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _mark(view, Requirement(account=False))


def by_token(view: View) -> View:
    """A machine that brings a key in a header; the view asks whose it is. Cookies count for nothing there, so that no
    page of another site can act through somebody's browser, and no form token is asked."""
    return _mark(view, Requirement(account=False, token=True))


def signed_in(view: View) -> View:
    """Anybody with an account; the view shows only what is the actor's own."""
    return _mark(view, Requirement(account=True))


def needs(*permissions: str) -> Callable[[View], View]:
    """Whoever holds one of the permissions somewhere; which rows they see is the query's business."""

    def mark(view: View) -> View:
        return _mark(view, Requirement(account=True, any_of=permissions))

    return mark


def requirement_of(view: Callable[..., object]) -> Requirement | None:
    return cast("Requirement | None", getattr(view, "_requirement", None))


def _mark(view: View, requirement: Requirement) -> View:
    view._requirement = requirement  # type: ignore[attr-defined]
    return view


def install_gate(app: Flask) -> None:
    """Check every request before its view runs."""
    for endpoint in ("static", "bootstrap.static"):
        if endpoint in app.view_functions:
            app.view_functions[endpoint] = _public_static(app.view_functions[endpoint])  # type: ignore[assignment]
    app.before_request(_gate)


def _public_static(view: Callable[..., object]) -> Callable[..., object]:
    def static(**values: object) -> object:
        return view(**values)

    return public(static)


def _gate() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None  # an unknown address: the 404 page answers
    requirement = requirement_of(current_app.view_functions[endpoint])
    if requirement is None:
        raise RuntimeError(f"route {endpoint} does not say who may use it")
    if not requirement.account:
        return None
    actor = cast("MayAct | None", g.get("actor"))
    if actor is None:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("people.sign_in", next=back), 303)
    if requirement.any_of and not any(actor.may(permission) for permission in requirement.any_of):
        raise Forbidden("access.role", "Your role does not include this.")
    return None
