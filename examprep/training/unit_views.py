"""A trainer's pages of on-line units: the list, writing one, who stands where, one learner's way."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.prose import prose
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import overview, unit_learning, unit_store, units
from examprep.training.blueprint import bp
from examprep.training.unit_forms import UnitForm, filled
from examprep.training.unit_values import completion_of, try_of
from examprep.training.values import UNIT_COMPLETED, UNIT_KINDS

MANAGE = Permission.TRAINING_CLASS_MANAGE
STATES = (("open", N_("Open")), ("withdrawn", N_("Withdrawn")))
PROGRESS = (("not-begun", N_("Not begun")), ("begun", N_("Begun")), ("finished", N_("Finished")))
UNIT_COLUMNS = (
    Column("title", N_("Unit"), sortable=True, link=lambda row: url_for("training.unit_standing", unit_id=row["id"])),
    Column("course", N_("Course"), sortable=True),
    Column("whom", N_("Open to"), sortable=True),
    Column("kind", N_("Kind"), "choice", choices=UNIT_KINDS),
    Column("minutes", N_("Credit hours"), "hours", sortable=True),
    Column("opened", N_("Opened by (persons)"), "number", sortable=True),
    Column("completed", N_("Completed by (persons)"), "number", sortable=True),
    Column("state", N_("State"), "badge"),
)

bp.app_template_filter("prose")(prose)


@bp.get("/all/units")
@needs(MANAGE)
def managed_units() -> ResponseReturnValue:
    """Every unit of the actor's courses."""
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        page = unit_store.managed_page(session, current_actor(), ask)
        courses = len(overview.courses(session, current_actor()))
    if ask.export:
        return download(page, UNIT_COLUMNS, "units")
    return render_template("training/units.html", page=page, columns=UNIT_COLUMNS, states=STATES, courses=courses)


@bp.route("/all/units/new", methods=["GET", "POST"])
@needs(MANAGE)
def new_unit() -> ResponseReturnValue:
    """A new unit, open at once."""
    form = UnitForm(data={"course_id": request.args.get("course", type=int), "hours": 1})
    _offer(form)
    if form.sent():
        try:
            entry = form.unit()
            with writing() as session:
                now = runtime().clock.now()
                unit_id = units.add(session, runtime().vault, current_actor(), entry, now=now)
            return redirect(url_for("training.unit_standing", unit_id=unit_id), 303)
        except (RuleViolation, NotFound) as refusal:
            form.reject(refusal)
    return render_template("training/unit_edit.html", form=form, unit=None), form.status


@bp.route("/all/units/<int:unit_id>/edit", methods=["GET", "POST"])
@needs(MANAGE)
def change_unit(unit_id: int) -> ResponseReturnValue:
    """A unit, to change it."""
    with reading() as session:
        row = unit_store.unit(session, current_actor(), unit_id)
    form = UnitForm(data=filled(row))
    _offer(form)
    if form.sent():
        try:
            entry = form.unit()
            with writing() as session:
                now = runtime().clock.now()
                units.change(session, runtime().vault, current_actor(), unit_id, entry, now=now)
            return redirect(url_for("training.unit_standing", unit_id=unit_id), 303)
        except (RuleViolation, NotFound) as refusal:
            form.reject(refusal)
    return render_template("training/unit_edit.html", form=form, unit=row), form.status


def _offer(form: UnitForm) -> None:
    with reading() as session:
        courses = [(each.id, each.name) for each in overview.courses(session, current_actor())]
        whom = units.openable(session, current_actor())
        chapters = units.chapters(session, runtime().clock.now())
    form.offer(courses, whom, chapters)


@bp.get("/all/units/<int:unit_id>")
@needs(MANAGE)
def unit_standing(unit_id: int) -> ResponseReturnValue:
    """Who stands where in a unit."""
    return _standing_page(unit_id)


