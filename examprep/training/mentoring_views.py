"""The page of the mentoring pairs."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import mentoring
from examprep.training.blueprint import bp
from examprep.training.form_parts import sensible_day

COLUMNS = (
    Column("mentor", N_("Mentor"), sortable=True),
    Column("mentee", N_("Mentee"), sortable=True, link=lambda row: _pair_of(row)),
    Column("organisation", N_("Unit")),
    Column("since", N_("Since"), "day", sortable=True),
    Column("until", N_("Until"), "day"),
)


def _pair_of(row: Mapping[str, Any]) -> str | None:
    """The page of a pair, for those who may open it."""
    if not current_actor().may(Permission.TRAINING_CLASS_MANAGE):
        return None
    return url_for("training.mentor_pair", pair_id=row["id"])


class PairForm(BaseForm):
    """Two people, by name; who they are is asked of the rows."""

    mentor = StringField(N_("Mentor"), [InputRequired(), Length(max=60)])
    mentee = StringField(N_("Mentee"), [InputRequired(), Length(max=60)])
    since = DateField(N_("Since"), [InputRequired(), sensible_day])
    widen = BooleanField(
        N_("Give the mentor one place more if all are taken"),
        description=N_("Whoever is no mentor yet becomes one with this place."),
    )
    submit = SubmitField(N_("Make a pair"))


@bp.route("/mentoring", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE, Permission.BUREAU_HOME_SEE)
def mentor_pairs() -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    manages = actor.may(Permission.TRAINING_CLASS_MANAGE)
    permission = Permission.TRAINING_CLASS_MANAGE if manages else Permission.BUREAU_HOME_SEE
    form = PairForm(since=today)
    if manages and form.sent():
        try:
            with writing() as session:
                now = runtime().clock.now()
                pair_id = mentoring.pair(
                    session,
                    actor,
                    mentor_id=mentoring.find_person(session, actor, form.mentor.data),
                    mentee_id=mentoring.find_person(session, actor, form.mentee.data),
                    since=form.since.data,
                    widen=form.widen.data,
                    now=now,
                )
                mentoring.tell(session, pair_id, now=now)
            return redirect(url_for("training.mentor_pairs"), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        ask = Ask.of(request.args, filters=("state", "organisation"))
        page = mentoring.pairs(session, actor, permission, ask, today=today)
        counts = mentoring.counts(session, actor, permission, today, ask.number("organisation"))
        units = directory.organisation_choices(session, actor, permission)
    if page.ask.export:
        return download(page, COLUMNS, "mentoring")
    shown = render_template(
        "training/mentoring.html", page=page, columns=COLUMNS, counts=counts, units=units, form=form, manages=manages
    )
    return shown, form.status


@bp.post("/mentoring/<int:pair_id>/end")
@needs(Permission.TRAINING_CLASS_MANAGE)
def end_mentor_pair(pair_id: int) -> ResponseReturnValue:
    """End a pair, with the reason."""
    clock, why = runtime().clock, request.form.get("reason", "")[:200]
    with writing() as session:
        mentoring.end_pair(session, current_actor(), pair_id, reason=why, today=clock.today(), now=clock.now())
    return redirect(url_for("training.mentor_pair", pair_id=pair_id), 303)
