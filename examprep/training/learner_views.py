"""A candidate's pages: classes within reach, a seat, leaving."""

from datetime import datetime

import segno
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.training import checking, enrolling, feedback, overview, seat_store
from examprep.training.blueprint import bp
from examprep.training.values import CATEGORIES, KINDS, MODES, SEATS

OPEN_COLUMNS = (
    Column("name", N_("Class"), sortable=True, link=lambda row: url_for("training.seat", class_id=row["id"])),
    Column("course", N_("Course"), sortable=True),
    Column("kind", N_("Kind"), "sentence"),
    Column("organisation", N_("Held by")),
    Column("next_at", N_("Next session"), "instant", sortable=True),
    Column("enrolled", N_("Enrolled"), "number", sortable=True),
    Column("capacity", N_("Seats"), "number"),
    Column("last_day", N_("Last day to enrol"), "day"),
    Column("seat", N_("My seat"), "badge"),
)


@bp.get("/classes")
@needs(Permission.TRAINING_CLASS_ENROL)
def open_classes() -> ResponseReturnValue:
    """My classes with their next session, and the classes that take enrolments."""
    ask, actor, now = Ask.of(request.args, filters=("kind",)), current_actor(), runtime().clock.now()
    with reading() as session:
        page = overview.open_classes(session, actor, ask, now=now)
        mine = overview.my_classes(session, actor, now=now)
    if ask.export:
        return download(page, OPEN_COLUMNS, "open-classes")
    return render_template(
        "training/open_classes.html", page=page, columns=OPEN_COLUMNS, mine=mine, kinds=KINDS, seats=SEATS
    )


@bp.get("/classes/<int:class_id>")
@needs(Permission.TRAINING_CLASS_ENROL)
def seat(class_id: int) -> ResponseReturnValue:
    """A class, and the candidate's seat in it."""
    return _seat(class_id)


@bp.post("/classes/<int:class_id>/enrol")
@needs(Permission.TRAINING_CLASS_ENROL)
def enrol(class_id: int) -> ResponseReturnValue:
    """Ask for a seat, or take the one that is offered."""
    try:
        with writing() as session:
            enrolling.enrol(session, current_actor(), class_id, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _seat(class_id, refusal.sentence)
    return redirect(url_for("training.seat", class_id=class_id), 303)


@bp.post("/classes/<int:class_id>/leave")
@needs(Permission.TRAINING_CLASS_ENROL)
def leave(class_id: int) -> ResponseReturnValue:
    """Give the seat up."""
    with writing() as session:
        enrolling.leave(session, current_actor(), class_id, now=runtime().clock.now())
    return redirect(url_for("training.open_classes"), 303)


def pass_on_overdue(class_id: int, now: datetime) -> None:
    """Offers that are over are passed on when somebody looks, if the job has not come by yet."""
    with reading() as session:
        overdue = seat_store.has_overdue(session, class_id, now)
    if overdue:
        with writing() as session:
            enrolling.pass_on(session, class_id, now=now)


def _seat(class_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    now = runtime().clock.now()
    pass_on_overdue(class_id, now)
    with reading() as session:
        view = overview.seat_view(session, current_actor(), class_id, now=now)
        asked = feedback.asked(session, runtime().vault, current_actor(), class_id, today=runtime().clock.today())
        own_code = checking.own(session, runtime().vault, current_actor(), class_id, now)
    page = render_template(
        "training/seat.html",
        view=view,
        kind=KINDS[view.card.kind],
        category=CATEGORIES[view.card.category],
        mode=MODES[view.card.mode],
        refusal=refusal,
        asked=asked,
        coming=[each for each in view.sessions if not each.over(now)],
        held=[each for each in view.sessions if each.over(now)],
        now=now,
        own_code=own_code,
        own_picture=own_picture(own_code[1]).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
        if own_code
        else "",
    )
    return page, 422 if refusal else 200


def own_picture(code: str) -> segno.QRCode:
    """The picture of a learner's own code. So few letters would fit a Micro QR code, which cameras do not read."""
    return segno.make_qr(code, error="m")
