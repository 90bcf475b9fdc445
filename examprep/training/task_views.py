"""Pages of field tasks: handed in by learners, settled by trainers."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.uploads import accept
from examprep.plumbing.uploads import download as file_download
from examprep.training import field_tasks, overview
from examprep.training.blueprint import bp

ENROL, MANAGE = Permission.TRAINING_CLASS_ENROL, Permission.TRAINING_CLASS_MANAGE
STATES = {"waiting": N_("Waits for the trainer"), "accepted": N_("Accepted"), "returned": N_("Returned")}


@bp.route("/classes/<int:class_id>/path/<int:topic_id>/task", methods=["GET", "POST"])
@needs(ENROL)
def field_task(class_id: int, topic_id: int) -> ResponseReturnValue:
    """The field task of a topic, and what the actor handed in for it."""
    actor, words, refused = current_actor(), request.form.get("words", ""), None
    if request.method == "POST":
        try:
            sent = request.files.get("file")
            file = accept(sent.filename, sent.read()) if sent and sent.filename else None
            with writing() as session:
                now, vault = runtime().clock.now(), runtime().vault
                field_tasks.hand_in(session, vault, actor, class_id, topic_id, words, file, now=now)
            return redirect(url_for("training.field_task", class_id=class_id, topic_id=topic_id), 303)
        except (RuleViolation, Conflict) as refusal:
            refused = refusal.sentence
    with reading() as session:
        name, topic, rows = field_tasks.mine(session, actor, class_id, topic_id)
    shown = render_template(
        "training/field_task.html", class_id=class_id, name=name, topic=topic, rows=rows, refusal=refused, typed=words
    )
    return shown, 422 if refused else 200


@bp.get("/classes/<int:class_id>/path/<int:topic_id>/task/<int:evidence_id>")
@needs(ENROL)
def own_evidence(class_id: int, topic_id: int, evidence_id: int) -> ResponseReturnValue:
    """The file that the actor handed in."""
    with reading() as session:
        _, _, rows = field_tasks.mine(session, current_actor(), class_id, topic_id)
        if evidence_id not in {row.id for row in rows}:
            raise NotFound("training.evidence", "There is no such evidence.")
        found = field_tasks.file_of(session, runtime().vault, evidence_id)
    return file_download(*found)


def _columns(class_id: int) -> tuple[Column, ...]:
    return (
        Column(
            "name",
            N_("Name"),
            sortable=True,
            link=lambda row: url_for("training.evidence", class_id=class_id, evidence_id=row["id"]),
        ),
        Column("topic", N_("Topic"), sortable=True),
        Column("sent_at", N_("When"), "instant", sortable=True),
        Column("state", N_("State"), "choice", choices=STATES),
    )


@bp.get("/all/<int:class_id>/path/evidence")
@needs(MANAGE)
def evidence_list(class_id: int) -> ResponseReturnValue:
    """What a class's learners handed in, what waits longest first."""
    ask, columns = Ask.of(request.args, filters=("state",)), _columns(class_id)
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=runtime().clock.now())
        page = field_tasks.handed_in(session, current_actor(), class_id, ask)
    if ask.export:
        return download(page, columns, "evidence")
    return render_template("training/evidence_list.html", card=card, page=page, columns=columns, states=STATES)


@bp.get("/all/<int:class_id>/path/evidence/<int:evidence_id>")
@needs(MANAGE)
def evidence(class_id: int, evidence_id: int) -> ResponseReturnValue:
    return _evidence(class_id, evidence_id)


def _evidence(class_id: int, evidence_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=runtime().clock.now())
        row, topic, name = field_tasks.found(session, current_actor(), class_id, evidence_id)
    page = render_template(
        "training/evidence.html",
        card=card,
        row=row,
        topic=topic,
        name=name,
        seen=field_tasks.stamp(row),
        refusal=refusal,
        typed=request.form.get("reason", ""),
    )
    return page, 422 if refusal else 200


@bp.get("/all/<int:class_id>/path/evidence/<int:evidence_id>/file")
@needs(MANAGE)
def evidence_file(class_id: int, evidence_id: int) -> ResponseReturnValue:
    """What came along."""
    with reading() as session:
        row, _, _ = field_tasks.found(session, current_actor(), class_id, evidence_id)
        found = field_tasks.file_of(session, runtime().vault, row.id)
    return file_download(*found)


@bp.post("/all/<int:class_id>/path/evidence/<int:evidence_id>")
@needs(MANAGE)
def settle_evidence(class_id: int, evidence_id: int) -> ResponseReturnValue:
    """Accept it, return it with the reason, or let it wait again."""
    state, seen, why = request.args.get("to", ""), request.args.get("seen", ""), request.form.get("reason", "")[:200]
    if state not in STATES:
        raise NotFound("training.evidence", "There is no such evidence.")
    try:
        with writing() as session:
            now = runtime().clock.now()
            read = {"state": state, "seen": seen, "reason": why}
            field_tasks.settle(session, current_actor(), class_id, evidence_id, **read, now=now)
    except (RuleViolation, Conflict) as refusal:
        return _evidence(class_id, evidence_id, refusal.sentence)
    return redirect(url_for("training.evidence_list", class_id=class_id), 303)
