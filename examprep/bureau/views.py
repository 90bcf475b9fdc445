"""The officer's home page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from examprep.bureau import actions
from examprep.feature import home_cards
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.people.session import current_actor
from examprep.plumbing import charts
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime

bp = Blueprint("bureau", __name__, url_prefix="/bureau")

COLUMNS = (
    Column("year", N_("Exam year")),
    Column("registered", N_("Registered"), "number"),
    Column("approved", N_("Approved"), "number"),
    Column("sat", N_("Sat"), "number"),
    Column("passed", N_("Passed"), "number"),
    Column("rate", N_("Pass rate, of those registered"), "rate"),
)


@bp.get("/")
@needs(Permission.BUREAU_HOME_SEE)
def home() -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    ask = Ask.of(request.args, filters=("unit",))
    chosen = ask.filters.get("unit", "")
    unit = int(chosen) if chosen.isdecimal() and len(chosen) < 10 else None
    with reading() as session:
        found = actions.home(session, actor, unit, today=today)
        units = actions.units(session, actor)
        cards = [] if ask.export else home_cards(session, actor, Role.OFFICER, runtime().clock.now())
    if ask.export:
        rows = [{**vars(year.counts), "rate": year.rate} for year in found.years]
        return download(page_of(rows, ask), COLUMNS, "bureau")
    picture = charts.columns(
        [str(year.counts.year) for year in found.years],
        [
            [year.counts.registered for year in found.years],
            [year.counts.passed if year.rate else None for year in found.years],
        ],
    )
    holders = charts.columns(
        [str(stock.as_of.year) for stock in found.holders_by_year],
        [[stock.total for stock in found.holders_by_year]],
    )
    return render_template(
        "bureau/home.html",
        home=found,
        units=units,
        unit=unit,
        picture=picture,
        holders_picture=holders,
        today=today,
        ask=ask,
        cards=cards,
        title=gettext("Overview"),
    )
