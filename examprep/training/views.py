"""A trainer's pages: the day, courses, classes."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.feature import home_cards
from examprep.kernel.errors import Conflict, Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission, Role
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import actions, overview, previewing, reinstating, seat_rules, tutoring
from examprep.training.blueprint import bp
from examprep.training.forms import (
    AddSessionsForm,
    ClassChangeForm,
    ClassForm,
    CourseForm,
    ReasonForm,
    SeatedClassFields,
)
from examprep.training.learner_views import pass_on_overdue
from examprep.training.seat_forms import typed_rules
from examprep.training.values import CATEGORIES, CLASS_STANDINGS, CLASS_STATES, HOURS_RULES, KINDS, MODES, ClassCard

CLASS_COLUMNS = (
    Column("name", N_("Class"), sortable=True, link=lambda row: url_for("training.class_", class_id=row["id"])),
    Column("course", N_("Course"), sortable=True),
    Column("kind", N_("Kind"), "sentence"),
    Column("trainer", N_("Trainer"), sortable=True),
    Column("state", N_("State"), "badge"),
    Column("enrolled", N_("Enrolled"), "number", sortable=True),
    Column("capacity", N_("Seats"), "number"),
    Column("waiting", N_("Waiting list"), "number"),
    Column("next_at", N_("Next session"), "instant", sortable=True),
    Column("last_day", N_("Last day to enrol"), "day"),
)
COURSE_COLUMNS = (
    Column("name", N_("Course"), sortable=True, link=lambda row: url_for("training.course", course_id=row["id"])),
    Column("kind", N_("Kind"), "sentence"),
    Column("level", N_("Level")),
    Column("category", N_("Hours count as"), "choice", choices=CATEGORIES),
    Column("classes", N_("Classes"), "number", sortable=True),
)


@bp.get("/")
@needs(Permission.TRAINING_CLASS_MANAGE)
def home() -> ResponseReturnValue:
    """The trainer's day."""
    now = runtime().clock.now()
    with reading() as session:
        found = overview.home(session, current_actor(), now=now)
        concerns = tutoring.concerns(session, current_actor(), today=runtime().clock.today())
        cards = home_cards(session, current_actor(), Role.TRAINER, now)
    return render_template(
        "training/home.html", home=found, concerns=concerns, cards=cards, now=now, today=runtime().clock.today()
    )


@bp.get("/all")
@needs(Permission.TRAINING_CLASS_MANAGE)
def classes() -> ResponseReturnValue:
    """Every class the actor manages."""
    ask = Ask.of(request.args, filters=("state", "kind"))
    with reading() as session:
        page = overview.classes(session, current_actor(), ask, now=runtime().clock.now())
    if ask.export:
        return download(page, CLASS_COLUMNS, "classes")
    return render_template(
        "training/classes.html", page=page, columns=CLASS_COLUMNS, states=CLASS_STANDINGS, kinds=KINDS
    )


@bp.get("/all/courses")
@needs(Permission.TRAINING_CLASS_MANAGE)
def courses() -> ResponseReturnValue:
    """Every course the actor manages."""
    ask = Ask.of(request.args, filters=("kind",))
    with reading() as session:
        page = overview.course_page(session, current_actor(), ask)
    if ask.export:
        return download(page, COURSE_COLUMNS, "courses")
    return render_template("training/courses.html", page=page, columns=COURSE_COLUMNS, kinds=KINDS)


