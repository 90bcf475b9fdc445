"""A trainer's pages of one session: attendance, moving, cancelling, closing, reopening, the list on paper."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.clock import OFFICE_ZONE
from examprep.kernel.errors import Conflict, Refusal, RuleViolation
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import actions, attending, board, overview, reinstating
from examprep.training.blueprint import bp
from examprep.training.forms import ReasonForm, SessionForm
from examprep.training.values import REASONS


@bp.get("/sessions/<int:session_id>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def session(session_id: int) -> ResponseReturnValue:
    """Attendance, made for one thumb."""
    return _attendance(session_id)


@bp.post("/sessions/<int:session_id>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def take_attendance(session_id: int) -> ResponseReturnValue:
    """Save what was ticked or unticked since the page was made; "all" ticks the whole list."""
    shown = request.form.getlist("shown", type=int)
    before, ticked = (set(request.form.getlist(name, type=int)) for name in ("before", "present"))
    everybody = "all" in request.form
    ticks = {
        person_id: everybody or person_id in ticked
        for person_id in shown
        if everybody or (person_id in ticked) != (person_id in before)
    }
    reason = request.form.get("reason", attending.ROLL_CALL)
    why = attending.Why(reason if reason in REASONS else "other", request.form.get("note", "")[:200])
    try:
        with writing() as database:
            attending.take_attendance(database, current_actor(), session_id, ticks, why, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _attendance(session_id, refusal)
    return redirect(url_for("training.session", session_id=session_id, saved="yes"), 303)


@bp.post("/sessions/<int:session_id>/close")
@needs(Permission.TRAINING_CLASS_MANAGE)
def close_session(session_id: int) -> ResponseReturnValue:
    """Close and post the hours; sent twice it is as if sent once."""
    try:
        with writing() as database:
            attending.close_session(database, current_actor(), session_id, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _attendance(session_id, refusal)
    return redirect(url_for("training.session", session_id=session_id), 303)


@bp.route("/sessions/<int:session_id>/reopen", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def reopen_session(session_id: int) -> ResponseReturnValue:
    """Reopen a closed session, with the reason."""
    form = ReasonForm()
    if form.sent():
        try:
            with writing() as database:
                now = runtime().clock.now()
                attending.reopen_session(database, current_actor(), session_id, reason=form.reason.data, now=now)
            return redirect(url_for("training.session", session_id=session_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return _reason_page(session_id, form, "reopen"), form.status


@bp.route("/sessions/<int:session_id>/cancel", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def cancel_session(session_id: int) -> ResponseReturnValue:
    """Cancel a session, with the reason."""
    form = ReasonForm()
    if form.sent():
        try:
            with writing() as database:
                now = runtime().clock.now()
                actions.cancel_session(database, current_actor(), session_id, reason=form.reason.data, now=now)
            return redirect(url_for("training.session", session_id=session_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return _reason_page(session_id, form, "cancel"), form.status


@bp.post("/sessions/<int:session_id>/reinstate")
@needs(Permission.TRAINING_CLASS_MANAGE)
def reinstate_session(session_id: int) -> ResponseReturnValue:
    """Take the cancelling of a session back."""
    now, release = runtime().clock.now(), "release" in request.form
    try:
        with writing() as database:
            reinstating.reinstate_session(database, current_actor(), session_id, release=release, now=now)
    except (RuleViolation, Conflict) as refusal:
        return _attendance(session_id, refusal)
    return redirect(url_for("training.session", session_id=session_id), 303)


@bp.route("/sessions/<int:session_id>/edit", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def change_session(session_id: int) -> ResponseReturnValue:
    """Move a session to another time or place."""
    with reading() as database:
        meeting, _ = overview.meeting(database, current_actor(), session_id)
    starts, ends = (at.astimezone(OFFICE_ZONE) for at in (meeting.starts_at, meeting.ends_at))
    form = SessionForm(
        data={
            "day": starts.date(),
            "start": starts.time(),
            "end": ends.time(),
            "place": meeting.place,
            "link": meeting.link,
        }
    )
    if form.sent():
        try:
            with writing() as database:
                now, release = runtime().clock.now(), form.release.data
                slot = form.slot("", "")
                actions.change_session(database, current_actor(), session_id, slot, release=release, now=now)
            return redirect(url_for("training.session", session_id=session_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("training/session_edit.html", form=form, meeting=meeting), form.status


@bp.get("/sessions/<int:session_id>/roster")
@needs(Permission.TRAINING_CLASS_MANAGE)
def roster(session_id: int) -> ResponseReturnValue:
    """The list to sign, for paper."""
    with reading() as database:
        meeting, learners = overview.meeting(database, current_actor(), session_id)
    return render_template("training/roster.html", meeting=meeting, learners=learners)


def _attendance(session_id: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    with reading() as database:
        meeting, learners = overview.meeting(database, current_actor(), session_id)
        given = attending.given(database, session_id) if meeting.state == "closed" else {}
        flagged = board.shared_devices(database, session_id)
    page = render_template(
        "training/session.html",
        meeting=meeting,
        learners=learners,
        refusal=refusal,
        recorded=any(learner.present is not None for learner in learners),
        given=given,
        flagged=flagged,
        reasons=REASONS,
        saved="saved" in request.args,
        now=runtime().clock.now(),
    )
    return page, 422 if refusal else 200


def _reason_page(session_id: int, form: ReasonForm, act: str) -> str:
    with reading() as database:
        meeting, _ = overview.meeting(database, current_actor(), session_id)
    return render_template("training/session_reason.html", form=form, meeting=meeting, act=act)
