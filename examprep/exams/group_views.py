"""Figures side by side: groups with their funnel, single subjects, trained and not, and who qualifies in the end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from examprep.exams import candidates, cuts, figures, surroundings
from examprep.exams import groups as grouping
from examprep.exams.cuts import FILTERS
from examprep.exams.definitions import DEFINITIONS, FUNNEL_DEFINITION, TRAINING_DEFINITIONS, end_definitions, for_file
from examprep.exams.presenting import (
    funnel_picture,
    group_rows,
    started_rows,
    stratum_rows,
    subject_rows,
)
from examprep.exams.rate_views import around, base_of, cut_query
from examprep.exams.rules.rates import DENOMINATOR_NAMES, SAT
from examprep.exams.rules.stratified import compare_arms
from examprep.exams.views import bp, in_words
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading

# A page says the interval in one cell, a file in two.
INTERVAL = Column("interval", N_("95 per cent interval"))
LIMITS = (
    Column("low", N_("Interval (95 per cent) from, %"), "number"),
    Column("high", N_("Interval (95 per cent) to, %"), "number"),
)
POINTS = Column("change_points", N_("Change, points"), "change", sortable=True)


def for_files(columns: Sequence[Column]) -> list[Column]:
    """The columns of a page with the interval in two."""
    return [part for column in columns for part in (LIMITS if column is INTERVAL else (column,))]


def _year(session: Session, actor: Actor, cut: cuts.Cut, ask: Ask) -> tuple[int | None, list[int]]:
    """The year asked for, else the latest with results, else the latest; and all years on file, the latest first."""
    counts = figures.counts(session, actor, cut)
    years = [found.year for found in counts][::-1]
    asked = ask.number("year")
    known = [found.year for found in counts if found.sat]
    return (asked if asked in years else known[-1] if known else years[0] if years else None), years


@bp.get("/groups")
@needs(Permission.EXAMS_RATE_SEE)
def groups() -> ResponseReturnValue:
    """Groups of one year side by side; never ordered by their rate unless somebody asks."""
    ask, actor = Ask.of(request.args, filters=(*FILTERS, "base", "by", "year"), size=50), current_actor()
    by = ask.filters.get("by", "organisation")
    by = by if by in grouping.BY else "organisation"
    with reading() as session:
        cut = cuts.read(session, actor, ask.filters)
        year, years = _year(session, actor, cut, ask)
        found = grouping.groups(session, actor, cut, by, year, cut_query(ask)) if year else []
        choices = candidates.choices(session, actor, cut)
    base = base_of(ask, cut)
    rows = group_rows(found, base)

    def behind(figure: str) -> Any:
        return lambda row: url_for(
            "exams.persons", year=year, figure=figure, **_narrowed(cut_query(ask), dict(row["filters"]))
        )

    columns = (
        Column("group", grouping.BY[by], sortable=True, link=lambda row: _trend_of(ask, row)),
        Column("registered", N_("Registered"), "number", sortable=True, link=behind("registered")),
        Column("registered_growth", N_("Change, %"), "change", sortable=True),
        Column("approved", N_("Approved"), "number", sortable=True, link=behind("approved")),
        Column("sat", N_("Sat"), "number", sortable=True, link=behind("sat")),
        Column("passed", N_("Passed"), "number", sortable=True, link=behind("passed")),
        Column("passed_growth", N_("Change, %"), "change", sortable=True),
        Column("rate", N_("Pass rate"), "rate", sortable=True),
        INTERVAL,
        POINTS,
        Column("verdict", N_("Against chance"), "badge"),
    )
    page, definitions = page_of(rows, ask, columns=columns), (*DEFINITIONS, FUNNEL_DEFINITION)
    if ask.export:
        return download(in_words(page), for_files(columns), f"pass-rates-{by}-{year}", for_file(definitions))
    return render_template(
        "exams/groups.html",
        **around(ask, choices),
        page=page,
        columns=columns,
        by=by,
        dimensions=grouping.BY,
        definitions=definitions,
        overlapping=by in grouping.OVERLAPPING,
        year=year,
        years=years,
        base=base,
        bases=DENOMINATOR_NAMES,
        plot=funnel_picture(found, base),
    )


def _narrowed(kept: dict[str, Any], more: dict[str, str]) -> dict[str, Any]:
    """A cut and what makes it one group's; two places that are meant without what lies below are ``both``."""
    if "own" in kept and more.get("own", kept["own"]) != kept["own"]:
        more["own"] = "both"
    return {**kept, **more}


def _trend_of(ask: Ask, row: Any) -> str:
    return url_for("exams.rates", **_narrowed(cut_query(ask), dict(row["filters"])))


SUBJECT_COLUMNS = (
    Column("year", N_("Exam year"), sortable=True),
    Column("level", N_("Level"), "sentence"),
    Column("subject", N_("Subject"), "sentence"),
    Column("sat", N_("Sat the subject"), "number", sortable=True),
    Column("sat_growth", N_("Change, %"), "change"),
    Column("passed", N_("Passed the subject"), "number", sortable=True),
    Column("rate", N_("Pass rate, of those who sat"), "rate", sortable=True),
    INTERVAL,
    POINTS,
)


