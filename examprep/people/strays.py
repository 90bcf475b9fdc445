"""Rows that somebody wrote under a person in the moment in which it was merged: `examprep verify` finds them.

A request that had begun before the merge may end after it, under the row that went. What it wrote is brought over as
all else was, and is noted with the merge, so that taking it back gives it back too.
"""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.people.merging import Parts, keep_notes, notes
from examprep.people.models import MergedRowRow, MergeRow, PersonRow
from examprep.people.moving import STAYED, Key, Merge, Moves, carry_over, own


def differences(session: Session, parts: Parts, repair: bool) -> Iterator[str]:
    """Say which rows are of somebody who was merged, but for those that the merge left behind; ``repair`` moves them.

    What is derived from them is rebuilt by those who come after.
    """
    while found := list(_strays(session, parts)):
        for moves, person_id, key in found:
            yield f"{moves.name} {key}: is of person {person_id}, whose row was merged"
        if not repair:
            return
        _bring_over(session, parts, {person_id for _, person_id, _ in found})


def _strays(session: Session, parts: Parts) -> Iterator[tuple[Moves, int, tuple[object, ...]]]:
    left_behind = _left_behind(session)
    merged = select(PersonRow.id).where(PersonRow.merged_into_id.is_not(None))
    for moves in own(parts):
        owner, keys = moves.table.c[moves.column], [moves.table.c[name] for name in moves.key]
        left = {(person_id, tuple(moves.read(key).values())) for person_id, key in left_behind[moves.name]}
        for person_id, *key in session.execute(select(owner, *keys).where(owner.in_(merged)).order_by(owner, *keys)):
            if (person_id, tuple(key)) not in left:
                yield moves, person_id, tuple(key)


def _left_behind(session: Session) -> dict[str, list[tuple[int, Key]]]:
    """The rows that standing merges left where they were: by name, person and key."""
    row, found = MergedRowRow, defaultdict[str, list[tuple[int, Key]]](list)
    query = (
        select(row.name, MergeRow.gone_id, row.key)
        .join(MergeRow, MergeRow.id == row.merge_id)
        .where(MergeRow.undone_at.is_(None), row.fate == STAYED)
    )
    for name, person_id, key in session.execute(query):
        found[name].append((person_id, key))
    return found


def _bring_over(session: Session, parts: Parts, person_ids: set[int]) -> None:
    query = select(MergeRow).where(MergeRow.gone_id.in_(person_ids), MergeRow.undone_at.is_(None))
    for row in session.scalars(query.order_by(MergeRow.id)).all():
        known = notes(session, row.id)
        merge = Merge(session, row.merged_by, row.gone_id, row.kept_id, row.merged_at, noted=[*known])
        for moves in own(parts):
            carry_over(merge, moves)
        keep_notes(session, row.id, merge.noted[len(known) :])
