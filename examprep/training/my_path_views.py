"""A learner's pages of a learning path: where one stands, case notes of the class, comments."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import path_overview, path_store, paths
from examprep.training.blueprint import bp
from examprep.training.rules.path import NAMES

ENROL = Permission.TRAINING_CLASS_ENROL


@bp.get("/classes/<int:class_id>/path")
@needs(ENROL)
def my_path(class_id: int) -> ResponseReturnValue:
    """The topics of a class in which one has a seat, each with its four steps and what is next."""
    with reading() as session:
        row, topics = path_overview.mine(session, current_actor(), class_id)
    return render_template("training/my_path.html", class_id=class_id, name=row.name, topics=topics, names=NAMES)


@bp.get("/classes/<int:class_id>/path/<int:topic_id>")
@needs(ENROL)
def topic_notes(class_id: int, topic_id: int) -> ResponseReturnValue:
    """The case notes on a topic: one's own, and those that are shown, with what peers said."""
    return _notes(class_id, topic_id)


def _notes(class_id: int, topic_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        row, _ = path_store.seated_class(session, actor.person_id, class_id)
        topic = path_store.topic(session, row.course_id, topic_id)
        notes = path_store.shown_notes(session, topic_id, actor.person_id)
        comments = path_store.comments(session, [note.id for note, _ in notes], actor.person_id)
    page = render_template(
        "training/topic_notes.html",
        class_id=class_id,
        name=row.name,
        topic=topic,
        notes=notes,
        comments=comments,
        mine=next((note for note, _ in notes if note.person_id == actor.person_id), None),
        refusal=refusal,
        typed=request.form.get("words", ""),
    )
    return page, 422 if refusal else 200


@bp.post("/classes/<int:class_id>/path/<int:topic_id>/note")
@needs(ENROL)
def write_note(class_id: int, topic_id: int) -> ResponseReturnValue:
    """Write one's case note; a trainer reads it before the class does."""
    words = request.form.get("words", "")
    try:
        with writing() as session:
            paths.write_note(session, current_actor(), class_id, topic_id, words, now=runtime().clock.now())
    except (RuleViolation, Conflict) as refusal:
        return _notes(class_id, topic_id, refusal.sentence)
    return redirect(url_for("training.topic_notes", class_id=class_id, topic_id=topic_id), 303)


@bp.post("/classes/<int:class_id>/path/<int:topic_id>/notes/<int:note_id>/comment")
@needs(ENROL)
def comment_note(class_id: int, topic_id: int, note_id: int) -> ResponseReturnValue:
    """Say something about a peer's note."""
    words = request.form.get("words", "")
    try:
        with writing() as session:
            paths.comment(session, current_actor(), class_id, note_id, words, now=runtime().clock.now())
    except (RuleViolation, Conflict) as refusal:
        return _notes(class_id, topic_id, refusal.sentence)
    return redirect(url_for("training.topic_notes", class_id=class_id, topic_id=topic_id), 303)
