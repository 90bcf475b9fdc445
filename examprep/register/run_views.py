"""Pages of payment runs: the preview, the run with its control totals, the file for finance."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.feature import holder_checks
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import run_lists, run_planning, runs
from examprep.register.award_forms import RunForm
from examprep.register.award_views import LEVEL_LABELS, WHYS
from examprep.register.rules.awarding import month_of
from examprep.register.views import bp

STATES = {
    "run-open": N_("With finance"),
    "run-closed": N_("Paid out"),
    "run-cancelled": N_("Cancelled, nothing paid out"),
}
COLUMNS = (
    Column("month", N_("Month"), "month", sortable=True, link=lambda row: url_for("register.run", run_id=row["id"])),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("state", N_("State"), "badge"),
    Column("persons", N_("Persons paid"), "number"),
    Column("lines", N_("Lines"), "number"),
    Column("fen", N_("Yuan"), "yuan", sortable=True, total=True),
    Column("made_at", N_("Made"), "instant"),
    Column("maker", N_("By")),
)
LINE_COLUMNS = (
    Column("name", N_("Name"), sortable=True),
    Column("unit", N_("Unit")),
    Column("scheme", N_("Scheme")),
    Column("level", N_("Level"), "choice", choices=LEVEL_LABELS),
    Column("month", N_("Month"), "month", sortable=True),
    Column("why", N_("Kind"), "choice", choices=WHYS),
    Column("fen", N_("Yuan"), "yuan", sortable=True, total=True),
)
FINANCE_COLUMNS = (LINE_COLUMNS[0], Column("id_number", N_("ID number")), *LINE_COLUMNS[1:])


@bp.get("/runs")
@needs(Permission.REGISTER_HOLDER_SEE)
def run_list() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=("state", "organisation")), current_actor()
    with reading() as session:
        page = run_lists.listed(session, actor, ask)
        payers = run_lists.payers(session, actor)
    if ask.export:
        rows = [{**row, "state": Sentence(STATES[row["state"]])} for row in page.rows]
        return download(replace(page, rows=rows), COLUMNS, "award-runs")
    return render_template(
        "register/runs.html",
        page=page,
        columns=COLUMNS,
        states=[(code, Sentence(word)) for code, word in STATES.items()],
        payers=payers,
    )


@bp.get("/runs/preview")
@needs(Permission.REGISTER_AWARD_PAY)
def run_preview() -> ResponseReturnValue:
    """What a run would pay: ``?organisation=3&month=2026-03``, by itself the first payer's present month."""
    actor, today = current_actor(), runtime().clock.today()
    ask = Ask.of(request.args, filters=("organisation", "month"))
    with reading() as session:
        payers = run_lists.payers(session, actor)
        organisation = ask.number("organisation") or (payers[0][0] if payers else None)
        month = _month(ask.filters.get("month", ""), today)
        plan = None
        if organisation is not None:
            plan = run_planning.plan(session, actor, organisation, month, today=today, checks=holder_checks())
    return render_template(
        "register/run_preview.html",
        plan=plan,
        organisation=organisation,
        payers=payers,
        month=month,
        future=month > today,
        levels=LEVEL_LABELS,
    )


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return month_of(today)


@bp.post("/runs")
@needs(Permission.REGISTER_AWARD_PAY)
def make_run() -> ResponseReturnValue:
    form, clock = RunForm(), runtime().clock
    if not form.sent():
        raise RuleViolation("register.run-form", "Look at the preview first.")
    with writing() as session:
        run_id = runs.make(
            session,
            current_actor(),
            form.organisation_id.data,
            form.month.data,
            sha256=form.sha256.data,
            today=clock.today(),
            now=clock.now(),
            checks=holder_checks(),
        )
    return redirect(url_for("register.run", run_id=run_id), 303)


@bp.get("/runs/<int:run_id>")
@needs(Permission.REGISTER_HOLDER_SEE)
def run(run_id: int) -> ResponseReturnValue:
    actor, ask = current_actor(), Ask.of(request.args)
    pays = actor.may(Permission.REGISTER_AWARD_PAY)
    with reading() as session:
        row, page = run_lists.run(session, actor, run_id, ask)
    if ask.export:
        if not pays:
            return download(page, LINE_COLUMNS, f"award-run-{run_id}")
        with writing() as session:
            runs.note_export(session, actor, run_id, now=runtime().clock.now())
        return download(
            replace(page, rows=[_opened(each) for each in page.rows]), FINANCE_COLUMNS, f"award-run-{run_id}"
        )
    return render_template("register/run.html", row=row, page=page, columns=LINE_COLUMNS, states=STATES, pays=pays)


def _opened(row: Any) -> dict[str, Any]:
    sealed = row["id_number_sealed"]
    return {**row, "id_number": runtime().vault.open(sealed) if sealed else ""}


@bp.post("/runs/<int:run_id>/close")
@needs(Permission.REGISTER_AWARD_PAY)
def close_run(run_id: int) -> ResponseReturnValue:
    with writing() as session:
        runs.close(session, current_actor(), run_id, now=runtime().clock.now())
    return redirect(url_for("register.run", run_id=run_id), 303)


@bp.post("/runs/<int:run_id>/cancel")
@needs(Permission.REGISTER_AWARD_PAY)
def cancel_run(run_id: int) -> ResponseReturnValue:
    with writing() as session:
        runs.cancel(session, current_actor(), run_id, now=runtime().clock.now())
    return redirect(url_for("register.run", run_id=run_id), 303)
