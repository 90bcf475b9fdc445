"""A trainer's pages of a learning path: who is stuck at which step, topics, notes to settle, meetings."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from examprep.kernel.errors import NotFound, Refusal, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import field_tasks, overview, path_overview, path_store, paths, units
from examprep.training.blueprint import bp
from examprep.training.path_forms import TopicForm, TutoringForm
from examprep.training.rules.path import NAMES

MANAGE = Permission.TRAINING_CLASS_MANAGE
STEP_NAMES = {**NAMES, "done": N_("All four done")}


def _columns(class_id: int) -> tuple[Column, ...]:
    return (
        Column(
            "name",
            N_("Name"),
            sortable=True,
            link=lambda row: url_for(
                "training.path_person", class_id=class_id, topic_id=row["topic_id"], person_id=row["id"]
            ),
        ),
        Column("organisation", N_("Organisation"), sortable=True),
        Column("topic", N_("Topic"), sortable=True),
        Column("step", N_("Stands at"), "choice", choices=STEP_NAMES, sortable=True),
        Column("since", N_("Standing since"), "instant", sortable=True),
        Column("days", N_("Days there"), "number", sortable=True),
    )


@bp.get("/all/<int:class_id>/path")
@needs(MANAGE)
def class_path(class_id: int) -> ResponseReturnValue:
    """Who of a class stands at which step of each topic, and since when."""
    ask, clock = Ask.of(request.args, filters=("topic", "step")), runtime().clock
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=clock.now())
        topics = path_store.topics(session, card.course_id, withdrawn=True)
        rows = path_overview.table(session, class_id, card.course_id, now=clock.now())
        waiting = len(path_overview.to_settle(session, class_id, card.course_id))
        evidence = field_tasks.waiting(session, class_id, card.course_id)
    counts = path_overview.counts(rows)
    if (topic := ask.number("topic")) is not None:
        rows = [row for row in rows if row["topic_id"] == topic]
    if step := ask.filters.get("step"):
        rows = [row for row in rows if row["step"] == step]
    columns = _columns(class_id)
    page = page_of(rows, ask, columns=columns)
    if ask.export:
        return download(page, columns, "path")
    return render_template(
        "training/path.html",
        card=card,
        page=page,
        columns=columns,
        topics=[each for each in topics if each.withdrawn_at is None],
        away=[each for each in topics if each.withdrawn_at is not None],
        counts=counts,
        waiting=waiting,
        evidence=evidence,
        steps=list(STEP_NAMES.items()),
    )


@bp.route("/all/<int:class_id>/path/new", methods=["GET", "POST"])
@needs(MANAGE)
def new_topic(class_id: int) -> ResponseReturnValue:
    """A further topic of the course's path."""
    form, now = TopicForm(data={"rights": 10, "comments": 2}), runtime().clock.now()
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=now)
        form.offer(units.chapters(session, now), path_overview.learnable(session, card.course_id, class_id))
    if form.sent():
        try:
            with writing() as session:
                paths.add_topic(session, current_actor(), class_id, form.topic(), now=now)
            return redirect(url_for("training.class_path", class_id=class_id), 303)
        except (RuleViolation, NotFound) as refusal:
            form.reject(refusal)
    return render_template("training/topic_new.html", card=card, form=form, topic=None), form.status


@bp.route("/all/<int:class_id>/path/<int:topic_id>/edit", methods=["GET", "POST"])
@needs(MANAGE)
def change_topic(class_id: int, topic_id: int) -> ResponseReturnValue:
    """What a topic asks, to change it."""
    now = runtime().clock.now()
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=now)
        row = path_store.topic(session, card.course_id, topic_id)
        form = TopicForm(data=TopicForm.typed(row))
        learnable = path_overview.learnable(session, card.course_id, class_id, keeping=row.unit_id)
        form.offer(units.chapters(session, now), learnable)
    if form.sent():
        try:
            with writing() as session:
                paths.change_topic(session, current_actor(), class_id, topic_id, form.topic(), now=now)
            return redirect(url_for("training.class_path", class_id=class_id), 303)
        except (RuleViolation, NotFound) as refusal:
            form.reject(refusal)
    return render_template("training/topic_new.html", card=card, form=form, topic=row), form.status


@bp.post("/all/<int:class_id>/path/<int:topic_id>/withdraw")
@needs(MANAGE)
def withdraw_topic(class_id: int, topic_id: int) -> ResponseReturnValue:
    """Take a topic out of the path, with the reason; it can be put back."""
    why = request.form.get("reason", "")[:200]
    with writing() as session:
        now = runtime().clock.now()
        paths.withdraw_topic(session, current_actor(), class_id, topic_id, reason=why, now=now)
    return redirect(url_for("training.class_path", class_id=class_id), 303)


