"""A trainer's pages while a session is on: the codes for the projector, the live board, one person's log."""

from dataclasses import dataclass
from datetime import datetime

import segno
from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import attending, board, checking
from examprep.training.blueprint import bp
from examprep.training.forms import choices
from examprep.training.rules.checking import ACTS, IN, begins, check_hours, code_of, window_of, written
from examprep.training.values import HOWS, PRESENCES, REASONS, Meeting

BOARD_SECONDS = 4


@dataclass(frozen=True)
class Shown:
    """What the screen shows now. ``picture``: of the address, as data; ``left_ms``: until the next code."""

    act: str
    code: str
    picture: str
    left_ms: int
    refusal: Sentence | None
    here: int
    seats: int


class JudgeForm(BaseForm):
    """What counts for one person, and why."""

    said = RadioField(
        N_("What counts"),
        [InputRequired()],
        choices={
            "all": N_("Present for the whole session"),
            "part": N_("Present in part"),
            "absent": N_("Did not come"),
        },
    )
    minutes = IntegerField(N_("Minutes present"), [Optional(), NumberRange(0, 720)])
    reason = SelectField(N_("Why"), [InputRequired()])
    note = StringField(N_("What else there is to say"), [Optional(), Length(max=200)])
    submit = SubmitField(N_("Save"))

    def offer(self) -> None:
        self.reason.choices = choices(REASONS)


@bp.get("/sessions/<int:session_id>/projector")
@needs(Permission.TRAINING_CLASS_MANAGE)
def projector(session_id: int) -> ResponseReturnValue:
    """The code for the projector; without scripts the page asks for itself again."""
    with reading() as database:
        found = board.board(database, current_actor(), session_id)
    shown = _shown(found.meeting, len(found.here), runtime().clock.now())
    return render_template("training/projector.html", meeting=found.meeting, shown=shown)


@bp.get("/sessions/<int:session_id>/projector/code")
@needs(Permission.TRAINING_CLASS_MANAGE)
def projector_code(session_id: int) -> ResponseReturnValue:
    """The changing part of that page, unless nothing has changed."""
    now = runtime().clock.now()
    with reading() as database:
        tag = f"{board.tag(database, current_actor(), session_id)}.{window_of(now)}.{_act()}"
        if _has(tag):
            return _unchanged(tag)
        found = board.board(database, current_actor(), session_id)
    shown = _shown(found.meeting, len(found.here), now)
    return _tagged(render_template("training/_code.html", meeting=found.meeting, shown=shown), tag)


@bp.route("/sessions/<int:session_id>/board", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def live_board(session_id: int) -> ResponseReturnValue:
    """Who is in and who is missing; and a field for the code of who has no connection."""
    refusal = None
    if request.method == "POST":
        code, now = request.form.get("code", ""), runtime().clock.now()
        try:
            with writing() as database:
                checking.check_in_by_staff(database, runtime().vault, current_actor(), session_id, code, now=now)
            return redirect(url_for("training.live_board", session_id=session_id), 303)
        except RuleViolation as refused:
            refusal = refused.sentence
    with reading() as database:
        found = board.board(database, current_actor(), session_id)
    page = render_template("training/board.html", board=found, seconds=BOARD_SECONDS, refusal=refusal)
    return page, 422 if refusal else 200


@bp.get("/sessions/<int:session_id>/board/now")
@needs(Permission.TRAINING_CLASS_MANAGE)
def board_now(session_id: int) -> ResponseReturnValue:
    """The changing part of that page, unless nothing has changed."""
    with reading() as database:
        tag = board.tag(database, current_actor(), session_id)
        if _has(tag):
            return _unchanged(tag)
        found = board.board(database, current_actor(), session_id)
    return _tagged(render_template("training/_board.html", board=found), tag)


@bp.route("/sessions/<int:session_id>/people/<int:person_id>", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def presence_of(session_id: int, person_id: int) -> ResponseReturnValue:
    """What is known of one person at a session, and a judgement by hand."""
    form = JudgeForm(data={"reason": "late-or-early"})
    form.offer()
    with reading() as database:
        meeting, learner, lines = board.log_of(database, current_actor(), session_id, person_id)
    if form.sent():
        try:
            with writing() as database:
                attending.judge(
                    database,
                    current_actor(),
                    session_id,
                    person_id,
                    present=form.said.data != "absent",
                    minutes=(form.minutes.data or 0) if form.said.data == "part" else None,
                    why=attending.Why(form.reason.data, form.note.data or ""),
                    now=runtime().clock.now(),
                )
            return redirect(url_for("training.presence_of", session_id=session_id, person_id=person_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    page = render_template(
        "training/presence.html",
        form=form,
        meeting=meeting,
        learner=learner,
        lines=lines,
        hows=HOWS,
        reasons=REASONS,
        presences=PRESENCES,
    )
    return page, form.status


def _act() -> str:
    asked = request.args.get("act", IN)
    return asked if asked in ACTS else IN


def _shown(meeting: Meeting, here: int, now: datetime) -> Shown:
    act, refusal = _act(), None
    try:
        check_hours(act, now, meeting.starts_at, meeting.ends_at)
    except RuleViolation as early:
        refusal = early.sentence
    if meeting.state != "planned":
        refusal = Sentence("This session is closed or cancelled. Ask your trainer.")
    window = window_of(now)
    code = code_of(runtime().vault.fingerprint, meeting.id, act, window)
    address = url_for("training.open_code", session_id=meeting.id, code=code, _external=True)
    picture = segno.make(address, error="m").svg_data_uri(scale=8, border=3, dark="#000", light="#fff")
    left = begins(window + 1) - now
    return Shown(act, written(code), picture, round(left.total_seconds() * 1000), refusal, here, meeting.seats_taken)


def _has(tag: str) -> bool:
    """Whether the device has this state already; what compresses the answer adds a word to the tag."""
    return any(kept.partition(":")[0] == tag for kept in request.if_none_match.as_set(include_weak=True))


def _unchanged(tag: str) -> Response:
    response = Response(status=304)
    response.set_etag(tag)
    return response


def _tagged(page: str, tag: str) -> Response:
    response = make_response(page)
    response.set_etag(tag)
    return response
