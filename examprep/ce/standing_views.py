"""The officer's view: who has the hours of one requirement, by unit and level, and who is to be seen to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.ce import presenting, standings
from examprep.ce.blueprint import bp
from examprep.ce.rules.requirement import CALENDAR, MINUTES_OF_AN_HOUR, Requirement
from examprep.ce.views import year_asked
from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.charts import columns as column_chart
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Column, Page, download, page_of
from examprep.plumbing.runtime import reading, runtime
from examprep.register import actions as register
from examprep.syllabus.rules.levels import LEVEL_NAMES

STATES = {
    "ce-short": Sentence("Hours short"),
    "ce-behind": Sentence("Short, and not on pace"),
    "ce-none": Sentence("Nothing recorded"),
    "ce-met": Sentence("Requirement met"),
    "ce-exempt": Sentence("Exempt"),
}
FILTERS = ("year", "clock", "unit", "level", "state")
STEPS = 9
MOST_GROUPS = 60


def _columns(asked: Requirement) -> tuple[Column, ...]:
    unit = asked.minutes_per_hour

    def hours(name: str, label: str) -> Column:
        return Column(name, label, "hours", sortable=True, total=True, minutes_per_hour=unit)

    ends = () if asked.period_kind == CALENDAR else (Column("last", N_("Period ends"), "day"),)
    return (
        Column("name", N_("Name"), sortable=True, link=lambda row: url_for("ce.person", person_id=row["id"])),
        Column("unit", N_("Unit"), sortable=True),
        Column("level", N_("Level"), "sentence", sortable=True),
        hours("professional", N_("Professional")),
        hours("general", N_("General")),
        hours("elective", N_("Elective")),
        hours("counted", N_("Counted hours")),
        hours("missing", N_("Missing hours")),
        *ends,
        Column("state", N_("Whether it suffices"), "badge"),
    )


@bp.get("/standing")
@needs(Permission.CE_STANDING_SEE)
def standing() -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    year, ask = year_asked(today), Ask.of(request.args, filters=FILTERS)
    with reading() as session:
        versions = standings.versions(session)
        codes = standings.codes(session, actor, year, versions, today=today)
        asked = _chosen(versions, codes, ask.filters.get("clock", ""), year)
        page, summary = standings.standings(session, actor, ask, asked, year, today=today)
        if not ask.export:
            groups = standings.groups(session, actor, ask, asked, year, today=today, limit=MOST_GROUPS)
            width, spread = standings.spread(session, actor, ask, asked, year, today=today, steps=STEPS)
            units = register.units(session, actor, Permission.CE_STANDING_SEE)
    page = replace(page, rows=[_worded(row, exported=bool(ask.export)) for row in page.rows])
    columns = _columns(asked)
    meanings = [(say(word), say(meaning)) for word, meaning in presenting.definitions(asked)]
    if ask.export:
        return download(page, columns, f"credit-hours-{year}", meanings)
    names = {version.code: in_language(version.names) for version in versions}
    return render_template(
        "ce/standing.html",
        page=page,
        columns=columns,
        summary=summary,
        asked=asked,
        clock={"name": in_language(asked.names), "aim": presenting.MEANS if asked.measure == "mean" else ""},
        required=say(_amounts(asked)),
        unit=say(N_("hours") if asked.minutes_per_hour == MINUTES_OF_AN_HOUR else N_("credit hours")),
        year=year,
        years=[(str(y), str(y)) for y in standings.years_to_choose(today)],
        as_of=standings.judged_on(year, today),
        running=year == today.year,
        levels=LEVEL_NAMES,
        states=STATES,
        units=units,
        codes=[(code, names[code]) for code in codes],
        spread=_spread(asked, width, spread),
        groups=_groups(asked, groups, year),
        group_columns=_group_columns(asked),
        meanings=meanings,
    )


def _chosen(versions: Sequence[Requirement], codes: Sequence[str], wanted: str, year: int) -> Requirement:
    """The requirement asked for, else the one that binds most persons, else any of the year.

    Raises:
        NotFound: ``ce.requirement`` -- nothing was asked of anybody then.
    """
    begun = [v for v in versions if v.since <= date(year, 1, 1)]
    latest = {v.code: v for v in sorted(begun, key=lambda v: v.since)}
    fallback = [v.code for v in latest.values() if v.region_code is None and v.period_kind == CALENDAR]
    for code in (*([wanted] if wanted in codes else []), *codes, *fallback):
        if code in latest:
            return latest[code]
    raise NotFound("ce.requirement", "No requirement is known for %(year)s.", year=year)


def _amounts(asked: Requirement) -> Sentence:
    """What is asked, of the levels that differ each: 72/90 hours."""
    amounts = sorted(set(asked.total_minutes.values()))
    word = "%(count)s hours" if asked.minutes_per_hour == MINUTES_OF_AN_HOUR else "%(count)s credit hours"
    return Sentence(word, count="/".join(asked.hours(minutes) for minutes in amounts))


def _spread(asked: Requirement, width: int, counts: Sequence[int]) -> dict[str, Any]:
    """The distribution as a picture and a table: steps of so many hours, the last of all beyond."""
    edges = [int(asked.hours(width * at)) for at in range(len(counts))]
    names = [f"{low}–{high}" for low, high in pairwise(edges)] + [f"≥{edges[-1]}"]
    return {
        "chart": column_chart([str(edge) for edge in edges], [list(counts)]),
        "rows": list(zip(names, counts, strict=True)),
        "total": sum(counts),
    }


def _group_columns(asked: Requirement) -> tuple[Column, ...]:
    return (
        Column("unit", N_("Unit"), link=lambda row: row["address"]),
        Column("level", N_("Level"), "sentence"),
        Column("holders", N_("Owing"), "number", total=True),
        Column("mean", N_("Mean recorded"), "hours", minutes_per_hour=asked.minutes_per_hour),
        Column("met", N_("Requirement met"), "rate"),
        Column("on_pace", N_("Forecast"), "rate"),
    )


def _groups(asked: Requirement, groups: Sequence[standings.Group], year: int) -> Page:
    rows = [
        {
            "unit": group.unit,
            "level": LEVEL_NAMES[group.level],
            "holders": group.summary.met.base,
            "mean": group.summary.mean_minutes,
            "met": group.summary.met,
            "on_pace": group.summary.on_pace,
            "address": url_for("ce.standing", year=year, clock=asked.code, unit=group.unit_id, level=group.level),
        }
        for group in groups
    ]
    return page_of(rows, Ask(size=MOST_GROUPS))


def _worded(row: Mapping[str, Any], *, exported: bool) -> dict[str, Any]:
    """Codes as words; the page marks a state by its code, a file needs the words."""
    last = date.fromordinal(row["period_end"].toordinal() - 1)
    words: dict[str, Any] = {"level": LEVEL_NAMES[row["level"]], "last": last}
    return {**row, **words, **({"state": STATES[row["state"]]} if exported else {})}
