"""A publication as text that cannot change unnoticed: canonical JSON, its hash, and the figures read back from it.

Source: RFC 8785's aim by its simplest means -- keys sorted, no spaces, UTF-8; all numbers are whole.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from examprep.bureau.rules.judging import Before, Judged
from examprep.bureau.rules.tables import ALL, FIGURES, Key, Unit
from examprep.syllabus.rules.levels import LEVELS

FORMAT = "examprep-publication-1"
SHOWN_LEVELS = (ALL, *LEVELS)


@dataclass(frozen=True)
class Table:
    """One published table. ``counts``: what is shown; a printed count that is missing is hidden."""

    kind: str
    period: str
    units: Sequence[Unit]
    counts: Mapping[Key, int]

    @property
    def figures(self) -> tuple[str, ...]:
        return FIGURES[self.kind]


@dataclass(frozen=True)
class Content:
    """What a publication says. ``previous``: the hash of the unit's publication before, so that none can vanish."""

    unit: Unit
    as_of: date
    threshold: int
    previous: str | None
    tables: Sequence[Table]

    def table(self, kind: str, period: str) -> Table | None:
        return next((table for table in self.tables if (table.kind, table.period) == (kind, period)), None)


def canonical(unit: Unit, as_of: date, threshold: int, previous: str | None, judged: Sequence[Judged]) -> str:
    """The text that is published and hashed."""
    return json.dumps(
        {
            "format": FORMAT,
            "unit": {"id": unit.id, "name": unit.name},
            "as_of": as_of.isoformat(),
            "threshold": threshold,
            "previous": previous,
            "tables": [_table(one) for one in judged],
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _table(judged: Judged) -> dict[str, Any]:
    block, units = judged.block, [unit for unit in judged.block.units if unit.printed]
    first = min((unit.depth for unit in units), default=0)
    shown = {unit.id for unit in units}
    return {
        "kind": block.kind,
        "period": block.period,
        "units": [
            {
                "id": unit.id,
                "name": unit.name,
                "depth": unit.depth - first,
                "parts": [part for part in unit.parts if part in shown],
            }
            for unit in units
        ],
        "counts": {
            unit.id: {
                level: {figure: judged.shown.get((unit.id, level, figure)) for figure in block.figures}
                for level in SHOWN_LEVELS
            }
            for unit in units
        },
    }


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(text: str) -> Content:
    """The publication as values."""
    raw = json.loads(text)
    unit = Unit(raw["unit"]["id"], raw["unit"]["name"], 0)
    tables = [_read_table(table) for table in raw["tables"]]
    return Content(unit, date.fromisoformat(raw["as_of"]), raw["threshold"], raw["previous"], tables)


def _read_table(raw: Mapping[str, Any]) -> Table:
    units = [Unit(each["id"], each["name"], each["depth"], tuple(each["parts"])) for each in raw["units"]]
    counts = {
        (unit, level, figure): count
        for unit, levels in raw["counts"].items()
        for level, figures in levels.items()
        for figure, count in figures.items()
        if count is not None
    }
    return Table(raw["kind"], raw["period"], units, counts)


def family(kind: str) -> str:
    """Tables of one family are about the same counts: those of an exam year with and without its results."""
    return "holders" if kind == "holders" else "exams"


def withheld_of(judged: Sequence[Judged]) -> list[list[Any]]:
    """The hidden counts, to be kept beside the publication: kind, period, unit, level, figure, count, why, protects."""
    return [
        [
            one.block.kind,
            one.block.period,
            *hidden.key,
            hidden.count,
            hidden.why.value,
            None if hidden.protects is None else list(hidden.protects),
        ]
        for one in judged
        for hidden in one.hidden
    ]


def before(content: Content, withheld: Sequence[Sequence[Any]], kind: str, period: str) -> Before | None:
    """What an earlier publication tells of a block, and what it hid; ``None`` where it says nothing of it."""
    found = [table for table in content.tables if family(table.kind) == family(kind) and table.period == period]
    if not found:
        return None
    hidden: dict[Key, int] = {
        (unit, level, figure): count
        for at_kind, at_period, unit, level, figure, count, *_ in withheld
        if family(at_kind) == family(kind) and at_period == period
    }
    return Before({key: count for table in found for key, count in table.counts.items()}, hidden)
