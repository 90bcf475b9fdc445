"""Coverage and targets of a unit, the places behind its figures, and the figures a bureau states itself."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from examprep.bureau import coverage, stating
from examprep.bureau.coverage_forms import StatementForm
from examprep.bureau.rules.statements import (
    KINDS,
    PRECISION_WORDS,
    TARGET_HOLDERS,
    TARGET_HOURS,
    TARGET_PASSED,
    TARGET_REGISTERED,
)
from examprep.bureau.views import bp
from examprep.exams.presenting import rounded
from examprep.kernel.errors import NotFound, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people import directory
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import day as day_words
from examprep.plumbing.i18n import number, percent, say
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing

SEE, STATE = Permission.BUREAU_HOME_SEE, Permission.BUREAU_STATEMENT_MAKE
COLUMNS = (
    Column("name", N_("Unit"), sortable=True, link=lambda row: row["address"]),
    Column("holders", N_("Certificate holders"), "number", sortable=True, link=lambda row: row["holders_address"]),
    Column("residents", N_("Residents (常住人口)")),
    Column("density", N_("Holders per 10,000 residents"), "number", sortable=True),
    Column("in_post", N_("In post, of the holders"), "rate", sortable=True),
    Column("certified", N_("Certified, of those in post"), "rate", sortable=True),
    Column("communities", N_("Communities with a holder"), "rate", sortable=True),
    Column("stations", N_("Stations"), "number", sortable=True, link=lambda row: row["stations_address"]),
    Column("towns", N_("Stations to towns and streets")),
)
PLACE_COLUMNS = (
    Column("name", N_("Place"), sortable=True),
    Column("above", N_("Belongs to")),
    Column("holders", N_("Certificate holders"), "number", sortable=True),
    Column("covered", N_("Covered"), "badge"),
)
PLACE_WORDS = {"community": N_("Communities"), "station": N_("Stations"), "street": N_("Towns and streets")}
PLAN_COLUMNS = (
    Column("name", N_("Unit"), sortable=True),
    Column("kind", N_("Target"), "choice", choices={code: word.text for code, word in KINDS.items()}),
    Column("target", N_("Planned"), "number", sortable=True),
    Column("actual", N_("Reached"), "number", sortable=True, link=lambda row: row["address"]),
    Column("done", N_("Reached of planned"), "rate", sortable=True),
    Column("base", N_("Of whom")),
    Column("source", N_("Source")),
)
HISTORY_COLUMNS = (
    Column("unit", N_("Unit"), sortable=True),
    Column("kind", N_("Figure"), "choice", choices={code: word.text for code, word in KINDS.items()}),
    Column("holds_from", N_("Day or year"), sortable=True),
    Column("value", N_("Value")),
    Column("source", N_("Source")),
    Column("stated_by", N_("Entered by")),
    Column("stated_at", N_("Entered"), "instant", sortable=True),
)


def units_of(session: Session, permission: str = SEE) -> list[tuple[int, str]]:
    return directory.organisation_choices(session, current_actor(), permission)


def chosen_unit(ask: Ask, units: list[tuple[int, str]]) -> int:
    """The unit asked for, else the first of the actor's.

    Raises:
        NotFound: the actor has no organisations.
    """
    unit = ask.number("unit") or (units[0][0] if units else None)
    if unit is None:
        raise NotFound("people.organisation", "There is no such organisation within your bounds.")
    return unit


def _day(ask: Ask, today: date) -> date:
    return min(ask.day("as_of") or today, today)


@bp.get("/coverage")
@needs(SEE)
def covered() -> ResponseReturnValue:
    ask, today = Ask.of(request.args, filters=("unit", "as_of")), runtime().clock.today()
    as_of = _day(ask, today)
    with reading() as session:
        units = units_of(session)
        unit = chosen_unit(ask, units)
        found = coverage.coverage(session, current_actor(), unit, as_of)
    rows = [_row(each, as_of, own=each.unit == unit) for each in found]
    if ask.export:
        return download(page_of(rows, ask, columns=COLUMNS), COLUMNS, "coverage")
    return render_template(
        "bureau/coverage.html",
        unit=unit,
        units=units,
        as_of=as_of,
        today=today,
        own=found[0],
        own_row=rows[0],
        page=page_of(rows[1:], ask, columns=COLUMNS),
        columns=COLUMNS,
        may_state=current_actor().may(STATE),
    )


def _row(found: coverage.Coverage, as_of: date, *, own: bool) -> dict[str, Any]:
    day = as_of.isoformat()
    return {
        "name": found.name,
        "address": None if own else url_for("bureau.covered", unit=found.unit, as_of=day),
        "holders": found.holders,
        "holders_address": url_for("register.holders", unit=found.unit, as_of=day),
        "residents": figure_of(found.residents),
        "density": found.per_ten_thousand and round(found.per_ten_thousand, 2),
        "in_post": found.in_post,
        "certified": found.certified,
        "communities": found.communities,
        "stations": found.stations,
        "stations_address": url_for("bureau.places", unit=found.unit, kind="station", as_of=day),
        "towns": _towns(found),
    }


def _towns(found: coverage.Coverage) -> str | None:
    """Streets with a station of the tree's, else the stations beside the towns that the bureau states."""
    if found.towns is not None:
        return f"{percent(found.towns)} · {number(found.towns.part)}/{number(found.towns.base)}"
    if found.towns_stated is not None and found.stations_for_towns is not None:
        return f"{percent(found.stations_for_towns)} · {number(found.stations)}/{figure_of(found.towns_stated)}"
    return None


