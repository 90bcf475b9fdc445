"""A learner's pages of on-line units: the list with how far one has come, a unit, its test."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.uploads import download as file_download
from examprep.training import unit_learning, unit_store
from examprep.training.blueprint import bp
from examprep.training.unit_views import PROGRESS
from examprep.training.values import CATEGORIES, UNIT_KINDS

ENROL = Permission.TRAINING_CLASS_ENROL
MY_COLUMNS = (
    Column("title", N_("Unit"), sortable=True, link=lambda row: url_for("training.unit", unit_id=row["id"])),
    Column("course", N_("Course"), sortable=True),
    Column("kind", N_("Kind"), "choice", choices=UNIT_KINDS),
    Column("minutes", N_("Credit hours"), "hours", sortable=True),
    Column("state", N_("State"), "badge"),
    Column("completed_at", N_("Completed"), "instant", sortable=True),
)


@bp.get("/units")
@needs(ENROL)
def my_units() -> ResponseReturnValue:
    """The units open to the actor, what is begun first."""
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        page = unit_store.my_page(session, current_actor(), ask)
    if ask.export:
        return download(page, MY_COLUMNS, "units")
    return render_template("training/my_units.html", page=page, columns=MY_COLUMNS, choices=PROGRESS)


@bp.get("/units/<int:unit_id>")
@needs(ENROL)
def unit(unit_id: int) -> ResponseReturnValue:
    """A unit to read or watch; that it was opened is noted."""
    return _unit_page(unit_id)


def _unit_page(unit_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    with writing() as session:
        view = unit_learning.open_(session, current_actor(), unit_id, now=runtime().clock.now())
    page = render_template(
        "training/unit.html",
        view=view,
        kind=UNIT_KINDS[view.kind],
        category=CATEGORIES[view.category],
        refusal=refusal,
    )
    return page, 422 if refusal else 200


@bp.get("/units/<int:unit_id>/file")
@needs(ENROL, Permission.TRAINING_CLASS_MANAGE)
def unit_file(unit_id: int) -> ResponseReturnValue:
    """The unit's file, saved and never opened on our pages."""
    with reading() as session:
        name, kind, content = unit_learning.file_of(session, runtime().vault, current_actor(), unit_id)
    return file_download(name, kind, content)


@bp.post("/units/<int:unit_id>/confirm")
@needs(ENROL)
def confirm_unit(unit_id: int) -> ResponseReturnValue:
    """Say that one has gone through it."""
    try:
        with writing() as session:
            unit_learning.confirm(session, current_actor(), unit_id, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _unit_page(unit_id, refusal.sentence)
    return redirect(url_for("training.unit", unit_id=unit_id), 303)


@bp.get("/units/<int:unit_id>/test")
@needs(ENROL)
def unit_test(unit_id: int) -> ResponseReturnValue:
    """The try that waits to be sent."""
    return _test_page(unit_id)


def _test_page(unit_id: int, refusal: Sentence | None = None) -> ResponseReturnValue:
    with reading() as session:
        row, waiting, questions = unit_learning.asked(session, current_actor(), unit_id)
    if waiting is None:
        return redirect(url_for("training.unit", unit_id=unit_id), 303)
    page = render_template("training/unit_test.html", unit=row, waiting=waiting, questions=questions, refusal=refusal)
    return page, 422 if refusal else 200


@bp.post("/units/<int:unit_id>/test")
@needs(ENROL)
def begin_unit_test(unit_id: int) -> ResponseReturnValue:
    """Draw the questions of a try, or go on with the one that waits."""
    try:
        with writing() as session:
            unit_learning.begin_test(session, current_actor(), unit_id, now=runtime().clock.now())
    except RuleViolation as refusal:
        return _unit_page(unit_id, refusal.sentence)
    return redirect(url_for("training.unit_test", unit_id=unit_id), 303)


@bp.post("/units/<int:unit_id>/test/<int:number>")
@needs(ENROL)
def send_unit_test(unit_id: int, number: int) -> ResponseReturnValue:
    """Mark a try; its result stands on the unit's page."""
    try:
        with writing() as session:
            _, _, questions = unit_learning.asked(session, current_actor(), unit_id)
            ticks = [_ticked(place) for place in range(len(questions))]
            now = runtime().clock.now()
            unit_learning.send_test(session, current_actor(), unit_id, number, ticks, now=now)
    except RuleViolation as refusal:
        return _test_page(unit_id, refusal.sentence)
    return redirect(url_for("training.unit", unit_id=unit_id) + "#result", 303)


def _ticked(place: int) -> frozenset[int]:
    """What was ticked in one question of the form; what is no place of an option is one that no question has."""
    sent = request.form.getlist(f"tick-{place}")[:20]
    return frozenset(int(each) if each.isascii() and each.isdecimal() and len(each) < 4 else 999 for each in sent)