@bp.route("/all/courses/new", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def new_course() -> ResponseReturnValue:
    """A new course; the next step is its first class."""
    form = CourseForm()
    with reading() as session:
        form.offer(overview.subjects(session), overview.levels(session))
    if form.sent():
        try:
            with writing() as session:
                course_id = actions.add_course(session, current_actor(), form.course(), now=runtime().clock.now())
            return redirect(url_for("training.new_class", course=course_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("training/course.html", form=form, course=None), form.status


@bp.route("/all/courses/<int:course_id>", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def course(course_id: int) -> ResponseReturnValue:
    """A course, to change it."""
    with reading() as session:
        found = overview.course(session, current_actor(), course_id)
        offered = overview.subjects(session), overview.levels(session)
    form = CourseForm(data=vars(found))
    form.offer(*offered)
    if form.sent():
        try:
            with writing() as session:
                now = runtime().clock.now()
                actions.change_course(session, current_actor(), course_id, form.course(), now=now)
            return redirect(url_for("training.courses"), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("training/course.html", form=form, course=found), form.status


@bp.route("/all/new", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def new_class() -> ResponseReturnValue:
    """A class with its sessions in one form."""
    today, actor = runtime().clock.today(), current_actor()
    wanted = {
        "course_id": request.args.get("course", type=int),
        "trainer_id": actor.person_id,
        "capacity": 40,
        "opens_on": today,
        "last_day": today + timedelta(days=14),
        "offer_hours": 24,
    }
    form = ClassForm(data=wanted)
    courses_offered = offer(form)
    form.offer_weekdays()
    look = None
    if "more" in request.form:
        form.more_rows()
    elif form.sent():
        try:
            slots, series = form.slots(), form.series()
            with reading() as session:
                look = previewing.of_new_class(
                    session,
                    actor,
                    slots,
                    [series] if series else [],
                    course_id=form.course_id.data,
                    trainer_id=form.trainer_id.data,
                )
            if "look" not in request.form:
                entry = form.class_entry("planned" if form.draft.data else "open")
                with writing() as session:
                    class_id = actions.plan_class(
                        session,
                        actor,
                        entry,
                        slots,
                        series=series,
                        rules=form.seat_rules(),
                        now=runtime().clock.now(),
                    )
                return redirect(url_for("training.class_", class_id=class_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("training/class_new.html", form=form, courses=courses_offered, look=look), form.status


@bp.get("/all/<int:class_id>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def class_(class_id: int) -> ResponseReturnValue:
    """A class: its sessions, who has a seat, who waits."""
    pass_on_overdue(class_id, runtime().clock.now())
    return _class_page(class_id)


def _class_page(class_id: int, refused: Refusal | None = None) -> ResponseReturnValue:
    now = runtime().clock.now()
    with reading() as session:
        view = overview.class_view(session, current_actor(), class_id, now=now)
    page = render_template("training/class.html", view=view, **_names(view.card), refused=refused, now=now)
    return page, 422 if refused else 200


@bp.route("/all/<int:class_id>/edit", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def change_class(class_id: int) -> ResponseReturnValue:
    """What a class says of itself, to change it."""
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=runtime().clock.now())
        rules = seat_rules.of_class(session, current_actor(), class_id)
    form = ClassChangeForm(data={**vars(card), "last_day": card.closes_on - timedelta(days=1), **typed_rules(rules)})
    offer(form, card)
    form.state.choices = [(state, say(name)) for state, name in CLASS_STATES.items() if state != "cancelled"]
    if form.sent():
        try:
            with writing() as session:
                entry = form.class_entry(form.state.data)
                now = runtime().clock.now()
                actions.change_class(session, current_actor(), class_id, entry, rules=form.seat_rules(), now=now)
            return redirect(url_for("training.class_", class_id=class_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("training/class_edit.html", form=form, card=card, rules=rules), form.status


@bp.route("/all/<int:class_id>/cancel", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def cancel_class(class_id: int) -> ResponseReturnValue:
    """Cancel a class, with the reason."""
    form = ReasonForm()
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=runtime().clock.now())
    if form.sent():
        try:
            with writing() as session:
                now = runtime().clock.now()
                actions.cancel_class(session, current_actor(), class_id, reason=form.reason.data, now=now)
            return redirect(url_for("training.class_", class_id=class_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return render_template("training/cancel_class.html", form=form, card=card), form.status


@bp.post("/all/<int:class_id>/reinstate")
@needs(Permission.TRAINING_CLASS_MANAGE)
def reinstate_class(class_id: int) -> ResponseReturnValue:
    """Take the cancelling of a class back."""
    now, release = runtime().clock.now(), "release" in request.form
    try:
        with writing() as session:
            reinstating.reinstate_class(session, current_actor(), class_id, release=release, now=now)
    except (RuleViolation, Conflict) as refusal:
        return _class_page(class_id, refusal)
    return redirect(url_for("training.class_", class_id=class_id), 303)


@bp.route("/all/<int:class_id>/sessions/new", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_MANAGE)
def new_sessions(class_id: int) -> ResponseReturnValue:
    """Further sessions of a class; the usual place and link are those of its last session."""
    with reading() as session:
        view = overview.class_view(session, current_actor(), class_id, now=runtime().clock.now())
    last = view.sessions[-1] if view.sessions else None
    form = AddSessionsForm(data={"usual_place": last.place if last else "", "usual_link": last.link if last else ""})
    form.offer_weekdays()
    look = None
    if "more" in request.form:
        form.more_rows()
    elif form.sent():
        try:
            slots, series = form.slots(), form.series()
            with reading() as session:
                look = previewing.of_class(session, current_actor(), slots, series, class_id)
            if "look" not in request.form:
                with writing() as session:
                    now = runtime().clock.now()
                    release = form.release.data
                    actions.add_sessions(
                        session, current_actor(), class_id, slots, series=series, release=release, now=now
                    )
                return redirect(url_for("training.class_", class_id=class_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template("training/sessions_new.html", form=form, card=view.card, look=look), form.status


def offer(form: SeatedClassFields, card: ClassCard | None = None) -> int:
    """Fill the choices of course and trainer; returns how many courses there are. The present trainer stays offered."""
    with reading() as session:
        offered = [(each.id, each.name) for each in overview.courses(session, current_actor())]
        trainers = overview.trainers(session, current_actor(), runtime().clock.today())
        units = directory.organisation_choices(session, current_actor(), Permission.TRAINING_CLASS_MANAGE)
    if card is not None and card.trainer_id not in dict(trainers):
        trainers.append((card.trainer_id, card.trainer_name))
    form.offer(offered, trainers)
    form.offer_seats(units)
    return len(offered)


def _names(card: ClassCard) -> dict[str, str]:
    """The words for a class's codes."""
    return {
        "kind": KINDS[card.kind],
        "category": CATEGORIES[card.category],
        "mode": MODES[card.mode],
        "hours_rule": HOURS_RULES[card.hours_rule],
    }
