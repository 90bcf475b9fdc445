"""The page that copies a class into a new season."""

from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import copying, overview
from examprep.training.blueprint import bp
from examprep.training.copying import Offer
from examprep.training.forms import SeatedClassFields, sensible_day, web_address
from examprep.training.seat_forms import typed_rules
from examprep.training.views import offer


class CopyForm(SeatedClassFields, BaseForm):
    """The new class; its sessions follow from the first day."""

    first_on = DateField(N_("First day of the new season"), [InputRequired(), sensible_day])
    skip_days_off = BooleanField(
        N_("Skip public holidays, and weekends worked in exchange for them"),
        default=True,
        description=N_("There are still as many sessions; the series ends later."),
    )
    place = StringField(N_("Another place"), [Optional(), Length(max=200)], description=N_("Empty: where it was."))
    link = StringField(
        N_("Another link"), [Optional(), Length(max=500), web_address], description=N_("Empty: as it was.")
    )
    materials = BooleanField(
        N_("Copy the materials of the class"),
        default=True,
        description=N_("What all classes of the course share is there by itself."),
    )
    units = BooleanField(
        N_("Copy the on-line units of the class"),
        default=True,
        description=N_("Those of the organisation are there by themselves, and so is the path of the course."),
    )
    draft = BooleanField(N_("Keep it to trainers for now; candidates do not see it"))
    offered_for = DateField(validators=[Optional(), sensible_day], widget=HiddenInput())
    submit = SubmitField(N_("Make the class"))

    def follow(self, before: Offer, after: Offer) -> None:
        """Move the days that stand as they were offered along with the first day; typed ones stay."""
        self.offered_for.data = self.first_on.data
        if self.last_day.data == last_day(before):
            self.last_day.data = last_day(after)
        was = {each.organisation_id: each.released_on for each in before.rules.shares}
        becomes = {each.organisation_id: each.released_on for each in after.rules.shares}
        for share in (entry.form for entry in self.shares):
            kept_for = share.organisation_id.data
            if share.released_on.data and share.released_on.data == was.get(kept_for):
                share.released_on.data = becomes[kept_for]


@bp.route("/all/<int:class_id>/copy", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def copy_class(class_id: int) -> ResponseReturnValue:
    """A class once more in a new season, in one form."""
    clock, actor = runtime().clock, current_actor()
    with reading() as session:
        card = overview.class_card(session, actor, class_id, now=clock.now())
        source = copying.source(session, actor, class_id)
        begins = copying.following_day([source], today=clock.today())
        offered = copying.offered(session, source, first_on=begins, today=clock.today())
    form = CopyForm(data=_typed(offered, begins))
    offer(form, card)
    look = None
    if form.sent():
        try:
            if form.offered_for.data not in (None, form.first_on.data):
                with reading() as session:
                    form.follow(
                        *(
                            copying.offered(session, source, first_on=day, today=clock.today())
                            for day in (form.offered_for.data, form.first_on.data)
                        )
                    )
            entry = form.class_entry("planned" if form.draft.data else "open")
            with reading() as session:
                copied = copying.season(
                    source,
                    first_on=form.first_on.data,
                    skip_days_off=form.skip_days_off.data,
                    place=copying.Place((form.place.data or "").strip(), (form.link.data or "").strip()),
                )
                look = copying.look(session, actor, entry, copied, source_id=class_id)
            if "look" not in request.form:
                with writing() as session:
                    made = copying.copy_class(
                        session,
                        actor,
                        class_id,
                        entry,
                        copied,
                        rules=form.seat_rules(),
                        with_materials=form.materials.data,
                        with_units=form.units.data,
                        now=clock.now(),
                    )
                return redirect(url_for("training.class_", class_id=made), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    shown = render_template("training/class_copy.html", form=form, card=card, rules=offered.rules, look=look)
    return shown, form.status


def _typed(offered: Offer, begins: date) -> dict[str, Any]:
    """What the form offers."""
    more = {"first_on": begins, "offered_for": begins, "last_day": last_day(offered), "draft": False}
    return {**vars(offered.entry), **more, **typed_rules(offered.rules)}


def last_day(offered: Offer) -> date:
    return offered.entry.closes_on - timedelta(days=1)
