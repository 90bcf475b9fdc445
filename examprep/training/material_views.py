"""Pages of a class's materials: the trainer's list, who has opened what, and what a learner opens."""

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
from examprep.training import materials, overview
from examprep.training.blueprint import bp
from examprep.training.materials import Opened
from examprep.training.study_forms import MaterialForm
from examprep.training.values import SEATS

MANAGE, ENROL = Permission.TRAINING_CLASS_MANAGE, Permission.TRAINING_CLASS_ENROL
OPENED_CHOICES = (("yes", N_("Opened already")), ("no", N_("Not opened")))
OPENING_COLUMNS = (
    Column("name", N_("Name"), sortable=True),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("seat", N_("Seat"), "choice", choices=SEATS),
    Column("first_at", N_("First opened"), "instant", sortable=True),
    Column("last_at", N_("Last opened"), "instant", sortable=True),
    Column("times", N_("Times opened"), "number", sortable=True),
)


@bp.route("/all/<int:class_id>/materials", methods=["GET", "POST"])
@needs(MANAGE)
def class_materials(class_id: int) -> ResponseReturnValue:
    """What a class's learners find to read, in order; a file or link is added below."""
    form = MaterialForm()
    if form.sent():
        try:
            entry = form.material()
            with writing() as session:
                clock = runtime().clock
                materials.add(session, runtime().vault, current_actor(), class_id, entry, now=clock.now())
            return redirect(url_for("training.class_materials", class_id=class_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return _materials_page(class_id, form)


def _materials_page(class_id: int, form: MaterialForm, refusal: Sentence | None = None) -> ResponseReturnValue:
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=runtime().clock.now())
        found = materials.of_class(session, current_actor(), class_id)
    page = render_template(
        "training/materials.html",
        card=card,
        shown=[each for each in found if each.voided_at is None],
        away=[each for each in found if each.voided_at is not None],
        form=form,
        refusal=refusal,
    )
    return page, 422 if refusal or form.errors else 200


@bp.post("/all/<int:class_id>/materials/<int:material_id>/move")
@needs(MANAGE)
def move_material(class_id: int, material_id: int) -> ResponseReturnValue:
    """Up or down by one place."""
    with writing() as session:
        now, up = runtime().clock.now(), request.form.get("to") == "up"
        materials.move(session, current_actor(), class_id, material_id, up=up, now=now)
    return redirect(url_for("training.class_materials", class_id=class_id), 303)


@bp.post("/all/<int:class_id>/materials/<int:material_id>/remove")
@needs(MANAGE)
def remove_material(class_id: int, material_id: int) -> ResponseReturnValue:
    """Take it away from the learners, with the reason; it can be put back."""
    why = request.form.get("reason", "")[:200]
    try:
        with writing() as session:
            now = runtime().clock.now()
            materials.take_away(session, current_actor(), class_id, material_id, reason=why, now=now)
    except RuleViolation as refusal:
        return _materials_page(class_id, MaterialForm(formdata=None), refusal.sentence)
    return redirect(url_for("training.class_materials", class_id=class_id), 303)


@bp.post("/all/<int:class_id>/materials/<int:material_id>/restore")
@needs(MANAGE)
def restore_material(class_id: int, material_id: int) -> ResponseReturnValue:
    """Undo the taking away."""
    with writing() as session:
        materials.put_back(session, current_actor(), class_id, material_id, now=runtime().clock.now())
    return redirect(url_for("training.class_materials", class_id=class_id), 303)


@bp.get("/all/<int:class_id>/materials/<int:material_id>")
@needs(MANAGE)
def material(class_id: int, material_id: int) -> ResponseReturnValue:
    """The material itself, for its trainers."""
    with reading() as session:
        opened = materials.look(session, runtime().vault, current_actor(), class_id, material_id)
    return _handed_out(opened)


@bp.get("/all/<int:class_id>/materials/<int:material_id>/openings")
@needs(MANAGE)
def material_openings(class_id: int, material_id: int) -> ResponseReturnValue:
    """Who has opened it, when first and when last."""
    ask = Ask.of(request.args, filters=("opened",))
    with reading() as session:
        card = overview.class_card(session, current_actor(), class_id, now=runtime().clock.now())
        found, page = materials.openings(session, current_actor(), class_id, material_id, ask)
    if ask.export:
        return download(page, OPENING_COLUMNS, "openings")
    return render_template(
        "training/openings.html", card=card, material=found, page=page, columns=OPENING_COLUMNS, choices=OPENED_CHOICES
    )


@bp.get("/classes/<int:class_id>/materials/<int:material_id>")
@needs(ENROL)
def open_material(class_id: int, material_id: int) -> ResponseReturnValue:
    """The material, for a learner with a seat; that it was opened is noted for the trainer."""
    with writing() as session:
        now = runtime().clock.now()
        opened = materials.open_(session, runtime().vault, current_actor(), class_id, material_id, now=now)
    return _handed_out(opened)


def _handed_out(opened: Opened) -> ResponseReturnValue:
    if opened.link is not None:
        return redirect(opened.link, 303)
    return file_download(opened.name, opened.kind, opened.content)
