"""Pages of a class's questions and answers, for who has a seat and for its staff."""

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Refusal, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.practice.wording import MENDABLE
from examprep.training import asking, asking_lists
from examprep.training.asking_lists import FILTERS
from examprep.training.blueprint import bp

STATES = {"open": N_("Not answered yet"), "answered": N_("A reply answers it"), "hidden": N_("Hidden")}
OWN_STATES = {**STATES, "withdrawn": N_("Withdrawn")}  # of lists in which one's own questions stand


def columns(address: Callable[[Any], str], *more: Column) -> tuple[Column, ...]:
    return (
        Column("words", N_("What was asked"), link=address),
        *more,
        Column("asker", N_("Asked by"), sortable=True),
        Column("asked_at", N_("When"), "instant", sortable=True),
        Column("replies", N_("Replies"), "number"),
        Column("state", N_("State"), "choice", choices=OWN_STATES),
    )


MANAGED = columns(
    lambda row: url_for("training.managed_question", question_id=row["id"]), Column("class", N_("Class"), sortable=True)
)
MINE = columns(lambda row: url_for("training.class_question", class_id=row["class_id"], question_id=row["id"]))
EVERYWHERE = (MINE[0], MANAGED[1], *MINE[1:])


@bp.get("/all/questions")
@needs(Permission.TRAINING_CLASS_MANAGE)
def managed_questions() -> ResponseReturnValue:
    """What was asked in the actor's classes, what waits longest first."""
    ask = Ask.of(request.args, filters=FILTERS)
    with reading() as session:
        page = asking_lists.managed(session, current_actor(), ask)
        classes = asking_lists.classes(session, current_actor(), staff=True)
    if ask.export:
        return download(page, MANAGED, "class-questions")
    return render_template("training/questions.html", page=page, columns=MANAGED, states=STATES, classes=classes)


