"""The page that copies a class into a new season."""

import re
from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Optional

from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import copying, overview, seat_rules
from examprep.training.blueprint import bp
from examprep.training.forms import SeatedClassFields, sensible_day, web_address
from examprep.training.seat_forms import typed_rules
from examprep.training.values import ClassCard
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
    submit = SubmitField(N_("Make the class"))


@bp.route("/all/<int:class_id>/copy", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def copy_class(class_id: int) -> ResponseReturnValue:
    """A class once more in a new season, in one form."""
    clock, actor = runtime().clock, current_actor()
    with reading() as session:
        card = overview.class_card(session, actor, class_id, now=clock.now())
        begins = copying.following_day(session, class_id, today=clock.today())
        began = copying.first_day(session, class_id)
        next_exam = overview.next_exam_year(session, begins)
        rules = copying.moved_rules(seat_rules.of_class(session, actor, class_id), begins - (began or begins))
    form = CopyForm(data=_wanted(card, began, begins, next_exam, clock.today()) | dict(typed_rules(rules)))
    offer(form, card)
    look = None
    if form.sent():
        try:
            entry = form.class_entry("planned" if form.draft.data else "open")
            with reading() as session:
                copied = copying.season(
                    session,
                    class_id,
                    first_on=form.first_on.data,
                    skip_days_off=form.skip_days_off.data,
                    place=copying.Place((form.place.data or "").strip(), (form.link.data or "").strip()),
                )
                look = copying.look(session, actor, entry, copied)
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
    return render_template("training/class_copy.html", form=form, card=card, rules=rules, look=look), form.status


def _wanted(card: ClassCard, began: date | None, begins: date, next_exam: int | None, today: date) -> dict[str, Any]:
    """What the form offers: the class as it was, enrolment ending as long before the first day, for the next exam."""
    lead = (began or card.closes_on) - card.closes_on
    year = max(card.exam_year, next_exam) if card.exam_year and next_exam else card.exam_year
    return {
        **vars(card),
        "name": _next_name(card.name, card.exam_year, year),
        "exam_year": year,
        "first_on": begins,
        "opens_on": today,
        "last_day": max(today, begins - max(lead, timedelta()) - timedelta(days=1)),
        "draft": False,
    }


def _next_name(name: str, before: int | None, after: int | None) -> str:
    """The same name with the new year in it, or with the next number behind it."""
    if before and after and before != after and str(before) in name:
        return name.replace(str(before), str(after))
    if found := re.fullmatch(r"(.*\D)\s(\d{1,3})", name):
        return f"{found[1]} {int(found[2]) + 1}"
    return f"{name} 2"
