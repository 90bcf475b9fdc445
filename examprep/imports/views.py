"""The pages of every import: choose a file, see what it would do, do it, undo it."""

from contextlib import AbstractContextManager
from dataclasses import replace
from types import new_class

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.file import FileField, FileRequired
from wtforms import Form, FormField, SubmitField

from examprep.imports import engine, progress, review_views, rows
from examprep.imports.importer import Importer, Problem, Upload
from examprep.imports.review_views import importers
from examprep.kernel.errors import Conflict, Forbidden, NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.rules.resident_id import masked
from examprep.people.session import current_actor
from examprep.plumbing.access import signed_in
from examprep.plumbing.forms import BaseForm, PartForm
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download, file_response
from examprep.plumbing.runtime import reading, runtime, writing

bp = Blueprint("imports", __name__, url_prefix="/imports")
review_views.register(bp)
PROBLEMS_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _importer(name: str) -> Importer:
    """The importer, if the actor may use it; each importer names its own permission, so the check is here."""
    importer = importers().get(name)
    if importer is None:
        raise NotFound("imports.kind", "There is no such kind of import.")
    if not current_actor().may(importer.permission):
        raise Forbidden("access.role", "Your role does not include this.")
    return importer


def _form(importer: Importer) -> BaseForm:
    class UploadForm(BaseForm):
        file = FileField(N_("File"), [FileRequired()])

    if importer.options_form is not None:
        UploadForm.options = FormField(new_class("Options", (PartForm, importer.options_form)))
    UploadForm.submit = SubmitField(N_("Check the file"))
    form = UploadForm()
    with reading() as session:
        for field, choices in importer.option_choices(session, current_actor()).items():
            form.options[field].choices = list(choices)
    return form


def _options(form: BaseForm) -> dict[str, str]:
    options: Form | None = getattr(form, "options", None)
    if options is None:
        return {}
    return {name: str(value or "") for name, value in options.data.items() if name != "csrf_token"}