@bp.get("/all/questions/<int:question_id>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def managed_question(question_id: int) -> ResponseReturnValue:
    return _thread(question_id, staff=True)


@bp.post("/all/questions/<int:question_id>/reply")
@needs(Permission.TRAINING_CLASS_MANAGE)
def answer_question(question_id: int) -> ResponseReturnValue:
    """Reply as staff."""
    return _reply(question_id, url_for("training.managed_question", question_id=question_id), staff=True)


@bp.post("/all/questions/<int:question_id>/settle")
@needs(Permission.TRAINING_CLASS_MANAGE)
def settle_question(question_id: int) -> ResponseReturnValue:
    """Say which reply answers it, or that none does."""
    return _settle(question_id, url_for("training.managed_question", question_id=question_id), staff=True)


@bp.post("/all/questions/<int:question_id>/words")
@needs(Permission.TRAINING_CLASS_MANAGE)
def reword_as_staff(question_id: int) -> ResponseReturnValue:
    """Say one's own reply otherwise."""
    return _reword(question_id, url_for("training.managed_question", question_id=question_id), staff=True)


@bp.post("/all/questions/<int:question_id>/<act>")
@needs(Permission.TRAINING_CLASS_MANAGE)
def moderate_question(question_id: int, act: str) -> ResponseReturnValue:
    """Hide it or one of its replies, or show that again."""
    if act not in {"hide", "show"}:
        abort(404)
    with writing() as session:
        asking.moderate(
            session,
            current_actor(),
            question_id,
            request.form.get("reply", type=int),
            hide=act == "hide",
            reason=request.form.get("reason", "")[:200],
            now=runtime().clock.now(),
        )
    return redirect(url_for("training.managed_question", question_id=question_id), 303)


@bp.get("/questions")
@needs(Permission.TRAINING_CLASS_ENROL)
def all_questions() -> ResponseReturnValue:
    """What was asked in all of one's classes."""
    ask = Ask.of(request.args, filters=FILTERS)
    with reading() as session:
        page = asking_lists.seated(session, current_actor(), ask)
        classes = asking_lists.classes(session, current_actor(), staff=False)
    if ask.export:
        return download(page, EVERYWHERE, "class-questions")
    return render_template(
        "training/all_questions.html", page=page, columns=EVERYWHERE, states=OWN_STATES, classes=classes
    )


@bp.route("/classes/<int:class_id>/questions", methods=["GET", "POST"])
@needs(Permission.TRAINING_CLASS_ENROL)
def class_questions(class_id: int) -> ResponseReturnValue:
    """What was asked in one's class; something is asked below."""
    actor, refused, words = current_actor(), None, request.form.get("words", "")
    about, now = request.form.get("about", ""), runtime().clock.now()
    if request.method == "POST":
        try:
            with writing() as session:
                made = asking.ask(session, actor, class_id, words, about=about, now=now)
            return redirect(url_for("training.class_question", class_id=class_id, question_id=made), 303)
        except RuleViolation as refusal:
            refused = refusal
    ask = Ask.of(request.args, filters=FILTERS[:2])
    with reading() as session:
        row = asking.learner_class(session, actor, class_id)
        name, abouts = row.name, asking_lists.abouts(session, row.course_id, now)
        page = asking_lists.seated(session, actor, ask, class_id)
    if ask.export:
        return download(page, MINE, "class-questions")
    shown = render_template(
        "training/class_questions.html",
        page=page,
        columns=MINE,
        states=OWN_STATES,
        class_id=class_id,
        name=name,
        words=words,
        abouts=abouts,
        about=about,
        refusal=refused,
    )
    return shown, 422 if refused else 200


@bp.get("/classes/<int:class_id>/questions/<int:question_id>")
@needs(Permission.TRAINING_CLASS_ENROL)
def class_question(class_id: int, question_id: int) -> ResponseReturnValue:
    return _thread(question_id, staff=False)


@bp.post("/classes/<int:class_id>/questions/<int:question_id>/reply")
@needs(Permission.TRAINING_CLASS_ENROL)
def reply_question(class_id: int, question_id: int) -> ResponseReturnValue:
    """Reply to somebody of one's class."""
    back = url_for("training.class_question", class_id=class_id, question_id=question_id)
    return _reply(question_id, back, staff=False)


@bp.post("/classes/<int:class_id>/questions/<int:question_id>/words")
@needs(Permission.TRAINING_CLASS_ENROL)
def reword_question(class_id: int, question_id: int) -> ResponseReturnValue:
    """Say otherwise what one asked or replied."""
    back = url_for("training.class_question", class_id=class_id, question_id=question_id)
    return _reword(question_id, back, staff=False)


@bp.post("/classes/<int:class_id>/questions/<int:question_id>/settle")
@needs(Permission.TRAINING_CLASS_ENROL)
def settle_own_question(class_id: int, question_id: int) -> ResponseReturnValue:
    """Say which reply answers what one asked, or that none does."""
    back = url_for("training.class_question", class_id=class_id, question_id=question_id)
    return _settle(question_id, back, staff=False)


@bp.post("/classes/<int:class_id>/questions/<int:question_id>/withdraw")
@needs(Permission.TRAINING_CLASS_ENROL)
def withdraw_question(class_id: int, question_id: int) -> ResponseReturnValue:
    """Take back what one asked."""
    return _own(asking.withdraw, class_id, question_id)


@bp.post("/classes/<int:class_id>/questions/<int:question_id>/again")
@needs(Permission.TRAINING_CLASS_ENROL)
def ask_question_again(class_id: int, question_id: int) -> ResponseReturnValue:
    """Let what one withdrew stand as before."""
    return _own(asking.ask_again, class_id, question_id)


def _own(act: Callable[..., None], class_id: int, question_id: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            act(session, current_actor(), question_id, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _thread(question_id, staff=False, refusal=refusal)
    return redirect(url_for("training.class_question", class_id=class_id, question_id=question_id), 303)


def _thread(question_id: int, *, staff: bool, refusal: Refusal | None = None, words: str = "") -> ResponseReturnValue:
    now = runtime().clock.now()
    with reading() as session:
        found = asking.thread(session, current_actor(), question_id, staff=staff)
    shown = render_template(
        "training/question.html", thread=found, staff=staff, refusal=refusal, words=words, mendable_since=now - MENDABLE
    )
    return shown, 422 if refusal else 200


def _reply(question_id: int, back: str, *, staff: bool) -> ResponseReturnValue:
    words = request.form.get("words", "")
    try:
        with writing() as session:
            asking.reply(session, current_actor(), question_id, words, staff=staff, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _thread(question_id, staff=staff, refusal=refusal, words=words)
    return redirect(back, 303)


def _reword(question_id: int, back: str, *, staff: bool) -> ResponseReturnValue:
    words, reply_id, now = request.form.get("words", ""), request.form.get("reply", type=int), runtime().clock.now()
    try:
        with writing() as session:
            asking.reword(session, current_actor(), question_id, reply_id, words, staff=staff, now=now)
    except RuleViolation as refusal:
        return _thread(question_id, staff=staff, refusal=refusal)
    return redirect(back, 303)


def _settle(question_id: int, back: str, *, staff: bool) -> ResponseReturnValue:
    chosen = request.form.get("reply", type=int)
    with writing() as session:
        asking.settle(session, current_actor(), question_id, chosen, staff=staff, now=runtime().clock.now())
    return redirect(back, 303)