@bp.get("/subjects")
@needs(Permission.EXAMS_RATE_SEE)
def subjects() -> ResponseReturnValue:
    ask, actor = Ask.of(request.args, filters=FILTERS, size=50), current_actor()
    with reading() as session:
        cut = cuts.read(session, actor, ask.filters)
        found = figures.subject_counts(session, actor, cut)
        choices = candidates.choices(session, actor, cut)

    def behind(figure: str) -> Any:
        return lambda row: url_for(
            "exams.persons", **{**cut_query(ask), "year": row["year"], "figure": figure, "subject": row["code"]}
        )

    linked = {"sat": behind("sat"), "passed": behind("passed")}
    columns = tuple(replace(column, link=linked.get(column.name)) for column in SUBJECT_COLUMNS)
    page = page_of(subject_rows(found), ask, columns=columns)
    if ask.export:
        return download(page, for_files(columns), "pass-rates-by-subject", for_file(DEFINITIONS))
    return render_template(
        "exams/subjects.html", **around(ask, choices), page=page, columns=columns, definitions=DEFINITIONS
    )


STRATUM_COLUMNS = (
    Column("year", N_("Exam year"), sortable=True),
    Column("level", N_("Level"), "sentence"),
    Column("manner", N_("First time or returning"), "sentence"),
    Column("region", N_("Region"), sortable=True),
    Column("trained", N_("Trained in a class"), "rate", sortable=True),
    Column("untrained", N_("Not trained"), "rate", sortable=True),
)


@bp.get("/training")
@needs(Permission.EXAMS_RATE_SEE)
def training() -> ResponseReturnValue:
    """Trained beside untrained: as they are, and among candidates alike."""
    ask, actor = Ask.of(request.args, filters=(*FILTERS, "base", "year"), size=25), current_actor()
    with reading() as session:
        cut = cuts.read(session, actor, {k: v for k, v in ask.filters.items() if k != "trained"})
        _, years = _year(session, actor, cut, ask)
        chosen = ask.number("year")
        base = base_of(ask, cut, SAT)
        strata = figures.strata(session, actor, cut, base, [chosen] if chosen in years and chosen else years)
        regions = surroundings.region_names(session, {stratum.key[3] for stratum in strata})
        choices = candidates.choices(session, actor, cut)

    def behind(trained: str) -> Any:
        return lambda row: url_for(
            "exams.persons", year=row["year"], figure=base,
            **_narrowed(cut_query(ask), {**row["filters"], "trained": trained}),
        )  # fmt: skip

    linked = {"trained": behind("yes"), "untrained": behind("no")}
    columns = tuple(replace(column, link=linked.get(column.name)) for column in STRATUM_COLUMNS)
    page = page_of(stratum_rows(strata, regions), ask, columns=columns)
    if ask.export:
        return download(page, STRATUM_COLUMNS, "trained-and-not", for_file(TRAINING_DEFINITIONS))
    return render_template(
        "exams/training.html",
        **around(ask, choices),
        page=page,
        columns=columns,
        drill=lambda trained: url_for(
            "exams.persons", year=chosen if chosen in years else None, figure=base, **cut_query(ask, trained=trained)
        ),
        found=compare_arms(strata),
        definitions=TRAINING_DEFINITIONS,
        year=chosen if chosen in years else None,
        years=years,
        base=base,
        bases=DENOMINATOR_NAMES,
    )


@bp.get("/in-the-end")
@needs(Permission.EXAMS_RATE_SEE)
def in_the_end() -> ResponseReturnValue:
    """Of those who first registered in a year, how many ever qualified, and after how many years."""
    ask, actor = Ask.of(request.args, filters=FILTERS, size=50), current_actor()
    with reading() as session:
        cut = cuts.read(session, actor, {k: v for k, v in ask.filters.items() if k not in ("returning", "subject")})
        found = figures.eventual(session, actor, cut)
        last = max((c.year for c in figures.counts(session, actor, cuts.Cut()) if c.sat), default=0)
        choices = candidates.choices(session, actor, cut)

    def behind(figure: str, needed: int | None = None) -> Any:
        def address(row: Any) -> str | None:
            if needed and row[f"within_{needed}"] is None:
                return None
            asked = {"year": row["year"], "figure": figure, "needed": needed, "returning": "no"}
            return url_for("exams.persons", **{**cut_query(ask, subject=None), **asked})

        return address

    columns = (
        Column("year", N_("First registered in"), sortable=True),
        Column("registered", N_("First-time candidates"), "number", sortable=True, link=behind("registered")),
        Column("within_1", N_("Qualified the same year"), "rate", link=behind("eventual", 1)),
        Column("within_2", N_("Within two years"), "rate", link=behind("eventual", 2)),
        Column("within_3", N_("Within three years"), "rate", link=behind("eventual", 3)),
        Column("ever", N_("Qualified by now"), "rate", sortable=True, link=behind("eventual")),
        INTERVAL,
    )
    page, definitions = page_of(started_rows(found, last), ask, columns=columns), end_definitions(last)
    if ask.export:
        return download(page, for_files(columns), "qualified-in-the-end", for_file(definitions))
    return render_template(
        "exams/in_the_end.html", **around(ask, choices), page=page, columns=columns, definitions=definitions
    )
