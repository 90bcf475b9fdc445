"""Pages that belong to no subject: the home that sends each role to its own, and the two health checks."""

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from examprep.app.navigation import acting_as, navigation
from examprep.people.session import current_actor
from examprep.plumbing.access import public, signed_in
from examprep.plumbing.runtime import reading

bp = Blueprint("app", __name__)


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The first place of the actor's menu is their home."""
    actor = current_actor()
    places = navigation(actor, acting_as(actor, session.get("role")), None)
    return redirect(url_for(places[0].endpoint), 303) if places else render_template("app/home.html")


@bp.post("/role")
@signed_in
def choose_role() -> ResponseReturnValue:
    """Show another of the actor's menus from now on."""
    session["role"] = str(acting_as(current_actor(), request.form.get("role")))
    return redirect(url_for("app.home"), 303)


@bp.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def ready() -> Response:
    """The database answers too; 503 by the error handler when it does not."""
    with reading() as database:
        database.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
