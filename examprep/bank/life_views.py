"""The comings and goings of one question: review, publication, retirement, consent to a changed key."""

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bank import life
from examprep.bank.views import bp
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.runtime import runtime, writing


def _act(verb: Callable[..., None], question_id: int, **more: Any) -> ResponseReturnValue:
    with writing() as session:
        verb(session, current_actor(), question_id, now=runtime().clock.now(), **more)
    return redirect(url_for("bank.question", question_id=question_id), 303)


@bp.post("/questions/<int:question_id>/submit")
@needs(Permission.BANK_QUESTION_EDIT)
def submit(question_id: int) -> ResponseReturnValue:
    return _act(life.submit, question_id)


@bp.post("/questions/<int:question_id>/send-back")
@needs(Permission.BANK_QUESTION_EDIT)
def send_back(question_id: int) -> ResponseReturnValue:
    return _act(life.send_back, question_id, reason=request.form.get("reason", ""))


@bp.post("/questions/<int:question_id>/publish")
@needs(Permission.BANK_QUESTION_EDIT)
def publish(question_id: int) -> ResponseReturnValue:
    return _act(life.publish, question_id)


@bp.post("/questions/<int:question_id>/retire")
@needs(Permission.BANK_QUESTION_EDIT)
def retire(question_id: int) -> ResponseReturnValue:
    return _act(life.retire, question_id)


@bp.post("/questions/<int:question_id>/restore")
@needs(Permission.BANK_QUESTION_EDIT)
def restore(question_id: int) -> ResponseReturnValue:
    return _act(life.restore, question_id)


@bp.post("/questions/<int:question_id>/key/<int:number>/approve")
@needs(Permission.BANK_QUESTION_EDIT)
def approve_key(question_id: int, number: int) -> ResponseReturnValue:
    return _act(life.approve, question_id, number=number)


@bp.post("/questions/<int:question_id>/key/<int:number>/decline")
@needs(Permission.BANK_QUESTION_EDIT)
def decline_key(question_id: int, number: int) -> ResponseReturnValue:
    return _act(life.decline, question_id, number=number, reason=request.form.get("reason", ""))
