"""One's own mentoring: pairs on either side, meetings told and confirmed, when one has time."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, NotFound, Refusal, RuleViolation
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import meetings, mentors
from examprep.training.blueprint import bp
from examprep.training.forms import WEEKDAYS
from examprep.training.mentor_views import MeetingForm
from examprep.training.mentor_words import PARTS

ENROL = Permission.TRAINING_CLASS_ENROL


@bp.route("/my-mentoring", methods=["GET", "POST"])
@needs(ENROL)
def my_mentoring() -> ResponseReturnValue:
    """The actor's own pairs, on either side, and when they have time."""
    if request.method == "POST":
        with writing() as session:
            times = request.form.getlist("time", type=int)
            mentors.set_free_times(session, current_actor().person_id, times, now=runtime().clock.now())
        return redirect(url_for("training.my_mentoring"), 303)
    return _page()


def _page(refused: Refusal | None = None, about: int | None = None) -> ResponseReturnValue:
    """``about`` is the meeting to which what was refused belongs."""
    actor = current_actor()
    with reading() as session:
        pairs = meetings.mine(session, actor)
        times = mentors.free_times(session, actor.person_id)
    shown = render_template(
        "training/my_mentoring.html",
        pairs=pairs,
        times=times,
        weekdays=WEEKDAYS,
        parts=PARTS,
        me=actor.person_id,
        refused=refused,
        about=about,
        typed=request.form.get("reason", ""),
    )
    return shown, 422 if refused else 200


@bp.route("/my-mentoring/<int:pair_id>/meetings/new", methods=["GET", "POST"])
@needs(ENROL)
def tell_meeting(pair_id: int) -> ResponseReturnValue:
    """A meeting that the actor held as a mentor; the learner is asked to confirm it."""
    clock, actor = runtime().clock, current_actor()
    form = MeetingForm(data={"held_on": clock.today()})
    with reading() as session:
        meetings.own(session, actor, pair_id, "mentor")
        found = next(each for each in meetings.mine(session, actor) if each.row.id == pair_id)
    if form.sent():
        try:
            with writing() as session:
                meetings.tell_meeting(session, actor, pair_id, form.meeting(), today=clock.today(), now=clock.now())
            return redirect(url_for("training.my_mentoring"), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("training/tell_meeting.html", form=form, found=found), form.status


@bp.post("/my-mentoring/<int:pair_id>/meetings/<int:meeting_id>/<act>")
@needs(ENROL)
def answer_meeting(pair_id: int, meeting_id: int, act: str) -> ResponseReturnValue:
    """What the learner says of a meeting, or the mentor's withdrawing it."""
    now, actor, why = runtime().clock.now(), current_actor(), request.form.get("reason", "")[:200]
    try:
        with writing() as session:
            if act == "confirm":
                meetings.confirm_meeting(session, actor, pair_id, meeting_id, now=now)
            elif act == "object":
                meetings.object_to_meeting(session, actor, pair_id, meeting_id, reason=why, now=now)
            elif act != "withdraw":
                raise NotFound("training.mentor-meeting", "There is no such meeting.")
            else:
                meetings.void_meeting(session, actor, pair_id, meeting_id, reason=why, now=now)
    except (RuleViolation, Conflict) as refusal:
        return _page(refusal, meeting_id)
    return redirect(url_for("training.my_mentoring"), 303)