def _standing_page(unit_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        row = unit_store.unit(session, current_actor(), unit_id)
        page = unit_store.standing_page(session, current_actor(), row, ask)
        course = overview.course(session, current_actor(), row.course_id)
    columns = _standing_columns(unit_id)
    if ask.export:
        return download(page, columns, "unit")
    page_ = render_template(
        "training/unit_standing.html",
        unit=row,
        course=course,
        page=page,
        columns=columns,
        choices=PROGRESS,
        refusal=refusal,
        kind=UNIT_KINDS[row.kind],
    )
    return page_, 422 if refusal else 200


def _standing_columns(unit_id: int) -> tuple[Column, ...]:
    return (
        Column(
            "name",
            N_("Name"),
            sortable=True,
            link=lambda row: url_for("training.unit_person", unit_id=unit_id, person_id=row["id"]),
        ),
        Column("organisation", N_("Organisation"), sortable=True),
        Column("state", N_("State"), "badge"),
        Column("first_at", N_("First opened"), "instant", sortable=True),
        Column("tries", N_("Tries of the test"), "number", sortable=True),
        Column("best", N_("Best result (points)"), "marks", sortable=True),
        Column("completed_at", N_("Completed"), "instant", sortable=True),
        Column("how", N_("How"), "choice", choices=UNIT_COMPLETED),
    )


@bp.post("/all/units/<int:unit_id>/withdraw")
@needs(MANAGE)
def withdraw_unit(unit_id: int) -> ResponseReturnValue:
    """Open it to nobody any more, with the reason; it can be opened again."""
    why = request.form.get("reason", "")[:200]
    try:
        with writing() as session:
            units.withdraw(session, current_actor(), unit_id, reason=why, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _standing_page(unit_id, refusal.sentence)
    return redirect(url_for("training.unit_standing", unit_id=unit_id), 303)


@bp.post("/all/units/<int:unit_id>/reopen")
@needs(MANAGE)
def reopen_unit(unit_id: int) -> ResponseReturnValue:
    """Undo the withdrawal."""
    with writing() as session:
        units.reopen(session, current_actor(), unit_id, now=runtime().clock.now())
    return redirect(url_for("training.unit_standing", unit_id=unit_id), 303)


@bp.get("/all/units/<int:unit_id>/persons/<int:person_id>")
@needs(MANAGE)
def unit_person(unit_id: int, person_id: int) -> ResponseReturnValue:
    """One learner's way through a unit: opened, tries, completed, voided."""
    return _person_page(unit_id, person_id)


def _person_page(unit_id: int, person_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    with reading() as session:
        row = unit_store.unit(session, current_actor(), unit_id)
        found = unit_store.standing_page(session, current_actor(), row, Ask(), person_id=person_id).rows
        if not found:
            raise NotFound("people.person", "There is no such person in your organisations.")
        completions = [completion_of(each) for each in unit_store.completions(session, unit_id, person_id)]
        tries = [try_of(session, each) for each in unit_store.tries(session, unit_id, person_id)]
    page = render_template(
        "training/unit_person.html",
        unit=row,
        person=found[0],
        completions=completions,
        tries=tries,
        refusal=refusal,
        how=UNIT_COMPLETED,
    )
    return page, 422 if refusal else 200


@bp.post("/all/units/<int:unit_id>/persons/<int:person_id>/completions/<int:completion_id>/void")
@needs(MANAGE)
def void_completion(unit_id: int, person_id: int, completion_id: int) -> ResponseReturnValue:
    """Take a completion and its hours back, with the reason."""
    why = request.form.get("reason", "")[:200]
    try:
        with writing() as session:
            now = runtime().clock.now()
            unit_learning.void(session, current_actor(), unit_id, completion_id, reason=why, now=now)
    except RuleViolation as refusal:
        return _person_page(unit_id, person_id, refusal.sentence)
    return redirect(url_for("training.unit_person", unit_id=unit_id, person_id=person_id), 303)
