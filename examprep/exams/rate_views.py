"""Pass rates: the trend, and the persons behind any figure."""

from itertools import pairwise
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.exams import candidates, cuts, figures, surroundings
from examprep.exams.cuts import FILTERS, Cut
from examprep.exams.definitions import DEFINITIONS, for_file
from examprep.exams.presenting import headline, rate_pictures, rate_rows, shares
from examprep.exams.rules.rates import DENOMINATOR_NAMES, REGISTERED, SAT, Counts, YearFigures, caution, compare
from examprep.exams.rules.telling import tell
from examprep.exams.views import bp, in_words
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading, runtime
from examprep.syllabus.rules.levels import LEVEL_NAMES

RATE_COLUMNS = (
    Column("year", N_("Exam year"), sortable=True),
    Column("registered", N_("Registered"), "number", sortable=True),
    Column("registered_growth", N_("Registered, change in %"), "number"),
    Column("approved", N_("Approved"), "number", sortable=True),
    Column("approval", N_("Approved, of those registered"), "rate"),
    Column("sat", N_("Sat"), "number", sortable=True),
    Column("sat_growth", N_("Sat, change in %"), "number"),
    Column("attendance", N_("Sat, of those approved"), "rate"),
    Column("passed", N_("Passed"), "number", sortable=True),
    Column("passed_growth", N_("Passed, change in %"), "number"),
    Column("rate", N_("Pass rate"), "rate", sortable=True),
    Column("base", N_("Of whom the rate is")),
    Column("low", N_("Interval (95 per cent) from, %"), "number"),
    Column("high", N_("Interval (95 per cent) to, %"), "number"),
    Column("change_points", N_("Rate, change in percentage points"), "number"),
    Column("turns", N_("Changed in this year")),
)
PAGES = (
    ("exams.rates", N_("Trend")),
    ("exams.groups", N_("Side by side")),
    ("exams.subjects", N_("By subject")),
    ("exams.training", N_("Trained or not")),
    ("exams.in_the_end", N_("In the end")),
    ("exams.cohorts", N_("Saved cohorts")),
)


@bp.get("/")
@needs(Permission.EXAMS_RATE_SEE)
def rates() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=(*FILTERS, "base"), size=200), current_actor()
    with reading() as session:
        cut = cuts.read(session, actor, ask.filters)
        counts = figures.counts(session, actor, cut)
        choices = candidates.choices(session, actor, cut)
        turns = surroundings.turns_of(session, actor, cut, [found.year for found in counts])
        base = base_of(ask, cut)
        years = compare(counts, base)
        latest = headline(years)
        places = surroundings.places_of(session, actor, cut, latest.counts.year) if latest else None
        by_level = surroundings.passed_by_level(session, actor, cut, latest.counts.year) if latest else None
    if ask.export:
        rows = rate_rows(years, base, turns)
        return download(page_of(rows, ask, columns=RATE_COLUMNS), RATE_COLUMNS, "pass-rates", for_file(DEFINITIONS))
    pairs = pairwise(counts)
    found = [caution(before, now, base) for before, now in pairs if now.year == before.year + 1]
    return render_template(
        "exams/rates.html",
        **around(ask, choices),
        base=base,
        bases=DENOMINATOR_NAMES,
        years=years[::-1],
        latest=latest,
        definitions=DEFINITIONS,
        told=_told(places, counts, latest, base, by_level),
        cautions=[sentence for sentence in found if sentence][::-1],
        turns=turns,
        pictures=rate_pictures(years, {str(turn.year) for turn in turns}),
        shares=shares(years),
        drill=lambda year, figure: url_for("exams.persons", year=year, figure=figure, **cut_query(ask)),
    )


def _told(
    places: surroundings.Places | None,
    counts: list[Counts],
    latest: YearFigures | None,
    base: str,
    by_level: dict[str, int] | None,
) -> Sentence | None:
    """The report's sentence of the latest year with results."""
    if latest is None or places is None:
        return None
    before = next((found for found in counts if found.year == latest.counts.year - 1), None)
    return tell(places.named, latest.counts, before, base, by_level, places.without, places.differing)


def around(ask: Ask, choices: candidates.Choices) -> dict[str, Any]:
    """What every page of figures shows besides its own: the filters, and the other pages with the same cut."""
    kept = cut_query(ask)
    if "base" in ask.filters:
        kept["base"] = ask.filters["base"]
    return {
        "ask": ask,
        "choices": choices,
        "levels": LEVEL_NAMES,
        "tabs": [(label, url_for(endpoint, **kept), endpoint == request.endpoint) for endpoint, label in PAGES],
    }


def base_of(ask: Ask, cut: Cut, otherwise: str = REGISTERED) -> str:
    """Of whom rates are: as asked, else of those registered; of a single subject only those who sat it are known."""
    base = ask.filters.get("base", otherwise)
    return SAT if cut.subject else base if base in DENOMINATOR_NAMES else otherwise


def cut_query(ask: Ask, **changes: Any) -> dict[str, Any]:
    """The cut of an ask as a query string, for links."""
    kept = {name: value for name, value in ask.filters.items() if name in FILTERS}
    return {name: value for name, value in {**kept, **changes}.items() if value is not None}


FIGURE_NAMES = {
    "registered": N_("Registered"),
    "approved": N_("Approved"),
    "sat": N_("Sat"),
    "passed": N_("Passed"),
    "eventual": N_("Qualified in the end"),
}


@bp.get("/persons")
@needs(Permission.EXAMS_RATE_SEE)
def persons() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=(*FILTERS, "year", "figure", "needed")), current_actor()
    figure = ask.filters.get("figure", "registered")
    with reading() as session:
        cut = cuts.read(session, actor, ask.filters)
        conditions = candidates.behind(session, actor, cut, ask.number("year"), figure, ask.number("needed"))
        page, heads = candidates.persons(session, runtime().vault, actor, conditions, ask)
        choices = candidates.choices(session, actor, cut)
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
        return download(in_words(page), columns, "candidates")
    return render_template(
        "exams/persons.html",
        page=page,
        heads=heads,
        columns=columns,
        choices=choices,
        levels=LEVEL_NAMES,
        figures=FIGURE_NAMES,
        back=url_for("exams.rates", **cut_query(ask)),
        keep=url_for("exams.new_cohort", **{**dict[str, Any](ask.filters), "list": "yes"}),
    )


def _person_link(row: dict[str, object]) -> str | None:
    return url_for("exams.person", person_id=row["person_id"]) if row["mine"] else None
