"""Publications as the lists and pictures of their pages. Rates are made of what is shown, so they can tell no more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from examprep.bureau.rules.content import Content, Table
from examprep.bureau.rules.judging import Why
from examprep.bureau.rules.tables import ALL, HOLDERS, PASSED, REGISTERED, SAT, Key
from examprep.exams.rules.rates import Counts, caution
from examprep.kernel.rate import Rate
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing import charts
from examprep.plumbing.i18n import day
from examprep.plumbing.listing import Ask, Column
from examprep.syllabus.rules.levels import LEVEL_NAMES, LEVELS

LEVEL_WORDS = {ALL: Sentence("All levels"), **LEVEL_NAMES}
FIGURE_WORDS = {
    REGISTERED: N_("Registered"),
    SAT: N_("Sat"),
    PASSED: N_("Passed"),
    HOLDERS: N_("Certificate holders"),
    "absent": N_("Did not sit"),
    "failed": N_("Sat and did not pass"),
    "unpassed": N_("Did not pass"),
}
WHYS: dict[str, str] = {
    Why.SMALL: N_("Fewer than the threshold"),
    Why.REVISED: N_("Differs too little from what is public"),
    Why.KEPT: N_("Hidden before, and hardly changed since"),
    Why.OTHERS: N_("Another hidden count could be worked out from it"),
}
ITSELF = Sentence("itself, without the units below")
EXAM_COLUMNS = (
    Column("period", N_("Exam year"), sortable=True),
    Column("unit", N_("Unit")),
    Column("level", N_("Level"), "sentence"),
    Column("registered", N_("Registered"), "number", sortable=True),
    Column("sat", N_("Sat"), "number", sortable=True),
    Column("passed", N_("Passed"), "number", sortable=True),
    Column("of_registered", N_("Pass rate, of those registered"), "rate", sortable=True),
    Column("of_sat", N_("Pass rate, of those who sat"), "rate", sortable=True),
)
HOLDER_COLUMNS = (
    Column("period", N_("As of"), "day", sortable=True),
    Column("unit", N_("Unit")),
    *(Column(level, LEVEL_WORDS[level].text, "number", sortable=True) for level in (*LEVELS, ALL)),
)
HIDDEN_COLUMNS = (
    Column("period", N_("Year or day"), sortable=True),
    Column("unit", N_("Unit"), sortable=True),
    Column("level", N_("Level"), "sentence"),
    Column("figure", N_("Figure"), "sentence"),
    Column("count", N_("Count"), "number", sortable=True),
    Column("why", N_("Why it is hidden"), "choice", choices=WHYS),
    Column("protects", N_("It protects")),
)


def _rate(part: int | None, base: int | None) -> Rate | None:
    return Rate(part, base) if part is not None and base else None


def exam_row(table: Table, unit: str, level: str) -> dict[str, Any]:
    """The exam's figures of one unit and level, with the rates that follow from those shown."""
    registered, sat, passed = (table.counts.get((unit, level, figure)) for figure in (REGISTERED, SAT, PASSED))
    return {
        "registered": registered,
        "sat": sat,
        "passed": passed,
        "of_registered": _rate(passed, registered),
        "of_sat": _rate(passed, sat),
    }


def unit_names(tables: Iterable[Table], say: Any) -> dict[str, str]:
    """How each unit reads in a list, indented by its depth."""
    names = {}
    for table in tables:
        for unit in table.units:
            own = f"（{say(ITSELF)}）" if unit.id.endswith("-itself") else ""
            names[unit.id] = "\u3000" * unit.depth + unit.name + own
    return names


def exam_rows(content: Content, ask: Ask, say: Any) -> list[dict[str, Any]]:
    """A row for every exam year, unit and level, the newest year first; filters ``period`` and ``level``."""
    tables = [table for table in content.tables if table.kind != HOLDERS]
    names = unit_names(tables, say)
    return [
        {"period": table.period, "unit": names[unit.id], "level": LEVEL_WORDS[level], **exam_row(table, unit.id, level)}
        for table in reversed(tables)
        for unit in table.units
        for level in (ALL, *LEVELS)
        if ask.filters.get("period", table.period) == table.period and ask.filters.get("level", level) == level
    ]


def holder_rows(content: Content, ask: Ask, say: Any) -> list[dict[str, Any]]:
    """A row for every day and unit, the newest day first; filter ``period``."""
    tables = [table for table in content.tables if table.kind == HOLDERS]
    names = unit_names(tables, say)
    return [
        {
            "period": date.fromisoformat(table.period),
            "unit": names[unit.id],
            **{level: table.counts.get((unit.id, level, HOLDERS)) for level in (ALL, *LEVELS)},
        }
        for table in reversed(tables)
        for unit in table.units
        if ask.filters.get("period", table.period) == table.period
    ]


def summary(content: Content) -> list[dict[str, Any]]:
    """The unit itself, all levels, by exam year."""
    return [
        {"period": table.period, **exam_row(table, content.unit.id, ALL)}
        for table in content.tables
        if table.kind != HOLDERS
    ]


def cautions(rows: Sequence[Mapping[str, Any]]) -> list[Sentence]:
    """What must be said where more passed and a smaller share did, of years whose counts are all shown."""
    counts = [
        Counts(int(row["period"]), row["registered"], row["registered"], row["sat"], row["passed"])
        for row in rows
        if None not in (row["registered"], row["sat"], row["passed"])
    ]
    found = [caution(before, now, REGISTERED) for before, now in pairwise(counts) if now.year == before.year + 1]
    return [sentence for sentence in found if sentence]


def holder_summary(content: Content) -> list[dict[str, Any]]:
    """The unit itself by day."""
    return [
        {
            "period": date.fromisoformat(table.period),
            **{level: table.counts.get((content.unit.id, level, HOLDERS)) for level in (ALL, *LEVELS)},
        }
        for table in content.tables
        if table.kind == HOLDERS
    ]


def picture(rows: Sequence[Mapping[str, Any]]) -> charts.Chart:
    """Registered and passed by exam year; what is hidden leaves its place empty."""
    return charts.columns(
        [row["period"] for row in rows], [[row["registered"] for row in rows], [row["passed"] for row in rows]]
    )


def holder_picture(rows: Sequence[Mapping[str, Any]]) -> charts.Chart:
    return charts.columns([str(row["period"].year) for row in rows], [[row[ALL] for row in rows]])


def hidden_rows(content: Content, withheld: Sequence[Sequence[Any]], ask: Ask, say: Any) -> list[dict[str, Any]]:
    """What a publication hides, for the bureau's eyes; filter ``why``."""
    names = {unit: name.strip("\u3000") for unit, name in unit_names(content.tables, say).items()}

    def called(key: Key) -> str:
        unit, level, figure = key
        return f"{names.get(unit, '…')} · {say(LEVEL_WORDS[level])} · {say(FIGURE_WORDS[figure])}"

    return [
        {
            "period": period if kind != HOLDERS else day(date.fromisoformat(period)),
            "unit": names.get(unit, "…"),
            "level": LEVEL_WORDS[level],
            "figure": Sentence(FIGURE_WORDS[figure]),
            "count": count,
            "why": why,
            "protects": called(tuple(protects)) if protects else None,
        }
        for kind, period, unit, level, figure, count, why, protects in withheld
        if ask.filters.get("why", why) == why
    ]
