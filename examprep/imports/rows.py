"""The rows of a batch: kept with its dry run, listed on its page, changed by an officer's decision."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from examprep.imports.importer import CHANGED, DOUBTFUL, REFUSED, Lines, Persons, Plan
from examprep.imports.models import ImportRowRow
from examprep.imports.sealed import open_cells, seal_cells
from examprep.kernel.sentence import Sentence
from examprep.people.rules.resident_id import masked
from examprep.plumbing.bulk import insert_many, once_each, uncollected, update_many
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.plumbing.vault import Vault

ROW = ImportRowRow
NAMES = ("number", "state", "effect", "name", "person_id", "said", "candidates", "cells")
FILTERS = ("state", "effect")
# What must be looked at comes first.
_WANTED_FIRST = case((ROW.state == REFUSED, 0), (ROW.state == DOUBTFUL, 1), (ROW.effect == CHANGED, 2), else_=3)
_OPEN = (DOUBTFUL, REFUSED)  # ends whose cells must be looked at again


def told(plan: Plan) -> dict[str, Any]:
    """What a dry run counted and noted, as it is kept."""
    return {"counts": [[label, count] for label, count in plan.counts], "notes": [packed(note) for note in plan.notes]}


def digest(plan: Plan) -> str:
    """What a user saw and agreed to: the ends of all rows in number, and everything that was said of single ones."""
    seen = hashlib.sha256(json.dumps(told(plan), sort_keys=True).encode())
    with uncollected():
        for line in plan.lines or ():
            if line.said:
                said = [packed(each) for each in line.said]
                seen.update(repr((line.number, line.state, line.person_id, said)).encode())
    return seen.hexdigest()


def put(session: Session, vault: Vault, batch_id: int, plan: Plan) -> None:
    """Keep the ends of all rows, of those that created a person with whom; those kept before are replaced."""
    session.execute(delete(ROW).where(ROW.batch_id == batch_id))
    with uncollected():
        insert_many(session, ROW, NAMES, _values(vault, plan), {"batch_id": batch_id})


def _values(vault: Vault, plan: Plan) -> Iterator[tuple[Any, ...]]:
    lines, cells = plan.lines or Lines(), dict[int, Sequence[str]]()
    if any(lines.states[state] for state in _OPEN):
        to_look_at = {line.number for line in lines if line.state in _OPEN}
        cells = {row.number: row.cells for row in plan.rows if row.number in to_look_at}
    packing = once_each(packed)
    for number, state, effect, name, person_id, said, candidates in lines:
        yield (
            number,
            state,
            effect,
            masked(name[:100]),
            person_id or plan.persons.get(number),
            list(map(packing, said)) or None,
            list(candidates) if candidates else None,
            seal_cells(vault, cells[number]) if state in _OPEN and number in cells else None,
        )


def fill_persons(session: Session, batch_id: int, persons: Persons) -> None:
    """Note whom the rows that created a person became."""
    if persons:
        values = ((batch_id, number, person_id) for number, person_id in persons)
        update_many(session, ROW, ("batch_id", "number", "person_id"), values)


def forget_cells(session: Session, batch_id: int) -> None:
    """Keep how the rows ended, but not what stood in them: of an import that was undone nothing is decided any more."""
    session.execute(update(ROW).where(ROW.batch_id == batch_id, ROW.cells.is_not(None)).values(cells=None))


def counts(session: Session, batch_id: int) -> dict[str, int]:
    """How many rows ended how, by state."""
    return dict(
        session.execute(select(ROW.state, func.count()).where(ROW.batch_id == batch_id).group_by(ROW.state)).all()
    )


def rows_of(session: Session, batch_id: int, ask: Ask) -> Page:
    """The rows of a batch; searched by name, filtered by end and effect. The actor's right is asked before."""
    query = select(
        ROW.number, ROW.state, ROW.effect, ROW.name, ROW.person_id, ROW.said, ROW.decided, ROW.batch_id
    ).where(ROW.batch_id == batch_id)
    for name in FILTERS:
        if name in ask.filters:
            query = query.where(getattr(ROW, name) == ask.filters[name])
    page = fetch(
        session,
        query,
        ask,
        sortable={"number": ROW.number, "name": ROW.name, "state": ROW.state},
        searchable=[ROW.name],
        default=[_WANTED_FIRST, ROW.number],
    )
    return Page([_shown(row) for row in page.rows], page.total, page.ask)


def spoken(page: Page) -> Page:
    """A page of rows with what is said of each in the reader's language, one sentence a line."""
    said = ({**row, "said": "\n".join(say(sentence) for sentence in row["said"])} for row in page.rows)
    return Page(list(said), page.total, page.ask)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "state": f"row-{row['state']}",
        "effect": f"row-{row['effect']}" if row["effect"] else None,
        "said": unpacked(row["said"]),
    }


def open_rows(session: Session, vault: Vault, batch_id: int) -> Iterator[list[str]]:
    """The rows that were not brought in, as they stood in the file, with the reason in a last cell."""
    query = select(ROW.cells, ROW.said).where(ROW.batch_id == batch_id, ROW.state.in_(_OPEN)).order_by(ROW.number)
    for cells, said in session.execute(query):
        yield [*open_cells(vault, cells), "\n".join(say(sentence) for sentence in unpacked(said))]


def packed(sentence: Sentence) -> list[Any]:
    """A sentence as JSON: its text and its values, ID numbers masked; sentences among them packed likewise."""
    return [sentence.text, {name: _plain(value) for name, value in sentence.values.items()}]


def _plain(value: Any) -> Any:
    if isinstance(value, Sentence):
        return {"sentence": packed(value)}
    if isinstance(value, str):
        return masked(value)
    return {"day": value.isoformat()} if isinstance(value, date) else value


def masked_sentence(sentence: Sentence) -> Sentence:
    """As it is shown: with the ID numbers that it quotes masked."""
    return _sentence(packed(sentence))


def unpacked(kept: Sequence[Any] | None) -> tuple[Sentence, ...]:
    """The sentences that were packed."""
    return tuple(_sentence(each) for each in kept or ())


def _sentence(kept: Sequence[Any]) -> Sentence:
    text, values = kept
    return Sentence(text, **{name: _value(value) for name, value in values.items()})


def _value(kept: Any) -> Any:
    if not isinstance(kept, dict):
        return kept
    return _sentence(kept["sentence"]) if "sentence" in kept else date.fromisoformat(kept["day"])
