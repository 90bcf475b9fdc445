"""One person's results, pass lines, and importing; pass rates stand in `rate_views.py`."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from examprep.exams import actions, pass_lines
from examprep.exams.forms import LineForm
from examprep.exams.rules.papers import SUBJECT_NAMES
from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.bounds import seen
from examprep.people.session import current_actor
from examprep.plumbing.access import needs, signed_in
from examprep.plumbing.listing import Ask, Column, Page, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.states import STATES
from examprep.syllabus.rules.levels import LEVEL_NAMES

bp = Blueprint("exams", __name__, url_prefix="/exams")


def in_words(page: Page) -> Page:
    """The states of a list as their words, for a file."""
    rows = [{k: STATES[v][0] if isinstance(v, str) and v in STATES else v for k, v in row.items()} for row in page.rows]
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
        page = pass_lines.lines(session, ask)
        years = pass_lines.years(session)
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
        form.offer(pass_lines.years(session))
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
        found = pass_lines.line(session, line_id)
        page = pass_lines.changed_by(session, actor, line_id, ask)
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
        return download(in_words(page), columns, "changed-outcomes")
    return render_template("exams/line.html", line=found, page=page, columns=columns)
