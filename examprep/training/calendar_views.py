"""Calendar addresses: the page of one's own, and what a calendar program is answered."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, SubmitField

from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, public
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import calendars
from examprep.training.blueprint import bp


class FeedForm(BaseForm):
    """Of which classes, and when to be reminded."""

    class_id = SelectField(N_("Which classes"), coerce=int)
    alarm_minutes = SelectField(N_("Reminder by the calendar"), coerce=int, default=calendars.USUAL_ALARM)
    submit = SubmitField(N_("Make an address"))


@bp.route("/calendar", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_ENROL, Permission.TRAINING_CLASS_MANAGE)
def calendar_addresses() -> ResponseReturnValue:
    """The addresses that one has, and a form to make one."""
    actor, vault = current_actor(), runtime().vault
    form = FeedForm(data={"class_id": request.args.get("class", 0, type=int)})
    with reading() as session:
        own = calendars.feeds(session, vault, actor)
        form.class_id.choices = [(0, say(N_("All my classes"))), *calendars.choices(session, actor)]
    form.alarm_minutes.choices = [(minutes, say(name)) for minutes, name in calendars.ALARMS.items()]
    if form.sent():
        with writing() as session:
            calendars.open_feed(
                session,
                vault,
                actor,
                class_id=form.class_id.data or None,
                alarm_minutes=form.alarm_minutes.data,
                now=runtime().clock.now(),
            )
        return redirect(url_for("training.calendar_addresses"), 303)
    return render_template("training/calendar.html", feeds=own, form=form, alarms=calendars.ALARMS), form.status


@bp.post("/calendar/<int:feed_id>/revoke")
@needs(Permission.TRAINING_CLASS_ENROL, Permission.TRAINING_CLASS_MANAGE)
def revoke_feed(feed_id: int) -> ResponseReturnValue:
    with writing() as session:
        calendars.revoke_feed(session, current_actor(), feed_id, now=runtime().clock.now())
    return redirect(url_for("training.calendar_addresses"), 303)


@bp.get("/calendar/<key>.ics")
@public
def feed(key: str) -> ResponseReturnValue:
    """A calendar for whoever knows its address. It has an ETag, so what did not change is not sent again."""
    if len(key) > 100:
        raise NotFound("training.feed", "There is no such calendar.")
    from examprep.training.calendar_text import text_of

    with reading() as session:
        text = text_of(session, runtime().vault, key, base_url=runtime().settings.base_url)
    response = make_response(text)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="examprep.ics"'
    response.add_etag()
    return response.make_conditional(request)