@bp.post("/all/<int:class_id>/path/<int:topic_id>/restore")
@needs(MANAGE)
def restore_topic(class_id: int, topic_id: int) -> ResponseReturnValue:
    """Undo it."""
    with writing() as session:
        paths.restore_topic(session, current_actor(), class_id, topic_id, now=runtime().clock.now())
    return redirect(url_for("training.class_path", class_id=class_id), 303)


@bp.get("/all/<int:class_id>/path/notes")
@needs(MANAGE)
def path_notes(class_id: int) -> ResponseReturnValue:
    """Case notes and comments of a class, what waits first."""
    return _notes_page(class_id)


def _notes_page(class_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=runtime().clock.now())
        waiting = path_overview.to_settle(session, class_id, card.course_id)
        settled = path_overview.to_settle(session, class_id, card.course_id, waiting=False)
    page = render_template("training/path_notes.html", card=card, waiting=waiting, settled=settled, refusal=refusal)
    return page, 422 if refusal else 200


@bp.post("/all/<int:class_id>/path/notes/<kind>/<int:row_id>")
@needs(MANAGE)
def settle_note(class_id: int, kind: str, row_id: int) -> ResponseReturnValue:
    """Show it to the class, or hide it with the reason."""
    why, show = request.form.get("reason", "")[:200], request.form.get("to") == "show"
    try:
        with writing() as session:
            now = runtime().clock.now()
            paths.settle(session, current_actor(), class_id, kind, row_id, show=show, reason=why, now=now)
    except RuleViolation as refusal:
        return _notes_page(class_id, refusal.sentence)
    return redirect(url_for("training.path_notes", class_id=class_id), 303)


@dataclass(frozen=True)
class _PersonPage:
    values: dict[str, Any]
    weakest: int | None


def _person(session: Session, class_id: int, topic_id: int, person_id: int) -> _PersonPage:
    clock = runtime().clock
    card = overview.class_card(session, current_actor(), class_id, now=clock.now())
    topic = path_store.topic(session, card.course_id, topic_id)
    line = next((each for each in path_store.learners(session, class_id) if each[0] == person_id), None)
    if line is None:
        raise NotFound("training.learner", "There is no such learner in this class.")
    weakest = path_overview.weakest(session, person_id, today=clock.today())
    return _PersonPage(
        {
            "card": card,
            "topic": topic,
            "person": line,
            "standing": path_overview.standing_of(session, class_id, topic, person_id, line[3]),
            "meetings": path_store.tutorings(session, topic_id, person_id),
            "weakest": weakest,
            "names": NAMES,
        },
        weakest[0].id if weakest else None,
    )


@bp.route("/all/<int:class_id>/path/<int:topic_id>/persons/<int:person_id>", methods=["GET", "POST"])
@needs(MANAGE)
def path_person(class_id: int, topic_id: int, person_id: int) -> ResponseReturnValue:
    """Where one learner stands in a topic, their weak point, and the meetings about it; one is recorded below."""
    clock = runtime().clock
    with reading() as session:
        found = _person(session, class_id, topic_id, person_id)
        chapters = units.chapters(session, clock.now())
    form = TutoringForm(data={"held_on": clock.today(), "chapter_id": found.weakest or 0})
    form.offer(chapters)
    if form.sent():
        try:
            with writing() as session:
                paths.record_tutoring(
                    session,
                    current_actor(),
                    class_id,
                    topic_id,
                    person_id,
                    held_on=form.held_on.data,
                    chapter_id=form.chapter_id.data or None,
                    words=form.words.data,
                    now=clock.now(),
                    today=clock.today(),
                )
            address = url_for("training.path_person", class_id=class_id, topic_id=topic_id, person_id=person_id)
            return redirect(address, 303)
        except Refusal as refusal:
            form.reject(refusal)
    return render_template("training/path_person.html", **found.values, form=form), form.status


@bp.post("/all/<int:class_id>/path/<int:topic_id>/persons/<int:person_id>/meetings/<int:meeting_id>/void")
@needs(MANAGE)
def void_meeting(class_id: int, topic_id: int, person_id: int, meeting_id: int) -> ResponseReturnValue:
    """Take the record of a meeting back, with the reason."""
    why = request.form.get("reason", "")[:200]
    with writing() as session:
        now = runtime().clock.now()
        paths.void_tutoring(session, current_actor(), class_id, topic_id, meeting_id, reason=why, now=now)
    return redirect(url_for("training.path_person", class_id=class_id, topic_id=topic_id, person_id=person_id), 303)
