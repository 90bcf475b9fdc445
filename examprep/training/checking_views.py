"""A learner's pages of checking in and out: by the code that a phone has scanned, or typed."""

import secrets
from datetime import UTC, datetime

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, public
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import checking
from examprep.training.blueprint import bp
from examprep.training.rules.checking import typed

OPENED = "check"  # in the session's cookie: [session id, code, seconds since 1970], of the code opened last
DEVICE = "examprep_device"
YEAR_SECONDS = 365 * 86400


@bp.get("/check/<int:session_id>/<code>")
@public
def open_code(session_id: int, code: str) -> ResponseReturnValue:
    """What the screen's picture leads to. The code is kept for who must sign in first, with when it was opened."""
    session[OPENED] = [session_id, typed(code), runtime().clock.now().timestamp()]
    return redirect(url_for("training.check", session_id=session_id), 303)


@bp.get("/check")
@needs(Permission.TRAINING_CLASS_ENROL)
def check_in() -> ResponseReturnValue:
    """A field for the code, and the sessions that are on."""
    return _typing()


@bp.post("/check")
@needs(Permission.TRAINING_CLASS_ENROL)
def check_typed() -> ResponseReturnValue:
    """Check in or out by a typed code, at whichever of one's sessions it is of."""
    code = request.form.get("code", "")
    with reading() as database:
        found = checking.meant(database, runtime().vault, current_actor(), code, runtime().clock.now())
    if found is None:
        return _typing(Sentence("None of your sessions is on now."))
    return _taken(found, code)


@bp.get("/check/<int:session_id>")
@needs(Permission.TRAINING_CLASS_ENROL)
def check(session_id: int) -> ResponseReturnValue:
    """How it stands with oneself at a session; a code that was just opened is sent from here."""
    opened = session.get(OPENED)
    return _page(session_id, code=opened[1] if opened and opened[0] == session_id else "")


@bp.post("/check/<int:session_id>")
@needs(Permission.TRAINING_CLASS_ENROL)
def take_check(session_id: int) -> ResponseReturnValue:
    """Check in or out."""
    return _taken(session_id, request.form.get("code", ""))


def _taken(session_id: int, code: str) -> ResponseReturnValue:
    opened = session.pop(OPENED, None)
    opened_at = None
    if opened and opened[:2] == [session_id, typed(code)]:
        opened_at = datetime.fromtimestamp(opened[2], UTC)
    actor, now = current_actor(), runtime().clock.now()
    try:
        with writing() as database:
            checking.check(
                database,
                runtime().vault,
                actor,
                session_id,
                code,
                opened_at=opened_at,
                device=request.cookies.get(DEVICE),
                now=now,
            )
    except RuleViolation as refusal:
        with writing() as database:
            checking.note_refusal(database, actor, session_id, code, refusal, now=now)
        return _page(session_id, refusal=refusal.sentence)
    return redirect(url_for("training.check", session_id=session_id), 303)


def _page(session_id: int, *, code: str = "", refusal: Sentence | None = None) -> ResponseReturnValue:
    with reading() as database:
        try:
            found = checking.standing(database, current_actor(), session_id)
        except RuleViolation:
            found = None  # who has no seat is told so when sending the code
    page = render_template("training/check.html", checked=found, code=code, refusal=refusal)
    return _known(page, 422 if refusal else 200)


def _typing(refusal: Sentence | None = None) -> ResponseReturnValue:
    with reading() as database:
        on = checking.going_on(database, current_actor(), runtime().clock.now())
    return _known(render_template("training/check_in.html", on=on, refusal=refusal), 422 if refusal else 200)


def _known(page: str, status: int) -> ResponseReturnValue:
    """A device gets a number drawn by lot, so that several people on one device are noticed."""
    response = make_response(page, status)
    if DEVICE not in request.cookies:
        response.set_cookie(
            DEVICE,
            secrets.token_urlsafe(16),
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=runtime().settings.secure_cookies,
        )
    return response
