"""Pages that copy several classes into a new season in one act, and take the whole back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Optional

from examprep.kernel.errors import Conflict, Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.forms import BaseForm, PartForm
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import copying, overview, seasons
from examprep.training.blueprint import bp
from examprep.training.form_parts import sensible_day

MANAGE = Permission.TRAINING_CLASS_MANAGE
STATES = {"stands": N_("Stands"), "undone": N_("Taken back"), "restored": N_("Taken back, some restored")}
COPY_COLUMNS = (
    Column(
        "at", N_("When"), "instant", sortable=True, link=lambda row: url_for("training.season_copy", copy_id=row["id"])
    ),
    Column("first_on", N_("First day of the new season"), "day", sortable=True),
    Column("by", N_("By"), sortable=True),
    Column("classes", N_("Classes"), "number"),
    Column("standing", N_("Not cancelled"), "number"),
    Column("undone_at", N_("Taken back"), "instant"),
)


class SeasonForm(BaseForm):
    """What holds for all classes of the season."""

    first_on = DateField(
        N_("First day of the new season"),
        [InputRequired(), sensible_day],
        description=N_("Of the class that begins first; the others keep their distance from it."),
    )
    skip_days_off = BooleanField(N_("Skip public holidays, and weekends worked in exchange for them"), default=True)
    materials = BooleanField(N_("Copy the materials of the classes"), default=True)
    units = BooleanField(N_("Copy the on-line units of the classes"), default=True)
    draft = BooleanField(N_("Keep them to trainers for now; candidates do not see them"))
    submit = SubmitField(N_("Make the classes"))


class ClassPart(PartForm):
    """What is otherwise in one class."""

    name = StringField(N_("Name of the class"), [Optional(), Length(max=120)])
    trainer_id = SelectField(N_("Trainer"), [Optional()], coerce=int)
    place = StringField(N_("Another place"), [Optional(), Length(max=200)], description=N_("Empty: where it was."))
    leave_out = BooleanField(N_("Do not copy this one"))

    def wish(self, class_id: int) -> seasons.Wish:
        place = copying.Place((self.place.data or "").strip())
        return seasons.Wish(class_id, (self.name.data or "").strip(), self.trainer_id.data or None, place)


@dataclass(frozen=True)
class Chosen:
    """A class that was chosen, with its part of the form, and how it would be."""

    id: int
    part: ClassPart
    planned: seasons.Planned | None


@bp.route("/all/season", methods=["GET", "POST"])
@needs(MANAGE)
def copy_season() -> ResponseReturnValue:
    """Several classes once more, in one form: looked at as a whole, and made as a whole."""
    clock, actor = runtime().clock, current_actor()
    with reading() as session:
        class_ids = _class_ids(session)
        begins = copying.following_day(copying.sources(session, actor, class_ids).values(), today=clock.today())
        trainers = overview.trainers(session, actor, clock.today())
    if not class_ids:
        return render_template("training/season.html", form=None, chosen=[])
    form = SeasonForm(data={"first_on": begins, "skip_days_off": True, "materials": True, "units": True})
    parts = {each: _part(each, trainers) for each in class_ids}
    wrong = [each for each, part in parts.items() if request.method == "POST" and not part.validate()]
    wishes = [part.wish(each) for each, part in parts.items() if not part.leave_out.data]
    planned: Sequence[seasons.Planned] = ()
    sent = form.sent() and not wrong
    if sent or request.method == "GET":
        try:
            whole = _whole(form)
            with reading() as session:
                planned = seasons.plan(session, actor, wishes, whole, today=clock.today())
            if sent and "look" not in request.form:
                with writing() as session:
                    made = seasons.copy(session, actor, wishes, whole, today=clock.today(), now=clock.now())
                return redirect(url_for("training.season_copy", copy_id=made), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    by_id = {each.wish.class_id: each for each in planned}
    chosen = [Chosen(each, part, by_id.get(each)) for each, part in parts.items()]
    for each in chosen if request.method == "GET" else ():
        if each.planned:
            each.part.name.data = each.planned.offer.entry.name
            each.part.trainer_id.data = each.planned.offer.entry.trainer_id
    return render_template("training/season.html", form=form, chosen=chosen), 422 if wrong else form.status


def _class_ids(session: Session) -> list[int]:
    """The classes that were ticked, or all of a course; of those the actor manages."""
    typed = request.values.getlist("id", type=int)[: seasons.MOST]
    return overview.copyable(session, current_actor(), typed, request.args.get("course", type=int))


def _part(class_id: int, trainers: Sequence[tuple[int, str]]) -> ClassPart:
    part = ClassPart(request.form if request.method == "POST" else None, prefix=f"class-{class_id}-")
    part.trainer_id.choices = [(0, say(N_("As before"))), *trainers]
    return part


def _whole(form: SeasonForm) -> seasons.Whole:
    names = ("first_on", "skip_days_off", "draft", "materials", "units")
    return seasons.Whole(**{name: form[name].data for name in names})


@bp.get("/all/seasons")
@needs(MANAGE)
def season_copies() -> ResponseReturnValue:
    """What was copied as a whole season, and what was taken back."""
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        page = seasons.copies(session, current_actor(), ask)
    if ask.export:
        return download(page, COPY_COLUMNS, "seasons")
    states = [(code, say(name)) for code, name in STATES.items()]
    return render_template("training/seasons.html", page=page, columns=COPY_COLUMNS, states=states)


@bp.get("/all/seasons/<int:copy_id>")
@needs(MANAGE)
def season_copy(copy_id: int) -> ResponseReturnValue:
    """The classes made in one act."""
    return _copy_page(copy_id)


def _copy_page(copy_id: int, refused: Refusal | None = None) -> ResponseReturnValue:
    with reading() as session:
        row, by, rows = seasons.of(session, current_actor(), copy_id)
    shown: dict[str, Any] = {"row": row, "by": by, "rows": rows, "typed": request.form.get("reason", "")}
    return render_template("training/season_copy.html", **shown, refused=refused), 422 if refused else 200


@bp.post("/all/seasons/<int:copy_id>/undo")
@needs(MANAGE)
def undo_season(copy_id: int) -> ResponseReturnValue:
    """Take all classes of a copy back, with the reason, while nobody has joined one."""
    why = request.form.get("reason", "")[:200]
    try:
        with writing() as session:
            seasons.undo(session, current_actor(), copy_id, reason=why, now=runtime().clock.now())
    except (RuleViolation, Conflict) as refusal:
        return _copy_page(copy_id, refusal)
    return redirect(url_for("training.season_copy", copy_id=copy_id), 303)
