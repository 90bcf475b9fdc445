"""Pages for whoever enrols the people of an organisation: classes, people to pick, what came of it, taking out."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import staff_pages, staffing
from examprep.training.blueprint import bp
from examprep.training.forms import ReasonForm
from examprep.training.learner_views import pass_on_overdue
from examprep.training.values import KINDS, SEATS

ENROL = Permission.TRAINING_STAFF_ENROL
CLASS_COLUMNS = (
    Column("name", N_("Class"), sortable=True, link=lambda row: url_for("training.staff_class", class_id=row["id"])),
    Column("course", N_("Course"), sortable=True),
    Column("organisation", N_("Held by")),
    Column("next_at", N_("Next session"), "instant"),
    Column("last_day", N_("Last day to enrol"), "day"),
    Column("capacity", N_("Seats"), "number"),
    Column("free", N_("Free seats"), "number", sortable=True),
    Column("ours", N_("Our people"), "number", sortable=True),
)
SEAT_FILTERS = {"none": N_("Not in the class"), **{code: SEATS[code] for code in SEATS if code != "left"}}


@bp.get("/staff")
@needs(ENROL)
def staff_classes() -> ResponseReturnValue:
    """Classes into which the actor may enrol people."""
    ask = Ask.of(request.args, filters=("kind",))
    with reading() as session:
        page = staff_pages.classes(session, current_actor(), ask, now=runtime().clock.now())
    if ask.export:
        return download(page, CLASS_COLUMNS, "classes-for-staff")
    return render_template("training/staff.html", page=page, columns=CLASS_COLUMNS, kinds=KINDS)


@bp.get("/staff/<int:class_id>")
@needs(ENROL)
def staff_class(class_id: int) -> ResponseReturnValue:
    """The actor's people, to pick whom to enrol."""
    return _people(class_id)


@bp.post("/staff/<int:class_id>")
@needs(ENROL)
def staff_enrol(class_id: int) -> ResponseReturnValue:
    """Enrol the ticked ones in one act, and say of each how it ended."""
    person_ids = list(dict.fromkeys(request.form.getlist("id", type=int)))[: staffing.MOST]
    if not person_ids:
        return redirect(url_for("training.staff_class", class_id=class_id), 303)
    try:
        with writing() as session:
            now = runtime().clock.now()
            outcomes = staffing.enrol_many(session, current_actor(), class_id, person_ids, now=now)
            names = staffing.names_of(session, person_ids)
            card = staff_pages.card(session, current_actor(), class_id, now=now)
    except RuleViolation as refusal:
        return _people(class_id, refusal)
    lines = [(names[id_], outcome) for id_, outcome in outcomes.items()]
    return render_template(
        "training/staff_done.html",
        card=card,
        seated=[(name, outcome) for name, outcome in lines if isinstance(outcome, str)],
        refused=[(name, outcome.sentence) for name, outcome in lines if isinstance(outcome, RuleViolation)],
        seats=SEATS,
    )


@bp.route("/staff/<int:class_id>/people/<int:person_id>/leave", methods=["GET", "POST"])
@needs(ENROL)
def take_out(class_id: int, person_id: int) -> ResponseReturnValue:
    """Take somebody out of a class, with the reason; back to where the actor came from."""
    actor, form = current_actor(), ReasonForm()
    with reading() as session:
        row, seat = staffing.seat_of(session, actor, class_id, person_id)
        name, title, state = staffing.names_of(session, [person_id])[person_id], row.name, SEATS[seat.state]
    manages = request.args.get("from") == "class" and actor.may(Permission.TRAINING_CLASS_MANAGE)
    back = url_for("training.class_" if manages else "training.staff_class", class_id=class_id)
    if form.sent():
        try:
            with writing() as session:
                now = runtime().clock.now()
                staffing.take_out(session, actor, class_id, person_id, form.reason.data, now=now)
            return redirect(back, 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    page = render_template("training/take_out.html", form=form, name=name, title=title, state=state, back=back)
    return page, form.status


def _people(class_id: int, refusal: RuleViolation | None = None) -> ResponseReturnValue:
    ask, actor, now = Ask.of(request.args, filters=("unit", "seat"), size=50), current_actor(), runtime().clock.now()
    pass_on_overdue(class_id, now)
    with reading() as session:
        card = staff_pages.card(session, actor, class_id, now=now)
        page = staff_pages.people(session, actor, class_id, ask, now=now)
        units = directory.organisation_choices(session, actor, ENROL)
    columns = (
        Column("name", N_("Name"), sortable=True),
        Column("organisation", N_("Organisation"), sortable=True),
        Column("seat", N_("Seat"), "badge", link=lambda row: _leave_address(class_id, row["leaving"])),
        Column("refused", N_("Cannot be enrolled because"), "sentence"),
    )
    if ask.export:
        return download(page, columns, f"staff-of-class-{class_id}")
    drawn = render_template(
        "training/staff_class.html",
        card=card,
        page=page,
        columns=columns,
        units=units,
        seats=SEAT_FILTERS,
        refusal=refusal.sentence if refusal else None,
    )
    return drawn, 422 if refusal else 200


def _leave_address(class_id: int, person_id: int | None) -> str | None:
    return url_for("training.take_out", class_id=class_id, person_id=person_id) if person_id else None