@bp.route("/<name>", methods=["GET", "POST"])
@signed_in
def upload(name: str) -> ResponseReturnValue:
    importer, actor = _importer(name), current_actor()
    form = _form(importer)
    if form.sent():
        sent, now = form.file.data, runtime().clock.now()
        file = Upload(sent.filename or "", sent.read(), _options(form))
        try:
            # Judged before anything is written: a large file takes seconds, and others write meanwhile.
            with _shown(), reading() as session:
                plan = importer.plan(session, actor, file, now=now)
            with writing() as session:
                batch_id = engine.keep(session, runtime().vault, importer, actor, file, plan, now=now)
            return redirect(url_for("imports.batch", batch_id=batch_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    columns = (
        Column("filename", N_("File"), link=lambda row: url_for("imports.batch", batch_id=row["id"])),
        Column("state", N_("State"), "badge"),
        Column("rows", N_("Rows"), "number"),
        Column("problems", N_("Problems"), "number"),
        Column("written", N_("Written"), "number"),
        Column("created_at", N_("Sent"), "instant"),
    )
    with reading() as session:
        page = engine.batches(session, importer, actor, Ask.of(request.args))
    return render_template("imports/upload.html", importer=importer, form=form, page=page, columns=columns), form.status


@bp.get("/progress/<token>")
@signed_in
def progress_of(token: str) -> ResponseReturnValue:
    """What the page that waits with this token may show; nothing where nothing is known."""
    said = progress.asked(runtime().settings.home, current_actor().person_id, token)
    return (say(said), {"Content-Type": "text/plain; charset=utf-8"}) if said else ("", 204)


def _shown() -> AbstractContextManager[None]:
    return progress.shown(runtime().settings.home, current_actor().person_id, request.form.get("progress", ""))


@bp.get("/<name>/template.xlsx")
@signed_in
def template(name: str) -> ResponseReturnValue:
    importer = _importer(name)
    return file_response(importer.template(), f"{gettext(importer.title)}.xlsx", XLSX)


ROW_COLUMNS = (
    Column("number", N_("Row"), "number", sortable=True),
    Column("name", N_("Name"), sortable=True, link=review_views.row_link),
    Column("state", N_("How it ended"), "badge", sortable=True),
    Column("effect", N_("Effect"), "badge"),
    Column("said", N_("What is wrong, doubtful or changed"), "lines"),
)


@bp.get("/batch/<int:batch_id>")
@signed_in
def batch(batch_id: int) -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=rows.FILTERS)
    with reading() as session:
        importer, found = engine.find(session, importers(), current_actor(), batch_id)
        page = rows.rows_of(session, batch_id, ask) if found.heads is not None else None
        again = page is None and found.state == "checked"
        plan = (
            engine.plan_again(session, runtime().vault, importer, found, current_actor(), now=runtime().clock.now())
            if again
            else None
        )
        ends = rows.counts(session, batch_id) if page is not None else {}
    page = rows.spoken(page) if page is not None else None
    if page is not None and ask.export:
        return download(page, ROW_COLUMNS, f"import-{batch_id}")
    told = found.told or {"counts": [], "notes": []}
    return render_template(
        "imports/batch.html",
        importer=importer,
        batch=found,
        counts=plan.counts if plan else told["counts"],
        notes=[rows.masked_sentence(each) for each in plan.notes] if plan else rows.unpacked(told["notes"]),
        problems=[_masked(each) for each in plan.problems[:PROBLEMS_SHOWN]] if plan else (),
        problem_count=len(plan.problems) if plan else found.problems,
        page=page,
        columns=ROW_COLUMNS,
        ends=ends,
        changed="changed" in request.args,
        states=ROW_STATES,
        effects=ROW_EFFECTS,
    )


def _masked(problem: Problem) -> Problem:
    return replace(problem, column=masked(problem.column), sentence=rows.masked_sentence(problem.sentence))


ROW_STATES = ("matched", "created", "doubtful", "refused")
ROW_EFFECTS = ("new", "changed", "same")


@bp.get("/batch/<int:batch_id>/failed.xlsx")
@signed_in
def failed(batch_id: int) -> ResponseReturnValue:
    with reading() as session:
        importer, found = engine.find(session, importers(), current_actor(), batch_id)
        head, now = gettext("What is wrong"), runtime().clock.now()
        content = engine.failed_rows(session, runtime().vault, importer, found, current_actor(), head, now=now)
    return file_response(content, f"failed-{batch_id}.xlsx", XLSX)


@bp.post("/batch/<int:batch_id>/apply")
@signed_in
def apply(batch_id: int) -> ResponseReturnValue:
    now, leave_out = runtime().clock.now(), request.form.get("leave_out") == "yes"
    try:
        with _shown(), writing() as session:
            importer, found = engine.find(session, importers(), current_actor(), batch_id)
            engine.apply(session, runtime().vault, importer, found, current_actor(), now=now, leave_out=leave_out)
    except Conflict as conflict:
        if conflict.code != engine.CHANGED:
            raise
        # What the user agreed to is no longer what would happen: it is shown anew.
        with writing() as session:
            importer, found = engine.find(session, importers(), current_actor(), batch_id)
            engine.check_again(session, runtime().vault, importer, found, current_actor(), now=now)
        return redirect(url_for("imports.batch", batch_id=batch_id, changed=1), 303)
    return redirect(url_for("imports.batch", batch_id=batch_id), 303)


@bp.post("/batch/<int:batch_id>/undo")
@signed_in
def undo(batch_id: int) -> ResponseReturnValue:
    with writing() as session:
        importer, found = engine.find(session, importers(), current_actor(), batch_id)
        engine.undo(session, importer, found, current_actor(), now=runtime().clock.now())
    return redirect(url_for("imports.batch", batch_id=batch_id), 303)
