"""Pages that belong to no subject: the home that sends each role to its own, and the two health checks."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from examprep.app.navigation import navigation
from examprep.people.session import current_actor
from examprep.plumbing.access import public, signed_in
from examprep.plumbing.runtime import reading

bp = Blueprint("app", __name__)


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The first place of the actor's menu is their home."""
    places = navigation(current_actor(), None)
    return redirect(url_for(places[0].endpoint), 303) if places else render_template("app/home.html")


@bp.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def ready() -> Response:
    """The database answers too; 503 by the error handler when it does not."""
    with reading() as session:
        session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
