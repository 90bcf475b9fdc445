"""The holder's own hours, the officer's list of standings, one person's ledger and its corrections."""

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from examprep.ce import actions, standings
from examprep.ce.forms import CATEGORY_NAMES, HandForm, ReverseForm
from examprep.ce.standings import Ledger
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, Page, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.register import actions as register
from examprep.syllabus.rules.levels import LEVEL_NAMES

bp = Blueprint("ce", __name__, url_prefix="/ce")

STATES = {"ce-met": Sentence("Requirement met"), "ce-short": Sentence("Hours short")}
SOURCES = {
    "training.session": Sentence("Class session"),
    "ce.hand": Sentence("Recorded by an officer"),
    "ce.reversal": Sentence("Correction"),
    "ce.claim": Sentence("Claim, reviewed"),
    "provider.course": Sentence("Course of another provider"),
}
LINE_COLUMNS = (
    Column("earned_on", N_("Day"), "day", sortable=True),
    Column("activity", N_("Activity"), sortable=True),
    Column("category", N_("Category"), "badge", sortable=True),
    Column("minutes", N_("Credit hours"), "hours", sortable=True, total=True),
    Column("counted", N_("Counted hours"), "hours", sortable=True, total=True),
    Column("why", N_("Remark"), "sentence"),
    Column("source", N_("Source"), "sentence"),
    Column("reason", N_("Reason")),
    Column("posted_by", N_("Recorded by")),
    Column("posted_at", N_("Recorded at"), "instant", sortable=True),
)
STANDING_COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("ce.person", person_id=row["id"])),
    Column("unit", N_("Unit"), sortable=True),
    Column("level", N_("Highest level"), "sentence", sortable=True),
    Column("professional", N_("Professional"), "hours", sortable=True, total=True),
    Column("general", N_("General"), "hours", sortable=True, total=True),
    Column("elective", N_("Elective"), "hours", sortable=True, total=True),
    Column("counted", N_("Counted hours"), "hours", sortable=True, total=True),
    Column("missing", N_("Missing hours"), "hours", sortable=True, total=True),
    Column("state", N_("Whether it suffices"), "badge"),
)


def _year() -> int:
    """The asked year, within the years there are; this year by default."""
    this_year = runtime().clock.today().year
    asked = request.args.get("year", type=int) or this_year
    return min(max(asked, standings.FIRST_YEAR), this_year)


@bp.get("/")
@needs(Permission.CE_OWN_SEE)
def own() -> ResponseReturnValue:
    actor, today, year = current_actor(), runtime().clock.today(), _year()
    with reading() as session:
        ledger = standings.own_ledger(session, actor, year, today=today)
    page = _lines(ledger)
    if page.ask.export:
        return download(page, LINE_COLUMNS, f"credit-hours-{year}")
    return render_template("ce/own.html", **_shown(ledger), page=page, columns=LINE_COLUMNS, this_year=today.year)


