"""Feedback on a class: a learner's half minute, and the trainers' list of what was said of each class."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import feedback, feedback_store
from examprep.training.blueprint import bp
from examprep.training.rules.feedback import FEW, LONGEST_WORDS, OPEN, SCALES, SHOWN, STEPS

STATES = (OPEN, FEW, SHOWN)
COLUMNS = (
    Column("name", N_("Class"), sortable=True, link=lambda row: url_for("training.class_report", class_id=row["id"])),
    Column("course", N_("Course")),
    Column("trainer", N_("Trainer"), sortable=True),
    Column("last_at", N_("Last session"), "day", sortable=True),
    Column("came", N_("Came (persons)"), "number"),
    Column("answers", N_("Answered (persons)"), "number", sortable=True),
    Column("useful", N_("Useful"), "number", sortable=True, digits=1),
    Column("clear", N_("Well explained"), "number", sortable=True, digits=1),
    Column("suited", N_("Time, place, materials"), "number", sortable=True, digits=1),
    Column("state", N_("State"), "badge"),
)


class FeedbackForm(BaseForm):
    """Three ticks, and words for whoever has some."""

    useful = RadioField(SCALES["useful"], [InputRequired()], coerce=int)
    clear = RadioField(SCALES["clear"], [InputRequired()], coerce=int)
    suited = RadioField(SCALES["suited"], [InputRequired()], coerce=int)
    words = TextAreaField(
        N_("What should stay, what should change?"), [Optional(), Length(max=LONGEST_WORDS)], render_kw={"rows": 3}
    )
    submit = SubmitField(N_("Send"))

    def offer(self) -> None:
        for field in (self.useful, self.clear, self.suited):
            field.choices = [(step, say(name)) for step, name in STEPS.items()]


@bp.route("/classes/<int:class_id>/feedback", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_ENROL)
def give_feedback(class_id: int) -> ResponseReturnValue:
    """What one thinks of a class that one came to; sent again it stands in place of what was sent before."""
    actor, clock, vault = current_actor(), runtime().clock, runtime().vault
    with reading() as session:
        asked = feedback.asked(session, vault, actor, class_id, today=clock.today())
    if asked is None:
        raise NotFound("training.feedback", "You are asked about classes that you came to, until a week after them.")
    form = FeedbackForm(data=vars(asked.said) if asked.said else None)
    form.offer()
    if form.sent():
        try:
            with writing() as session:
                entry = feedback.Entry(form.useful.data, form.clear.data, form.suited.data, form.words.data or "")
                feedback.give(session, vault, actor, class_id, entry, now=clock.now())
            return redirect(url_for("training.give_feedback", class_id=class_id, saved="yes"), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    page = render_template("training/feedback.html", form=form, asked=asked, saved="saved" in request.args)
    return page, form.status


@bp.post("/classes/<int:class_id>/feedback/withdraw")
@needs(Permission.TRAINING_CLASS_ENROL)
def withdraw_feedback(class_id: int) -> ResponseReturnValue:
    with writing() as session:
        feedback.take_back(session, runtime().vault, current_actor(), class_id, now=runtime().clock.now())
    return redirect(url_for("training.give_feedback", class_id=class_id), 303)


@bp.get("/all/feedback")
@needs(Permission.TRAINING_CLASS_MANAGE)
def feedback_list() -> ResponseReturnValue:
    """What was said of each class, where it may be told."""
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        page = feedback_store.page(session, current_actor(), ask, today=runtime().clock.today())
    if ask.export:
        return download(page, COLUMNS, "feedback")
    return render_template("training/feedback_list.html", page=page, columns=COLUMNS, states=STATES)
