"""What templates get of clocks and lines: plain values, worded where the page is made."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from examprep.ce import standings
from examprep.ce.forms import CATEGORY_NAMES
from examprep.ce.rules.kinds import HOURS, KINDS
from examprep.ce.rules.requirement import CALENDAR, CERTAINTIES, Requirement
from examprep.ce.rules.standing import Counted, Standing
from examprep.ce.standings import Ledger
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Column, Page, page_of
from examprep.syllabus.rules.levels import LEVEL_NAMES

SOURCES = {
    "training.session": Sentence("Class session"),
    "training.unit": Sentence("On-line unit"),
    "ce.hand": Sentence("Recorded by an officer"),
    "ce.reversal": Sentence("Correction"),
    "ce.claim": Sentence("Claim, reviewed"),
    "ce.report": Sentence("Reported by a provider"),
    "provider.course": Sentence("Course of another provider"),
}
SURE = dict(zip(CERTAINTIES, (N_("certain"), N_("probable"), N_("uncertain")), strict=True))
MEANS = N_("A target for the mean of all holders; nobody is bound by it in person.")


def clock(found: Standing, *, today: date) -> dict[str, Any]:
    """One standing as a card: what counts, what is missing, by when, and why."""
    asked = found.requirement
    return {
        "code": asked.code,
        "names": asked.names,
        "level": LEVEL_NAMES[found.level],
        "state": found.state,
        "share": found.share,
        "counted": asked.hours(found.counted_minutes),
        "required": asked.told(found.required_minutes),
        "minutes_per_hour": asked.minutes_per_hour,
        "missing": found.missing,
        "reasons": found.reasons,
        "start": found.period.start,
        "last": found.period.end - timedelta(days=1),
        "yearly": asked.period_kind == CALENDAR and asked.years == 1,
        "deadline": standings.deadline(found.duty),
        "closed": found.duty.closed(today),
        "aim": MEANS if asked.measure == "mean" else "",
        "source": asked.source,
        "sure": SURE[asked.certainty],
    }


def lines(ledger: Ledger, args: Any, filters: Sequence[str]) -> tuple[Page, tuple[Column, ...]]:
    """The lines of the shown period as a list, newest first, each with what it counted on each clock."""
    parts = [{line.line_id: line for line in found.lines} for found in ledger.standings]
    rows = [
        {
            **vars(line),
            "what": line.activity if line.kind == HOURS else f"{line.activity} · {say(KINDS[line.kind])}",
            "source": _source(line.source_kind),
            "correct": say("Take back") if line.minutes > 0 and line.reversed_by is None else "",
            "why": _why(line.id, ledger.standings, parts),
            **{f"counted-{at}": part[line.id].minutes if line.id in part else None for at, part in enumerate(parts)},
        }
        for line in reversed(ledger.lines)
    ]
    ask = Ask.of(args, filters=filters)
    if ask.export:
        rows = [{**row, "category": CATEGORY_NAMES[str(row["category"])]} for row in rows]
    columns = (
        Column("earned_on", N_("Day"), "day", sortable=True),
        Column("what", N_("Activity"), sortable=True),
        Column("category", N_("Category"), "badge", sortable=True),
        Column("minutes", N_("Credit hours"), "hours", sortable=True, total=True),
        *(
            Column(
                f"counted-{at}",
                say(Sentence("Counted: %(clock)s", clock=in_language(found.requirement.names))),
                "hours",
                total=True,
                minutes_per_hour=found.requirement.minutes_per_hour,
            )
            for at, found in enumerate(ledger.standings)
        ),
        Column("why", N_("Remark"), "sentence"),
        Column("source", N_("Source"), "sentence"),
        Column("reason", N_("Reason")),
        Column("posted_by", N_("Recorded by")),
        Column("posted_at", N_("Recorded at"), "instant", sortable=True),
    )
    return page_of(rows, ask, columns=columns), columns


def _source(kind: str) -> Sentence | str:
    """Where a line comes from; a session that was closed again names its closing after the kind."""
    stem = ".".join(kind.split(".")[:2])
    return SOURCES.get(stem, kind)


def _why(line_id: int, found: Sequence[Standing], parts: Sequence[Mapping[int, Counted]]) -> str | Sentence | None:
    """Why a line did not count in full; where the clocks differ, by clock."""
    said = [
        (in_language(each.requirement.names), part[line_id].why)
        for each, part in zip(found, parts, strict=True)
        if line_id in part
    ]
    whys = [why for _, why in said if why is not None]
    if not whys:
        return None
    if len(whys) == len(said) and len({str(why) for why in whys}) == 1:
        return whys[0]
    return " ".join(f"{name}: {say(why)}" for name, why in said if why is not None)


def year_rows(ledger: Ledger) -> list[dict[str, Any]]:
    """The years in short, a row for each calendar clock of each."""
    rows = []
    for year in ledger.years:
        several: Sequence[Standing | None] = year.standings or [None]
        for found in several:
            rows.append(
                {
                    "year": year.year,
                    "recorded": year.recorded_minutes,
                    "names": found.requirement.names if found else None,
                    "counted": found.counted_minutes if found else None,
                    "minutes_per_hour": found.requirement.minutes_per_hour if found else 45,
                    "state": found.state if found else None,
                }
            )
    return rows


def lacking(ledger: Ledger, today: date) -> set[str]:
    """The categories in which something open is missing."""
    return {
        category
        for found in ledger.standings
        if not found.duty.closed(today)
        for missing in found.missing
        for category in missing.categories
    }


def definitions(asked: Requirement) -> list[tuple[str, Any]]:
    """What the figures of the officer's lists mean, in words for the page and the workbook."""
    return [
        (N_("Requirement"), Sentence("%(name)s — %(source)s", name=in_language(asked.names), source=asked.source)),
        (N_("Credit hour"), Sentence("%(minutes)s minutes; figures are rounded down", minutes=asked.minutes_per_hour)),
        (N_("Counted hours"), Sentence("after conversion, with caps applied and what was carried over added")),
        (
            N_("Missing hours"),
            Sentence("the least that meets every rule when it is earned where it is asked; rounded up"),
        ),
        (N_("Mean recorded"), Sentence("recorded hours of all, caps aside, divided by all who owe something")),
        (
            N_("Forecast"),
            Sentence(
                "who meets the requirement, or will by the end of the period when earning on, where it is asked, "
                "at the mean daily pace since its first day"
            ),
        ),
    ]
