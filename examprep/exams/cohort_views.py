"""Saved cohorts: the list, keeping one, changing it, deleting it and bringing it back."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from examprep.exams import candidates, cohorts, cuts
from examprep.exams.cuts import FILTERS
from examprep.exams.forms import CohortForm, ListForm
from examprep.exams.rate_views import around, cut_query
from examprep.exams.views import bp, in_words
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing

SEE = Permission.EXAMS_RATE_SEE
MOST_LINES = 5_000


def _opened(row: dict[str, Any]) -> str | None:
    return None if row["deleted_at"] else url_for("exams.cohort", cohort_id=row["id"])


COLUMNS = (
    Column("name", N_("Name of the cohort"), sortable=True, link=_opened),
    Column("kind", N_("Kind"), "badge"),
    Column("persons", N_("Persons"), "number"),
    Column("owner", N_("Owner"), sortable=True),
    Column("organisation", N_("Organisation")),
    Column("made_at", N_("Made"), "day", sortable=True),
    Column("remark", N_("Remark")),
)


@bp.get("/cohorts", endpoint="cohorts")
@needs(SEE)
def saved() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=FILTERS), current_actor()
    with reading() as session:
        page = cohorts.page(session, actor, ask, now=runtime().clock.now())
        choices = candidates.choices(session, actor, cuts.Cut())
    if ask.export:
        return download(in_words(page), COLUMNS, "cohorts")
    gone = [row for row in page.rows if row["deleted_at"]]
    return render_template(
        "exams/cohorts.html", **around(ask, choices), page=page, columns=COLUMNS, gone=gone, kept=cut_query(ask)
    )


@bp.route("/cohorts/new", methods=["GET", "POST"])
@needs(SEE)
def new_cohort() -> ResponseReturnValue:
    """Keep the filters of the address; with ``list=yes`` the persons they give now, or those of some ID numbers."""
    ask, actor, now = Ask.of(request.args, filters=(*FILTERS, "year", "figure", "needed")), current_actor(), _now()
    listing = request.args.get("list") == "yes"
    asked = cut_query(ask)
    form = ListForm() if listing and not ask.filters else CohortForm()
    if form.sent():
        try:
            with writing() as session:
                if isinstance(form, ListForm):
                    made, told = cohorts.save_numbers(
                        session, runtime().vault, actor, form.name.data, form.remark.data, _lines(form.numbers.data),
                        now=now,
                    )  # fmt: skip
                    if told.wrong or told.unknown:
                        return render_template("exams/cohort_listed.html", told=told, cohort_id=made)
                elif listing:
                    figure = ask.filters.get("figure", "registered")
                    cut = cuts.read(session, actor, ask.filters)
                    behind = candidates.behind(session, actor, cut, ask.number("year"), figure, ask.number("needed"))
                    made = cohorts.save_persons(session, actor, form.name.data, form.remark.data, behind, now=now)
                else:
                    cuts.read(session, actor, asked)
                    made = cohorts.save_filter(session, actor, form.name.data, form.remark.data, asked, now=now)
            return redirect(url_for("exams.cohort", cohort_id=made), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    with reading() as session:
        choices = candidates.choices(session, actor, cuts.Cut.of(asked))
    page = render_template(
        "exams/new_cohort.html", **around(ask, choices), form=form, listing=listing, asked=asked,
        action=url_for("exams.new_cohort", **dict[str, Any](request.args.items())),
    )  # fmt: skip
    return page, form.status


def _now() -> Any:
    return runtime().clock.now()


@bp.route("/cohorts/<int:cohort_id>", methods=["GET", "POST"])
@needs(SEE)
def cohort(cohort_id: int) -> ResponseReturnValue:
    """One saved cohort: what it holds, where its figures are; its owner renames it here."""
    actor = current_actor()
    with reading() as session:
        found = cuts.seen_cohort(session, actor, cohort_id)
        shown: dict[str, Any] = {"id": found.id, "name": found.name, "remark": found.remark, "filters": found.filters}
        mine = found.owner_id == actor.person_id
        choices = candidates.choices(session, actor, cuts.Cut.of(found.filters or {}))
    form = CohortForm(data={"name": shown["name"], "remark": shown["remark"]})
    if form.sent():
        try:
            with writing() as session:
                filters = _filters_sent()
                cohorts.change(session, actor, cohort_id, {**form.entry(), "filters": filters}, now=_now())
            return redirect(url_for("exams.cohort", cohort_id=cohort_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    ask = Ask.of(MultiDict({"cohort": str(cohort_id)}), filters=FILTERS)
    kept = Ask.of(MultiDict(shown["filters"] or {}), filters=FILTERS)
    page = render_template(
        "exams/cohort.html", **{**around(ask, choices), "ask": kept}, form=form, shown=shown, mine=mine
    )
    return page, form.status


@bp.post("/cohorts/<int:cohort_id>/persons")
@needs(SEE)
def change_cohort_list(cohort_id: int) -> ResponseReturnValue:
    """Add persons to a list by their ID numbers, or take them off."""
    lines = _lines(request.form.get("numbers", ""))
    with writing() as session:
        told = cohorts.change_list(
            session, runtime().vault, current_actor(), cohort_id, lines, add="add" in request.form, now=_now()
        )
    return render_template("exams/cohort_listed.html", told=told, cohort_id=cohort_id)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()][:MOST_LINES]


def _filters_sent() -> dict[str, str]:
    asked = Ask.of(request.form, filters=[name for name in FILTERS if name != "cohort"])
    return dict(asked.filters)


@bp.post("/cohorts/<int:cohort_id>/delete")
@needs(SEE)
def delete_cohort(cohort_id: int) -> ResponseReturnValue:
    with writing() as session:
        cohorts.remove(session, current_actor(), cohort_id, now=_now())
    return redirect(url_for("exams.cohorts"), 303)


@bp.post("/cohorts/<int:cohort_id>/bring-back")
@needs(SEE)
def bring_back_cohort(cohort_id: int) -> ResponseReturnValue:
    with writing() as session:
        cohorts.bring_back(session, current_actor(), cohort_id, now=_now())
    return redirect(url_for("exams.cohort", cohort_id=cohort_id), 303)