def figure_of(stated: Any) -> str | None:
    """A stated figure with how exact it is: "about 1,280,000 · 1 Nov 2020"."""
    if stated is None or stated.value is None:
        return None
    words = "" if stated.precision == "exact" else f"{say(PRECISION_WORDS[stated.precision])} "
    return f"{words}{number(stated.value)} · {day_words(stated.holds_from)}"


@bp.get("/coverage/places")
@needs(SEE)
def places() -> ResponseReturnValue:
    ask, today = Ask.of(request.args, filters=("unit", "kind", "as_of", "covered")), runtime().clock.today()
    as_of, kind = _day(ask, today), ask.filters.get("kind", "community")
    if kind not in PLACE_WORDS:
        raise NotFound("bureau.place-kind", "There are no places of this kind.")
    with reading() as session:
        units = units_of(session)
        unit = chosen_unit(ask, units)
        page = coverage.places(session, current_actor(), unit, kind, as_of, ask)
    if ask.export:
        return download(page, PLACE_COLUMNS, kind)
    return render_template(
        "bureau/places.html", page=page, columns=PLACE_COLUMNS, kind=kind, kinds=PLACE_WORDS, unit=unit, units=units,
        as_of=as_of,
    )  # fmt: skip


@bp.get("/targets")
@needs(SEE)
def targets() -> ResponseReturnValue:
    ask, today = Ask.of(request.args, filters=("unit", "year")), runtime().clock.today()
    asked = ask.number("year") or today.year
    year = asked if 2000 <= asked <= today.year + 5 else today.year
    with reading() as session:
        units = units_of(session)
        unit = chosen_unit(ask, units)
        found = coverage.plans(session, current_actor(), unit, year, today=today)
    rows = [_plan_row(plan, year, min(date(year, 12, 31), today)) for plan in found]
    page = page_of(rows, ask, columns=PLAN_COLUMNS)
    if ask.export:
        return download(page, PLAN_COLUMNS, f"targets-{year}")
    return render_template(
        "bureau/targets.html",
        page=page,
        columns=PLAN_COLUMNS,
        year=year,
        years=[(each, str(each)) for each in range(today.year + 1, today.year - 6, -1)],
        unit=unit,
        units=units,
        may_state=current_actor().may(STATE),
    )


def _plan_row(plan: coverage.Plan, year: int, day: date) -> dict[str, Any]:
    address = {
        TARGET_REGISTERED: lambda: url_for("exams.persons", year=year, figure="registered", organisation=plan.unit),
        TARGET_PASSED: lambda: url_for("exams.persons", year=year, figure="passed", organisation=plan.unit),
        TARGET_HOLDERS: lambda: url_for("register.holders", unit=plan.unit, as_of=day.isoformat()),
        TARGET_HOURS: lambda: url_for("ce.standing", unit=plan.unit, year=year),
    }[plan.kind]()
    return {
        "name": plan.name,
        "kind": plan.kind,
        "target": plan.target.value,
        "actual": rounded(plan.actual),
        "done": plan.done,
        "base": f"{number(plan.base.part)}/{number(plan.base.base)}" if plan.base else None,
        "source": plan.target.source or None,
        "address": address,
    }


@bp.get("/figures")
@needs(SEE)
def statements() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("unit", "kind"))
    with reading() as session:
        page = stating.history(session, current_actor(), ask)
        units = units_of(session)
    rows = [_history_row(dict(row)) for row in page.rows]
    page = type(page)(rows, page.total, page.ask)
    if ask.export:
        return download(page, HISTORY_COLUMNS, "figures")
    return render_template(
        "bureau/statements.html", page=page, columns=HISTORY_COLUMNS, kinds=KINDS, units=units,
        may_state=current_actor().may(STATE),
    )  # fmt: skip


def _history_row(row: dict[str, Any]) -> dict[str, Any]:
    target = row["kind"].startswith("target-")
    words = "" if row["precision"] == "exact" else f"{say(PRECISION_WORDS[row['precision']])} "
    return {
        **row,
        "holds_from": str(row["holds_from"].year) if target else day_words(row["holds_from"]),
        "value": say(N_("taken back")) if row["value"] is None else f"{words}{number(row['value'])}",
        "source": row["source"] or None,
        "open": row["newest"] is not None and row["value"] is not None,
    }


@bp.route("/figures/new", methods=["GET", "POST"])
@needs(STATE)
def state() -> ResponseReturnValue:
    actor, today, now = current_actor(), runtime().clock.today(), runtime().clock.now()
    form = StatementForm()
    with reading() as session:
        form.offer(units_of(session, STATE))
    if request.method == "GET":
        form.begin(request.args, today)
    if form.sent():
        try:
            with writing() as session:
                stating.state(session, actor, **form.entry(), now=now, today=today)
            return redirect(url_for("bureau.statements", unit=form.unit.data), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return render_template("bureau/state.html", form=form), form.status


@bp.post("/figures/<int:statement_id>/take-back")
@needs(STATE)
def take_back(statement_id: int) -> ResponseReturnValue:
    with writing() as session:
        unit = stating.take_back(session, current_actor(), statement_id, now=runtime().clock.now())
    return redirect(url_for("bureau.statements", unit=unit), 303)
