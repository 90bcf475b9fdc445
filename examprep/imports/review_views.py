"""The pages of doubtful rows: the queue, one row with whom it may mean, deciding, and taking a decision back."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.imports import review, rows
from examprep.imports.importer import Importer, Reviewed
from examprep.kernel.errors import Forbidden, RuleViolation
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import N_
from examprep.people.session import current_actor
from examprep.plumbing.access import signed_in
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing


def importers() -> Registry[Importer]:
    """The importers of every feature, put there by the application."""
    found: Registry[Importer] = current_app.extensions["examprep.importers"]
    return found


def row_link(row: Mapping[str, Any]) -> str | None:
    """The page of a row that is doubtful, or was and is decided."""
    if row["state"] not in ("row-doubtful", "decided-person", "decided-new", "decided-refused") and not row["decided"]:
        return None
    return url_for("imports.row", batch_id=row["batch_id"], number=row["number"])


COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=row_link),
    Column("state", N_("State"), "badge"),
    Column("said", N_("What is doubtful"), "lines"),
    Column("kind", N_("Kind"), "choice"),
    Column("filename", N_("File"), sortable=True),
    Column("number", N_("Row"), "number"),
    Column("applied_at", N_("Imported"), "instant", sortable=True),
)


def register(bp: Blueprint) -> None:
    """Put these pages beside the others of imports."""
    bp.add_url_rule("/review", "queue", queue)
    bp.add_url_rule("/batch/<int:batch_id>/rows/<int:number>", "row", row, methods=["GET", "POST"])
    bp.add_url_rule("/batch/<int:batch_id>/rows/<int:number>/take-back", "take_back", take_back, methods=["POST"])


def _kinds() -> dict[str, str]:
    actor = current_actor()
    found = {each.name: each.title for each in importers() if isinstance(each, Reviewed) and actor.may(each.permission)}
    if not found:
        raise Forbidden("access.role", "Your role does not include this.")
    return found


@signed_in
def queue() -> ResponseReturnValue:
    kinds, ask = _kinds(), Ask.of(request.args, filters=("state", "kind"))
    columns = tuple(
        Column(c.name, c.label, c.kind, c.sortable, c.link, choices=kinds) if c.name == "kind" else c for c in COLUMNS
    )
    with reading() as session:
        page = rows.spoken(review.queue(session, importers(), current_actor(), ask))
    if ask.export:
        return download(page, columns, "doubtful-rows")
    return render_template("imports/queue.html", page=page, columns=columns, kinds=kinds)


@signed_in
def row(batch_id: int, number: int) -> ResponseReturnValue:
    _kinds()
    refusal, words = None, request.args.get("q", "").strip()[:60]
    if request.method == "POST":
        try:
            decision, person_id = _decision()
            with writing() as session:
                now = runtime().clock.now()
                review.decide(
                    session,
                    runtime().vault,
                    importers(),
                    current_actor(),
                    batch_id,
                    number,
                    decision,
                    person_id=person_id,
                    now=now,
                )
            return redirect(url_for("imports.row", batch_id=batch_id, number=number), 303)
        except RuleViolation as error:
            refusal = error.sentence
    with reading() as session:
        found = review.doubt(session, runtime().vault, importers(), current_actor(), batch_id, number, words)
    page = render_template("imports/row.html", doubt=found, refusal=refusal, words=words)
    return page, 422 if refusal else 200


def _decision() -> tuple[str, int | None]:
    """What was chosen: ``new``, ``refused``, or ``person`` and whom."""
    chosen = request.form.get("chosen", "")
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10:
        return review.PERSON, int(chosen)
    if chosen not in (review.NEW, review.REFUSE):
        raise RuleViolation("imports.undecided", "Choose one of the answers.")
    return chosen, None


@signed_in
def take_back(batch_id: int, number: int) -> ResponseReturnValue:
    _kinds()
    with writing() as session:
        review.take_back(session, importers(), current_actor(), batch_id, number, now=runtime().clock.now())
    return redirect(url_for("imports.row", batch_id=batch_id, number=number), 303)
