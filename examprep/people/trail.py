"""How the audit trail reads: every subject names its acts, the things they touch and what changed in them.

The trail keeps codes, which stay the same for ever; what a reader sees is made here. An act or a thing without a name
fails `tests/app/test_trail.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from examprep.kernel.sentence import N_, Sentence
from examprep.people.models import PersonRow
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Column, in_words

Names = Callable[[Session, Sequence[int]], Mapping[int, str]]
Found = Mapping[str, Mapping[int, str]]  # by kind of thing: the names of rows

TRAILS = "examprep.trails"  # where the application keeps the features' trails, by the feature's name
AT_ONCE = 500  # ids in one question: databases bound the number of values


@dataclass(frozen=True)
class Thing:
    """A kind of row that acts touch: how it is called, how one of them is, and its page for whoever may open it."""

    label: str
    names: Names | None = None
    endpoint: str = ""
    key: str = ""
    permission: str = ""


@dataclass(frozen=True)
class Trail:
    """What one subject leaves in the audit trail.

    ``acts``: code → what was done. ``things``: kind of object → what it is. ``fields``: what ``before`` and ``after``
    hold, as columns, which say how a value is shown; ``refers``: those of them that are the number of a thing.
    """

    acts: Mapping[str, str]
    things: Mapping[str, Thing]
    fields: Sequence[Column] = ()
    refers: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {column.name: column for column in self.fields})


def names_from(key: Any, name: Any) -> Names:
    """Names that stand in the thing's own row: its id, and the column with the name."""
    return names_by(select(key, name), key)


def names_of_persons(key: Any, person_id: Any) -> Names:
    """For things that belong to a person: the person's name."""
    return names_by(select(key, PersonRow.name).join(PersonRow, PersonRow.id == person_id), key)


def names_by(query: Select[*tuple[Any, ...]], key: Any) -> Names:
    """Names that a query of ids and names finds; ``key`` is the column of the ids."""
    return lambda session, ids: _asked(session, query, key, ids)


def _asked(session: Session, query: Select[*tuple[Any, ...]], key: Any, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), AT_ONCE):
        for row_id, name in session.execute(query.where(key.in_(ids[start : start + AT_ONCE]))):
            found[row_id] = in_language(name) if isinstance(name, dict) else str(name)
    return found


def acts_of(trails: Mapping[str, Trail]) -> dict[str, str]:
    """Every act by code, as the page's filter and column name it."""
    return {code: label for trail in trails.values() for code, label in trail.acts.items()}


def read_lines(
    session: Session, trails: Mapping[str, Trail], lines: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The lines with ``thing`` (None when nobody names its kind), ``object`` and ``changes`` said in words."""
    things = {kind: thing for trail in trails.values() for kind, thing in trail.things.items()}
    ids: dict[str, set[int]] = {}
    for line in lines:
        ids.setdefault(line["object_kind"], set()).add(line["object_id"])
        for kind, number in _referred(_trail_of(trails, line["act"]), line):
            ids.setdefault(kind, set()).add(number)
    names = {
        kind: thing.names(session, sorted(ids[kind]))
        for kind, thing in things.items()
        if thing.names is not None and kind in ids
    }
    return [
        {
            **line,
            "thing": things.get(line["object_kind"]),
            "object": _called(things, names, line["object_kind"], line["object_id"]),
            "changes": said_changes(_trail_of(trails, line["act"]), names, line["before"] or {}, line["after"] or {}),
        }
        for line in lines
    ]


def _trail_of(trails: Mapping[str, Trail], act: str) -> Trail:
    return trails.get(act.partition(".")[0]) or Trail({}, {})


def _referred(trail: Trail, line: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for part in (line["before"] or {}, line["after"] or {}):
        for name, kind in trail.refers.items():
            if isinstance(part.get(name), int):
                yield kind, part[name]


def _called(things: Mapping[str, Thing], names: Found, kind: str, number: int) -> str:
    label = say(things[kind].label) if kind in things else kind
    name = names.get(kind, {}).get(number)
    return f"{label} {name or number}"


def said_changes(trail: Trail, names: Found, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What changed, in words: "Phone: 1 → 2; Reason: moved". What stayed the same is left out."""
    present = dict.fromkeys([*before, *after])
    ordered = [
        *(name for name in trail.named if name in present),
        *(name for name in present if name not in trail.named),
    ]
    said = []
    for name in ordered:
        values = [part[name] for part in (before, after) if name in part]
        if len(values) == 2 and values[0] == values[1]:
            continue
        column = trail.named.get(name) or Column(name, name)
        known = names.get(trail.refers.get(name, ""), {})
        shown = " → ".join((known.get(value) if known else None) or _said(column, value) for value in values)
        said.append(say(Sentence("%(field)s: %(value)s", field=say(column.label), value=shown)))
    return say(N_("; ")).join(said)


def _said(column: Column, value: Any) -> str:
    if isinstance(value, bool):
        return say(N_("Yes") if value else N_("No"))
    if value in (None, "", "None"):
        return "—"
    if column.kind == "day" and isinstance(value, str):
        value = date.fromisoformat(value)
    elif column.kind == "instant" and isinstance(value, str):
        value = datetime.fromisoformat(value)
    return in_words(value, column)
