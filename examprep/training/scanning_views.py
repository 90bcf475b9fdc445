"""Staff's scanner: the page that a device keeps, what it must know of a session, and the scans it brings back."""

import json
from typing import Any
from uuid import UUID

from flask import Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from examprep.kernel.errors import Forbidden, RuleViolation
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, public
from examprep.plumbing.i18n import language, say
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import overview, scanning
from examprep.training.blueprint import bp
from examprep.training.board import REFUSED
from examprep.training.rules.checking import ACTS

MOST_SCANS = 100
_LATEST_MS = 4_102_444_800_000  # 2100: a device's clock may say anything
_MOST_OFF_MS = 1_000_000_000_000


@bp.get("/scanner")
@public
def scanner() -> ResponseReturnValue:
    """The page that a device keeps; it holds nothing of anybody. Its script learns of the session that it is asked."""
    session_id = request.args.get("session", type=int)
    response = Response(render_template("training/scanner.html", session_id=session_id), mimetype="text/html")
    response.content_language.add(language())
    return response


@bp.get("/sessions/<int:session_id>/scanner")
@needs(Permission.TRAINING_CLASS_MANAGE)
def scanner_pack(session_id: int) -> ResponseReturnValue:
    """What a device keeps of a session to scan at it: no learner is named. And the clock, and the token to send by."""
    with reading() as database:
        meeting, _ = overview.meeting(database, current_actor(), session_id)
    return jsonify(
        person=current_actor().person_id,
        token=generate_csrf(),
        now=round(runtime().clock.now().timestamp() * 1000),
        title=f"{meeting.class_name} · {meeting.place}" if meeting.place else meeting.class_name,
        starts=round(meeting.starts_at.timestamp() * 1000),
        open=meeting.state == "planned",
    )


@bp.post("/sessions/<int:session_id>/scans")
@needs(Permission.TRAINING_CLASS_MANAGE)
def take_scans(session_id: int) -> ResponseReturnValue:
    """Take a batch of kept scans. What the reply names is settled: the device may forget it."""
    actor = current_actor()
    person_id, clock_ms, scans = _batch(request.get_data())
    if person_id != actor.person_id:
        raise Forbidden("training.scans-person", "These scans are another person's. Nothing was taken.")
    with writing() as database:
        told = scanning.take(
            database, runtime().vault, actor, session_id, scans, clock_ms=clock_ms, now=runtime().clock.now()
        )
    return jsonify(scans=[_shown(outcome) for outcome in told])


@bp.post("/sessions/<int:session_id>/scans/<int:scan_id>/<act>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def settle_scan(session_id: int, scan_id: int, act: str) -> ResponseReturnValue:
    """Set a refused scan aside, or put it back among those to judge."""
    if act not in {"settle", "unsettle"}:
        abort(404)
    with writing() as database:
        scanning.settle(
            database, current_actor(), session_id, scan_id, settled=act == "settle", now=runtime().clock.now()
        )
    return redirect(url_for("training.live_board", session_id=session_id), 303)


def _shown(outcome: scanning.Outcome) -> dict[str, str]:
    told = {"id": outcome.client_id, "state": outcome.state, "name": outcome.name}
    return {**told, "why": say(REFUSED.get(outcome.why, outcome.why))} if outcome.why else told


def _batch(body: bytes) -> tuple[int, int, list[scanning.Scan]]:
    """Whose scans, the device's clock, and the scans. Anything may come here: it is refused whole if it is no batch.

    Raises:
        RuleViolation: ``training.scans``.
    """
    try:
        raw = json.loads(body)
        scans = [_scan(each) for each in raw["scans"]]
        person_id, clock_ms = _whole(raw["person"], 0, 2**31), _whole(raw["clock"], 0, _LATEST_MS)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        scans = []
    if not 0 < len(scans) <= MOST_SCANS:
        raise RuleViolation("training.scans", "These scans could not be read. Nothing was taken.")
    return person_id, clock_ms, scans


def _scan(raw: Any) -> scanning.Scan:
    if raw["kind"] not in ACTS or not isinstance(raw["code"], str):
        raise ValueError("not a scan")
    return scanning.Scan(
        str(UUID(raw["id"])),
        raw["code"],
        raw["kind"],
        _whole(raw["at"], 0, _LATEST_MS),
        _whole(raw["offset"], -_MOST_OFF_MS, _MOST_OFF_MS),
    )


def _whole(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value < most:
        raise ValueError("not a number that can be")
    return value
