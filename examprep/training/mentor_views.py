"""Pages of mentors: their load, a class's proposal, a pair with its meetings, what somebody's own pairs are."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from examprep.kernel.errors import Conflict, NotFound, Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import meetings, mentoring, mentors, units
from examprep.training.blueprint import bp
from examprep.training.form_parts import sensible_day
from examprep.training.mentor_words import chapters_of, said

MOST_PLACES = 50
LOAD_COLUMNS = (
    Column(
        "mentor",
        N_("Mentor"),
        sortable=True,
        link=lambda row: url_for("training.mentor", person_id=row["person_id"]),
    ),
    Column("organisation", N_("Unit"), sortable=True),
    Column("pairs", N_("Mentees"), "number", sortable=True, total=True),
    Column("places", N_("Places"), "number", sortable=True, total=True),
    Column("meetings", N_("Meetings"), "number", sortable=True, total=True),
    Column("minutes", N_("Minutes"), "number", sortable=True, total=True),
    Column("before", N_("Right before"), "rate", sortable=True),
    Column("since", N_("Right since"), "rate", sortable=True),
    Column("change", N_("Change (points)"), "change", sortable=True),
    Column("sat", N_("Sat"), "number", sortable=True, total=True),
    Column("passed", N_("Passed"), "number", sortable=True, total=True),
    Column("until", N_("Not proposed since"), "day"),
)


class MentorForm(BaseForm):
    """Somebody who mentors; who it is is asked of the rows."""

    name = StringField(N_("Mentor"), [InputRequired(), Length(max=60)])
    places = IntegerField(N_("How many learners at most"), [InputRequired(), NumberRange(1, MOST_PLACES)], default=3)
    chapters = SelectMultipleField(N_("Strong in"), [Optional()], coerce=int, render_kw={"size": 6})
    submit = SubmitField(N_("Save the mentor"))


class MeetingForm(BaseForm):
    """A meeting of a pair."""

    held_on = DateField(N_("Day they met"), [InputRequired(), sensible_day])
    minutes = IntegerField(N_("Minutes"), [InputRequired(), NumberRange(1, meetings.LONGEST)], default=60)
    words = TextAreaField(
        N_("What it was about"), [InputRequired(), Length(max=meetings.LONGEST_WORDS)], render_kw={"rows": 3}
    )
    mentor = BooleanField(N_("Credit hours for the mentor"))
    mentee = BooleanField(N_("Credit hours for the mentee"))
    submit = SubmitField(N_("Keep the record"))

    def meeting(self) -> meetings.MeetingEntry:
        sides = [side for side in meetings.SIDES if self[side].data]
        return meetings.MeetingEntry(self.held_on.data, self.minutes.data, self.words.data, sides)


@bp.route("/mentors", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def mentor_list() -> ResponseReturnValue:
    """Who mentors, and what each has to do; another is added below."""
    clock, actor = runtime().clock, current_actor()
    with reading() as session:
        rows = mentors.load(session, actor, today=clock.today())
        chapters = units.chapters(session, clock.now())
    form = MentorForm()
    form.chapters.choices = chapters
    if form.sent():
        try:
            with writing() as session:
                mentors.appoint(
                    session,
                    actor,
                    mentoring.find_person(session, actor, form.name.data),
                    places=form.places.data,
                    chapters=form.chapters.data or (),
                    today=clock.today(),
                    now=clock.now(),
                )
            return redirect(url_for("training.mentor_list"), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    page = page_of(rows, Ask.of(request.args), columns=LOAD_COLUMNS)
    if page.ask.export:
        return download(page, LOAD_COLUMNS, "mentors")
    return render_template("training/mentors.html", page=page, columns=LOAD_COLUMNS, form=form), form.status


@bp.get("/mentors/<int:person_id>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def mentor(person_id: int) -> ResponseReturnValue:
    """One mentor: what they have to do, and what became of those they mentor."""
    with reading() as session:
        found = mentors.load(session, current_actor(), today=runtime().clock.today(), person_id=person_id)
    if not found:
        raise NotFound("training.mentor", "There is no such mentor.")
    return render_template("training/mentor.html", row=found[0])


@bp.post("/mentors/<int:person_id>/release")
@needs(Permission.TRAINING_CLASS_MANAGE)
def release_mentor(person_id: int) -> ResponseReturnValue:
    """Propose a mentor no more."""
    clock = runtime().clock
    with writing() as session:
        mentors.release(session, current_actor(), person_id, today=clock.today(), now=clock.now())
    return redirect(url_for("training.mentor_list"), 303)


def _saying(chapters: Any) -> Any:
    return lambda reason: said(reason, chapters)


@bp.route("/mentoring/<int:pair_id>", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def mentor_pair(pair_id: int) -> ResponseReturnValue:
    """A pair: why, since when, its meetings; one is recorded below."""
    clock, actor = runtime().clock, current_actor()
    form = MeetingForm(data={"held_on": clock.today()})
    if form.sent():
        try:
            with writing() as session:
                meetings.record_meeting(session, actor, pair_id, form.meeting(), today=clock.today(), now=clock.now())
            return redirect(url_for("training.mentor_pair", pair_id=pair_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return _pair_page(pair_id, form)


def _pair_page(pair_id: int, form: MeetingForm, refused: Refusal | None = None) -> ResponseReturnValue:
    with reading() as session:
        found = meetings.pair(session, current_actor(), pair_id)
        chapters = chapters_of(session, [found.reasons])
    shown = render_template(
        "training/mentor_pair.html", found=found, form=form, said=_saying(chapters), refused=refused
    )
    return shown, 422 if refused else form.status


@bp.post("/mentoring/<int:pair_id>/resume")
@needs(Permission.TRAINING_CLASS_MANAGE)
def resume_mentor_pair(pair_id: int) -> ResponseReturnValue:
    """Take the end of a pair back; where the mentor's places are taken, with one place more if that is asked."""
    clock, widen = runtime().clock, "widen" in request.form
    try:
        with writing() as session:
            mentoring.resume_pair(session, current_actor(), pair_id, widen=widen, now=clock.now())
    except (RuleViolation, Conflict) as refusal:
        # Nothing of the form about meetings was sent.
        return _pair_page(pair_id, MeetingForm(formdata=None, data={"held_on": clock.today()}), refusal)
    return redirect(url_for("training.mentor_pair", pair_id=pair_id), 303)


@bp.post("/mentoring/<int:pair_id>/meetings/<int:meeting_id>/<act>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def settle_mentor_meeting(pair_id: int, meeting_id: int, act: str) -> ResponseReturnValue:
    """Let a meeting stand in the learner's stead, or take it back, with the reason."""
    now, why = runtime().clock.now(), request.form.get("reason", "")[:200]
    with writing() as session:
        if act == "confirm":
            meetings.confirm_meeting(session, current_actor(), pair_id, meeting_id, now=now)
        elif act != "void":
            raise NotFound("training.mentor-meeting", "There is no such meeting.")
        else:
            meetings.void_meeting(session, current_actor(), pair_id, meeting_id, reason=why, now=now)
    return redirect(url_for("training.mentor_pair", pair_id=pair_id), 303)
