"""What a bureau tells of a year beside its exam: community workers who registered, and who came to its classes."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bureau import workers
from examprep.bureau.coverage_views import SEE, STATE, chosen_unit, figure_of, units_of
from examprep.bureau.rules.statements import COMMUNITY_WORKERS
from examprep.bureau.views import bp
from examprep.exams.presenting import rounded
from examprep.kernel.period import calendar_year
from examprep.kernel.sentence import N_
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime
from examprep.training import turnout
from examprep.training.values import KINDS, MODES

WORKER_COLUMNS = (
    Column("name", N_("Unit"), sortable=True, link=lambda row: row["address"]),
    Column("base", N_("Community workers"), "number", sortable=True, link=lambda row: row["base_address"]),
    Column("stated", N_("Stated by the bureau")),
    Column("registered", N_("Registered"), "number", sortable=True, link=lambda row: row["registered_address"]),
    Column("registered_percent", N_("Registered, of community workers"), "rate", sortable=True),
    Column("certified", N_("Certified"), "number", sortable=True, link=lambda row: row["certified_address"]),
    Column("certified_percent", N_("Certified, of community workers"), "rate", sortable=True),
)
CLASS_COLUMNS = (
    Column("name", N_("Class"), sortable=True),
    Column("organisation", N_("Held by"), sortable=True),
    Column("kind", N_("Kind"), "choice", choices=KINDS),
    Column("mode", N_("Taught"), "choice", choices=MODES),
    Column("sessions", N_("Sessions held"), "number", sortable=True, total=True),
    Column("persons", N_("Person-times"), "number", sortable=True, total=True, link=lambda row: row["address"]),
    Column("presences", N_("Sessions attended"), "number", sortable=True, total=True),
)
_CAME = {
    "name": Column("name", N_("Name"), sortable=True),
    "unit": Column("unit", N_("Unit"), sortable=True),
    "class_name": Column("class_name", N_("Class"), sortable=True),
    "classes": Column("classes", N_("Classes"), "number", sortable=True),
    "sessions": Column("sessions", N_("Sessions attended"), "number", sortable=True),
}


@bp.get("/community-workers")
@needs(SEE)
def community_workers() -> ResponseReturnValue:
    ask, today, actor = Ask.of(request.args, filters=("unit", "year")), runtime().clock.today(), current_actor()
    with reading() as session:
        units = units_of(session)
        unit = chosen_unit(ask, units)
        years = workers.years(session, actor, unit, today)
        year = ask.number("year") or years[0]
        found = workers.workers(session, actor, unit, year, today)
    rows = [_worker_row(each, year) for each in found]
    if ask.export:
        return download(page_of(rows, ask, columns=WORKER_COLUMNS), WORKER_COLUMNS, f"community-workers-{year}")
    return render_template(
        "bureau/workers.html",
        own=found[0],
        own_row=rows[0],
        page=page_of(rows[1:], ask, columns=WORKER_COLUMNS),
        columns=WORKER_COLUMNS,
        unit=unit,
        units=units,
        year=year,
        years=years,
        may_state=actor.may(STATE),
    )


def _worker_row(found: workers.Workers, year: int) -> dict[str, Any]:
    unit, kind = found.unit, workers.KIND
    if found.base > found.counted:
        base = url_for("bureau.statements", unit=unit, kind=COMMUNITY_WORKERS)
    else:
        base = url_for("people.people", organisation=unit, post="yes", kind=kind)
    return {
        "name": found.name,
        "address": url_for("bureau.community_workers", unit=unit, year=year),
        "base": found.base,
        "base_address": base,
        "stated": figure_of(found.stated),
        "registered": found.registered,
        "registered_address": url_for("exams.persons", year=year, figure="registered", organisation=unit, kind=kind),
        "registered_percent": rounded(found.registered_percent),
        "certified": found.certified,
        "certified_address": url_for("register.holders", unit=unit, in_post="yes", kind=kind),
        "certified_percent": rounded(found.certified_percent),
    }


@bp.get("/classes")
@needs(SEE)
def classes() -> ResponseReturnValue:
    """The classes a unit held in a year, and how many came."""
    ask = Ask.of(request.args, filters=("unit", "year"))
    year, this_year = _year(ask)
    with reading() as session:
        units = units_of(session)
        unit = chosen_unit(ask, units)
        span = calendar_year(year)
        found = turnout.turnout(session, current_actor(), SEE, unit, span.start, span.end)

    def who(**more: Any) -> str:
        return url_for("bureau.class_people", unit=unit, year=year, **more)

    rows = [{**vars(each), "address": who(**{"class": each.class_id})} for each in found.classes]
    page = page_of(rows, ask, columns=CLASS_COLUMNS)
    if ask.export:
        return download(page, CLASS_COLUMNS, f"classes-{year}")
    return render_template(
        "bureau/classes.html",
        found=found,
        page=page,
        columns=CLASS_COLUMNS,
        on_line=sum(each.persons for each in found.classes if each.mode == "on-line"),
        each_time=who(),
        each_once=who(each="person"),
        unit=unit,
        units=units,
        year=year,
        years=list(range(this_year, this_year - 6, -1)),
    )


@bp.get("/classes/people")
@needs(SEE)
def class_people() -> ResponseReturnValue:
    """Who came to the classes of a year, once for each class or once."""
    ask = Ask.of(request.args, filters=("unit", "year", "class", "each"))
    year, _ = _year(ask)
    once = ask.filters.get("each") == "person"
    columns = [column for name, column in _CAME.items() if name != ("class_name" if once else "classes")]
    with reading() as session:
        unit = chosen_unit(ask, units_of(session))
        span = calendar_year(year)
        page = turnout.who_came(session, current_actor(), SEE, unit, span.start, span.end, ask)
    if ask.export:
        return download(page, columns, f"trained-{year}")
    return render_template(
        "bureau/class_people.html", page=page, columns=columns, once=once, year=year,
        back=url_for("bureau.classes", unit=unit, year=year),
    )  # fmt: skip


def _year(ask: Ask) -> tuple[int, int]:
    """The year asked for, if it is one of a class, else the present one; and the present one."""
    this_year = runtime().clock.today().year
    asked = ask.number("year") or this_year
    return (asked if 2000 <= asked <= this_year else this_year), this_year
