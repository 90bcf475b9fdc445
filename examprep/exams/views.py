"""Pass rates and the persons behind them, pass lines, importing, and one's own results."""

from itertools import pairwise
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from examprep.exams import actions, figures
from examprep.exams.forms import LineForm
from examprep.exams.presenting import headline, rate_pictures, rate_rows, shares
from examprep.exams.rules.papers import SUBJECT_NAMES
from examprep.exams.rules.rates import DENOMINATOR_NAMES, REGISTERED, caution, compare
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.bounds import seen
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, signed_in
from examprep.plumbing.listing import Ask, Column, Page, download, page_of
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus.rules.levels import LEVEL_NAMES

bp = Blueprint("exams", __name__, url_prefix="/exams")

RATE_COLUMNS = (
    Column("year", N_("Exam year"), sortable=True),
    Column("registered", N_("Registered"), "number", sortable=True),
    Column("registered_growth", N_("Registered, change in %"), "number"),
    Column("approved", N_("Approved"), "number", sortable=True),
    Column("sat", N_("Sat"), "number", sortable=True),
    Column("sat_growth", N_("Sat, change in %"), "number"),
    Column("passed", N_("Passed"), "number", sortable=True),
    Column("passed_growth", N_("Passed, change in %"), "number"),
    Column("rate", N_("Pass rate"), "rate", sortable=True),
    Column("base", N_("Of whom the rate is")),
    Column("low", N_("Interval (95 per cent) from, %"), "number"),
    Column("high", N_("Interval (95 per cent) to, %"), "number"),
    Column("change_points", N_("Rate, change in percentage points"), "number"),
)
# The words of the badges, for files.
STATES = {
    "passed-national": N_("Passed"),
    "passed-local": N_("Passed (regional line)"),
    "not-passed": N_("Not passed"),
    "not-sat": N_("Did not sit"),
    "line-unknown": N_("Pass line not known"),
    "yes": N_("Yes"),
    "no": N_("No"),
}


@bp.get("/")
@needs(Permission.EXAMS_RATE_SEE)
def rates() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=(*figures.FILTERS, "base"), size=200), current_actor()
    cut = figures.Cut.of(dict(ask.filters))
    base = ask.filters.get("base", REGISTERED)
    base = base if base in DENOMINATOR_NAMES else REGISTERED
    with reading() as session:
        counts = figures.counts(session, actor, cut)
        choices = figures.choices(session, actor, cut)
    years = compare(counts, base)
    if ask.export:
        return download(page_of(rate_rows(years, base), ask, columns=RATE_COLUMNS), RATE_COLUMNS, "pass-rates")
    pairs = pairwise(counts)
    found = [caution(before, now, base) for before, now in pairs if now.year == before.year + 1]
    return render_template(
        "exams/rates.html",
        ask=ask,
        base=base,
        bases=DENOMINATOR_NAMES,
        choices=choices,
        levels=LEVEL_NAMES,
        years=years[::-1],
        latest=headline(years),
        cautions=[sentence for sentence in found if sentence][::-1],
        pictures=rate_pictures(years),
        shares=shares(years),
        drill=lambda year, figure: url_for("exams.persons", year=year, figure=figure, **_cut_query(ask)),
    )


def _cut_query(ask: Ask) -> dict[str, Any]:
    return {name: value for name, value in ask.filters.items() if name in figures.FILTERS}


@bp.get("/persons")
@needs(Permission.EXAMS_RATE_SEE)
def persons() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=(*figures.FILTERS, "year", "figure")), current_actor()
    cut = figures.Cut.of(dict(ask.filters))
    year = ask.filters.get("year", "")
    figure = ask.filters.get("figure", "registered")
    with reading() as session:
        page = figures.persons(
            session,
            runtime().vault,
            actor,
            cut,
            int(year) if year.isdecimal() and len(year) == 4 else None,
            figure,
            ask,
        )
        choices = figures.choices(session, actor, cut)
    columns = (
        Column("name", N_("Name"), sortable=True, link=_person_link),
        Column("id_number", N_("ID number")),
        Column("organisation", N_("Organisation"), sortable=True),
        Column("year", N_("Exam year"), sortable=True),
        Column("level", N_("Level"), "sentence", sortable=True),
        Column("approved", N_("Approved"), "badge"),
        Column("result", N_("Result"), "badge"),
        Column("again", N_("Returning"), "badge"),
        Column("trained", N_("Trained"), "badge"),
    )
    if page.ask.export:
        return download(_in_words(page), columns, "candidates")
    return render_template(
        "exams/persons.html",
        page=page,
        columns=columns,
        choices=choices,
        levels=LEVEL_NAMES,
        figures=FIGURE_NAMES,
        back=url_for("exams.rates", **_cut_query(ask)),
    )