@bp.get("/standing")
@needs(Permission.CE_STANDING_SEE)
def standing() -> ResponseReturnValue:
    actor, today, year = current_actor(), runtime().clock.today(), _year()
    ask = Ask.of(request.args, filters=("year", "unit", "level", "state"))
    with reading() as session:
        page, summary, requirement = standings.standings(session, actor, ask, year, today=today)
        units = register.units(session, actor, Permission.CE_STANDING_SEE)
    rows = [_worded(row, exported=bool(ask.export)) for row in page.rows]
    page = replace(page, rows=rows)
    columns = STANDING_COLUMNS
    if ask.export:
        return download(page, columns, f"credit-hours-{year}")
    return render_template(
        "ce/standing.html",
        page=page,
        columns=columns,
        summary=summary,
        required=requirement.hours(max(requirement.total_minutes.values())),
        year=year,
        years=[(str(y), str(y)) for y in standings.years_to_choose(today)],
        as_of=standings.judged_on(year, today),
        levels=LEVEL_NAMES,
        states=STATES,
        units=units,
    )


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@needs(Permission.CE_STANDING_SEE)
def person(person_id: int) -> ResponseReturnValue:
    actor, today, year = current_actor(), runtime().clock.today(), _year()
    may_correct = actor.may(Permission.CE_LEDGER_CORRECT)
    form = HandForm(number=str(secrets.randbelow(10**15))) if may_correct else None
    if form is not None and form.sent():
        entry = form.hours()
        try:
            with writing() as session:
                actions.record_by_hand(session, actor, person_id, entry, now=runtime().clock.now(), today=today)
            return redirect(url_for("ce.person", person_id=person_id, year=entry.earned_on.year), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        ledger = standings.ledger_of(session, actor, person_id, year, today=today)
    page = _lines(ledger)
    if page.ask.export:
        return download(page, LINE_COLUMNS, f"credit-hours-{year}-{person_id}")
    shown = {**_shown(ledger), "page": page, "columns": _correctable(ledger) if may_correct else LINE_COLUMNS}
    return render_template("ce/person.html", **shown, form=form), form.status if form else 200


@bp.route("/people/<int:person_id>/lines/<int:line_id>/reverse", methods=["GET", "POST"])
@needs(Permission.CE_LEDGER_CORRECT)
def reverse(person_id: int, line_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), ReverseForm()
    with reading() as session:
        line = actions.line_of(session, actor, person_id, line_id)
    back = url_for("ce.person", person_id=person_id, year=line.earned_on.year)
    if form.sent():
        try:
            with writing() as session:
                actions.correct(session, actor, person_id, line_id, reason=form.reason.data, now=runtime().clock.now())
            return redirect(back, 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template(
        "ce/reverse.html", form=form, line=line, category=CATEGORY_NAMES[line.category], back=back
    ), form.status


def _lines(ledger: Ledger) -> Page:
    """The lines of the year as a list, newest first, each with what it counted."""
    counted = {line.line_id: line for line in ledger.standing.lines} if ledger.standing else {}
    rows = [
        {
            **vars(line),
            "counted": counted[line.id].minutes if line.id in counted else None,
            "why": counted[line.id].why if line.id in counted else None,
            "source": SOURCES.get(line.source_kind, line.source_kind),
            "correct": gettext("Take back") if line.minutes > 0 and line.reversed_by is None else "",
        }
        for line in reversed(ledger.lines)
    ]
    ask = Ask.of(request.args, filters=("year",))
    if ask.export:
        rows = [{**row, "category": CATEGORY_NAMES[str(row["category"])]} for row in rows]
    return page_of(rows, ask, columns=LINE_COLUMNS)


def _correctable(ledger: Ledger) -> tuple[Column, ...]:
    """The columns with a last one that leads to taking the line back."""

    def address(row: Any) -> str | None:
        if not row["correct"]:
            return None
        return url_for("ce.reverse", person_id=ledger.person_id, line_id=row["id"])

    return (*LINE_COLUMNS, Column("correct", N_("Take back"), link=address))


def _shown(ledger: Ledger) -> dict[str, Any]:
    return {
        "ledger": ledger,
        "standing": ledger.standing,
        "level": LEVEL_NAMES[ledger.level] if ledger.level else None,
        "deadline": standings.deadline(ledger.year),
        "years": [_short_year(year) for year in ledger.years],
    }


def _short_year(year: standings.Year) -> dict[str, Any]:
    found = year.standing
    return {
        "year": year.year,
        "recorded": year.recorded_minutes,
        "counted": found.counted_minutes if found else None,
        "state": None if found is None else "ce-met" if found.met else "ce-short",
    }


def _worded(row: Any, *, exported: bool) -> dict[str, Any]:
    """Codes as words; the page marks a state by its code, a file needs the words."""
    words = {"level": LEVEL_NAMES[row["level"]]}
    return {**row, **words, **({"state": STATES[row["state"]]} if exported else {})}
