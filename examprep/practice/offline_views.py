"""Practising without a connection: what a device takes along, the page it shows then, and what it brings back."""

import json
import logging
from typing import Any

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import RequestEntityTooLarge

from examprep.kernel.errors import Forbidden, Refusal
from examprep.people.access import Permission
from examprep.people.bounds import stood_for
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, public
from examprep.plumbing.db import DatabaseAway
from examprep.plumbing.i18n import language, say
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.practice import batches, forms, packing, parts, syncing
from examprep.practice.syncing import Outcome
from examprep.practice.views import bp

log = logging.getLogger(__name__)


@bp.get("/offline")
@public
def offline() -> ResponseReturnValue:
    """The page that a device keeps; it holds nothing of anybody, and fills itself from what the device keeps."""
    response = Response(render_template("practice/offline.html"), mimetype="text/html")
    response.content_language.add(language())
    return response


@bp.get("/pack")
@needs(Permission.PRACTICE_OWN_USE)
def pack() -> ResponseReturnValue:
    """The questions to take along, with the marks of every possible answer, in one language."""
    clock = runtime().clock
    with reading() as session:
        found = packing.pack(
            session,
            current_actor(),
            subject_code=forms.asked(request.args, "subject"),
            today=clock.today(),
            now=clock.now(),
        )
    packed = {
        "person": found.person_id,
        "subject": found.subject.code,
        "names": found.subject.names,
        "syllabus": found.syllabus,
        "language": language(),
        "written": found.written,
        "questions": [{"scopes": one.scopes, **parts.packed(one.question)} for one in found.questions],
    }
    response = Response(json.dumps(packed, ensure_ascii=False, separators=(",", ":")), mimetype="application/json")
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/sync")
@needs(Permission.PRACTICE_OWN_USE)
def who() -> ResponseReturnValue:
    """Who is signed in on this device, and the token with which kept answers are sent: pages that were kept are old.

    ``merged``: rows of the same person that were merged with this one; what the device kept for them is this one's.
    """
    person_id = current_actor().person_id
    with reading() as session:
        merged = list(session.scalars(stood_for(person_id)))
    return jsonify(person=person_id, merged=merged, token=generate_csrf())


@bp.post("/sync")
@needs(Permission.PRACTICE_OWN_USE)
def sync() -> ResponseReturnValue:
    """Take a batch of kept answers. What the reply says was taken or refused is settled: the device may forget it."""
    now, actor = runtime().clock.now(), current_actor()
    try:
        batch = batches.read_batch(_body())
        syncing.check_owner(actor, batch.person_id)
    except (Refusal, RequestEntityTooLarge) as refusal:
        log.warning("a batch of person %s was refused: %s", actor.person_id, getattr(refusal, "code", ""))
        raise
    outcomes = [_take(raw, batch.clock_ms) for raw in batch.answers]
    if refused := syncing.summary(outcomes):
        log.warning("answers of person %s were refused: %s", actor.person_id, refused)
    return jsonify(person=actor.person_id, at=now.isoformat(), answers=[_shown(outcome) for outcome in outcomes])


def _body() -> bytes:
    """What was sent, unless it is too large. Looking for the form's token has fixed Flask's own limit before.

    Raises:
        RequestEntityTooLarge: more than ``MOST_BYTES``; one that says so beforehand is not read.
    """
    if (request.content_length or 0) > batches.MOST_BYTES:
        raise RequestEntityTooLarge
    body = request.get_data()
    if len(body) > batches.MOST_BYTES:
        raise RequestEntityTooLarge
    return body


def _take(raw: Any, clock_ms: int) -> Outcome:
    now = runtime().clock.now()
    try:
        late = batches.read_late(raw, clock_ms=clock_ms, now=now)
        with writing() as session:
            return syncing.take(session, current_actor(), late, now=now)
    except Forbidden:
        raise  # the account is not this person's any more: all stays on the device
    except Refusal as refusal:
        return Outcome.of(batches.name_of(raw), refusal)
    except DatabaseAway:
        raise
    except Exception:
        # What breaks on our side over one answer must not hold up the others: it stays on its device.
        log.exception("an answer of person %s could not be worked in", current_actor().person_id)
        return Outcome(batches.name_of(raw), syncing.FAILED)


def _shown(outcome: Outcome) -> dict[str, str]:
    told = {"id": outcome.client_id, "state": outcome.state}
    return {**told, "code": outcome.code, "message": say(outcome.sentence)} if outcome.code else told
