"""Errors with manners: each kind of refusal has one status and one page; no traceback reaches a user."""

import logging
from uuid import uuid4

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from examprep.kernel.errors import Conflict, Forbidden, NotFound, Refusal, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.i18n import say

log = logging.getLogger(__name__)

STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, RuleViolation: 422}

# What happened, and what to do about it, by status.
PAGES: dict[int, tuple[str, str]] = {
    400: (N_("We could not read that request"), N_("Go back, reload the page and try again.")),
    403: (N_("You may not open this"), N_("Ask your administrator if your work needs it.")),
    404: (
        N_("There is nothing at this address"),
        N_("It may have moved, or belong to another organisation."),
    ),
    405: (N_("This address does not work that way"), N_("Go back and use the button on the page.")),
    409: (N_("Somebody else was first"), N_("Reload the page to see what changed, then decide again.")),
    413: (N_("The file is too large"), N_("Split it, or ask your administrator to raise the limit.")),
    422: (N_("This cannot be done as it stands"), N_("Go back; what you typed is still there.")),
    429: (N_("Too many tries"), N_("Wait a few minutes, then try again.")),
    500: (
        N_("Something broke on our side"),
        N_("Nothing was saved. Try again; if it stays, give the number below."),
    ),
    503: (N_("The database cannot be reached"), N_("Nothing was saved. Try again in a minute.")),
}


def install_refusals(app: Flask) -> None:
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DataError, _no_such_value)
    app.register_error_handler(Exception, _broken)


def _refusal(error: Refusal) -> tuple[Response | str, int]:
    # Where somebody else was first, no page of ours may be left to show again what was typed.
    typed = request.form.get("words", "") if isinstance(error, Conflict) else ""
    return _page(STATUS.get(type(error), 422), code=error.code, sentence=error.sentence, typed=typed)


def _forged(error: CSRFError) -> tuple[Response | str, int]:
    expired = Sentence("The page was open too long, or came from elsewhere. Reload it and send it again.")
    return _page(400, code="access.csrf", sentence=expired)


def _http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    status = error.code or 500
    return _page(status) if status >= 400 else error


def _database_away(error: OperationalError) -> tuple[Response | str, int]:
    log.exception("database unreachable")
    return _page(503)


def _no_such_value(error: DataError) -> tuple[Response | str, int]:
    """A number or a text that no column holds: nobody sends it by a page of ours."""
    log.warning("the database refused a value on %s", request.path)
    return _page(400)


def _broken(error: Exception) -> tuple[Response | str, int]:
    reference = uuid4().hex[:12]
    log.exception("unexpected error %s on %s", reference, request.path)
    return _page(500, reference=reference)


def _page(
    status: int,
    *,
    code: str | None = None,
    sentence: Sentence | None = None,
    reference: str | None = None,
    typed: str = "",
) -> tuple[Response | str, int]:
    happened, remedy = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        answer = {"error": code or str(status), "message": say(sentence or happened), "reference": reference}
        return jsonify(answer), status
    page = render_template(
        "refusal.html",
        status=status,
        happened=happened,
        remedy=remedy,
        sentence=sentence,
        reference=reference,
        typed=typed,
    )
    return page, status
