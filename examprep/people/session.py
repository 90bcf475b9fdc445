"""From a cookie to an actor: Flask-Login keeps the session, one query a request finds who it is."""

from typing import cast

from flask import Flask, g, request
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from examprep.kernel.errors import Forbidden
from examprep.people import store
from examprep.people.actor import Actor
from examprep.plumbing.runtime import first_glance, give_back, know_revision, runtime


class _Manager(LoginManager):
    """Flask-Login's, which hashes address and browser at each request even where it is told not to compare them."""

    def _session_protection_failed(self) -> bool:
        return False


login_manager = _Manager()
# "strong" signs out when address or browser changes, and a phone changes its address on every bus ride; "basic" takes
# the same look at each request and only notes what nothing here asks for.
login_manager.session_protection = None


class SignedIn(UserMixin):
    """What Flask-Login keeps in the cookie: account id and epoch, so that a password change ends other sessions."""

    def __init__(self, account_id: int, epoch: int, actor: Actor | None = None) -> None:
        self.account_id, self.epoch, self.actor = account_id, epoch, actor

    def get_id(self) -> str:
        return f"{self.account_id}.{self.epoch}"


def install_sessions(app: Flask) -> None:
    login_manager.init_app(app)
    app.teardown_appcontext(give_back)
    app.before_request(_find_actor)


@login_manager.user_loader
def _load(cookie_id: str) -> SignedIn | None:
    account_id, _, epoch = cookie_id.partition(".")
    if not (account_id.isdecimal() and epoch.isdecimal()):
        return None
    installation = runtime()
    found = store.find_actor(first_glance(), int(account_id), int(epoch), installation.clock.today())
    if found is None:
        return None
    actor, token = found
    know_revision(token)
    return SignedIn(int(account_id), int(epoch), actor)


def _find_actor() -> None:
    # Pictures, styles and scripts are the same for everybody: they cost no look-up.
    if request.endpoint in {"static", "bootstrap.static"}:
        g.actor = None
        return
    g.actor = getattr(current_user, "actor", None)  # somebody signed out has none


def begin(account_id: int, epoch: int) -> None:
    """Sign in; the actor is found at the next request."""
    login_user(SignedIn(account_id, epoch))


def end() -> None:
    logout_user()


def current_actor() -> Actor:
    """The signed-in actor; views behind ``@signed_in`` and ``@needs`` always have one.

    Raises:
        Forbidden: nobody is signed in.
    """
    found = cast(Actor | None, g.get("actor"))
    if found is None:
        raise Forbidden("access.signed-out", "Sign in first.")
    return found
