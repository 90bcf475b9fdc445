"""The interface for providers' systems: a record goes in by a key; the description says how, and is tested against it.

A key stands for its provider alone and comes in a header, never in a cookie, so that no page of another site can send
one along: these addresses need no form token.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from examprep.ce import providing
from examprep.ce.blueprint import bp
from examprep.ce.claim_models import ClaimRow
from examprep.ce.provider_openapi import description
from examprep.ce.provider_reading import KEY, read_report
from examprep.ce.providing import Provider
from examprep.kernel.errors import Forbidden, NotFound, Refusal, RuleViolation
from examprep.plumbing.access import by_token, public
from examprep.plumbing.i18n import say
from examprep.plumbing.refusals import STATUS
from examprep.plumbing.runtime import runtime, writing

LARGEST_BYTES = 16 * 1024


def _answer(values: Mapping[str, Any], status: int = 200) -> Response:
    response = Response(json.dumps(values, ensure_ascii=False), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _speaks_json(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Refusals as the description says them; a key that is not valid is 401."""

    @wraps(view)
    def answering(**values: Any) -> ResponseReturnValue:
        try:
            return view(**values)
        except Refusal as refusal:
            unknown = isinstance(refusal, Forbidden)
            status = 401 if unknown else STATUS.get(type(refusal), 422)
            response = _answer({"error": refusal.code, "message": say(refusal.sentence)}, status)
            if unknown:
                response.headers["WWW-Authenticate"] = "Bearer"
            return response

    return answering


def _token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and len(token) <= 200 else ""


def _sent() -> Any:
    if (request.content_length or 0) > LARGEST_BYTES:
        raise RuleViolation("ce.report", "A record has at most %(size)s kB.", size=LARGEST_BYTES >> 10)
    sent = request.get_json(force=True, silent=True)
    if sent is None:
        raise RuleViolation("ce.report", "Send one record as JSON.")
    return sent


def _told(row: ClaimRow) -> dict[str, Any]:
    """What the first answer said, and every replay says again: nothing in it changes later."""
    assert row.decided_at is not None
    return {
        "record": row.id,
        "key": row.provider_key,
        "minutes": row.minutes,
        "category": row.category,
        "recorded_at": row.decided_at.isoformat(),
    }


@bp.post("/api/v1/records")
@by_token
@_speaks_json
def api_record() -> ResponseReturnValue:
    clock, vault, token = runtime().clock, runtime().vault, _token()
    with writing() as session:
        provider = providing.by_key(session, token, now=clock.now())
    report = read_report(_sent(), today=clock.today())
    with writing() as session:
        row = providing.take(session, provider, report, vault.fingerprint, now=clock.now(), today=clock.today())
        return _answer(_told(row), 201)


@bp.get("/api/v1/records/<key>")
@by_token
@_speaks_json
def api_record_of(key: str) -> ResponseReturnValue:
    with writing() as session:
        provider: Provider = providing.by_key(session, _token(), now=runtime().clock.now())
        row = providing.record_of(session, provider, key) if KEY.fullmatch(key) else None
        if row is None:
            raise NotFound("ce.report-record", "There is no such record.")
        return _answer({**_told(row), "state": "recorded" if providing.stands(session, row) else "reversed"})


@bp.get("/api/v1/openapi.json")
@public
def api_description() -> ResponseReturnValue:
    response = _answer(description(runtime().settings.base_url))
    response.headers["Cache-Control"] = "no-cache"
    return response