FIGURE_NAMES = {
    "registered": N_("Registered"),
    "approved": N_("Approved"),
    "sat": N_("Sat"),
    "passed": N_("Passed"),
}


def _person_link(row: dict[str, object]) -> str | None:
    return url_for("exams.person", person_id=row["person_id"]) if row["mine"] else None


def _in_words(page: Page) -> Page:
    """The states of a list as their words, for a file."""
    rows = [{k: STATES[v] if isinstance(v, str) and v in STATES else v for k, v in row.items()} for row in page.rows]
    return Page(rows, page.total, page.ask)


@bp.get("/persons/<int:person_id>")
@needs(Permission.EXAMS_RATE_SEE)
def person(person_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = seen(session, current_actor(), Permission.EXAMS_RATE_SEE, person_id)
        history = actions.outcomes_of(session, person_id)
    return render_template(
        "exams/person.html",
        person_id=person_id,
        name=found.name,
        history=history,
        levels=LEVEL_NAMES,
        subjects=SUBJECT_NAMES,
    )


@bp.get("/mine")
@signed_in
def mine() -> ResponseReturnValue:
    with reading() as session:
        history = actions.outcomes_of(session, current_actor().person_id)
    return render_template("exams/mine.html", history=history, levels=LEVEL_NAMES, subjects=SUBJECT_NAMES)


@bp.get("/import")
@needs(Permission.EXAMS_RESULT_IMPORT)
def importing() -> ResponseReturnValue:
    return render_template("exams/import.html")


LINE_COLUMNS = (
    Column("year", N_("Exam year"), sortable=True),
    Column("region", N_("Region"), sortable=True, link=lambda row: url_for("exams.line", line_id=row["id"])),
    Column("level", N_("Level"), "sentence", sortable=True),
    Column("subject", N_("Subject"), "sentence"),
    Column("half_points", N_("Pass line (points)"), "marks", sortable=True),
    Column("published_on", N_("Published on"), "day"),
    Column("source", N_("Source")),
    Column("certainty", N_("Certainty"), "sentence"),
)


@bp.get("/lines")
@needs(Permission.EXAMS_LINE_ADD, Permission.EXAMS_RATE_SEE)
def lines() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("year",))
    with reading() as session:
        page = figures.lines(session, ask)
        years = figures.years(session)
    national, every = gettext("National"), gettext("All subjects")
    rows = [{**row, "region": row["region"] or national, "subject": row["subject"] or every} for row in page.rows]
    page = Page(rows, page.total, page.ask)
    if page.ask.export:
        return download(page, LINE_COLUMNS, "pass-lines")
    return render_template("exams/lines.html", page=page, columns=LINE_COLUMNS, years=years)


@bp.route("/lines/new", methods=["GET", "POST"])
@needs(Permission.EXAMS_LINE_ADD)
def add_line() -> ResponseReturnValue:
    form = LineForm()
    with reading() as session:
        form.offer(figures.years(session))
    if form.sent():
        try:
            with writing() as session:
                clock = runtime().clock
                line_id, _changed = actions.add_pass_line(
                    session, current_actor(), form.line(), now=clock.now(), today=clock.today()
                )
            return redirect(url_for("exams.line", line_id=line_id), 303)
        except RuleViolation as refusal:
            form.reject(refusal)
    return render_template("exams/add_line.html", form=form), form.status


@bp.get("/lines/<int:line_id>")
@needs(Permission.EXAMS_LINE_ADD, Permission.EXAMS_RATE_SEE)
def line(line_id: int) -> ResponseReturnValue:
    ask, actor = Ask.of(request.args), current_actor()
    with reading() as session:
        found = figures.line(session, line_id)
        page = figures.changed_by(session, actor, line_id, ask)
    may_open = actor.may(Permission.EXAMS_RATE_SEE)
    columns = (
        Column(
            "name",
            N_("Name"),
            sortable=True,
            link=lambda row: url_for("exams.person", person_id=row["person_id"]) if may_open else None,
        ),
        Column("year", N_("Exam year")),
        Column("level", N_("Level"), "sentence"),
        Column("before", N_("Before"), "badge"),
        Column("after", N_("After"), "badge"),
    )
    if page.ask.export:
        return download(_in_words(page), columns, "changed-outcomes")
    return render_template("exams/line.html", line=found, page=page, columns=columns)
