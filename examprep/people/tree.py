"""The organisation tree rebuilt from every organisation's parent, for `examprep verify`."""

from collections.abc import Iterator

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from examprep.people.models import OrganisationRow, OrganisationTreeRow

TREE = OrganisationTreeRow


def rebuilt(session: Session) -> dict[tuple[int, int], int]:
    """Depth by (ancestor, descendant), from the parents alone."""
    parents = dict(session.execute(select(OrganisationRow.id, OrganisationRow.parent_id)).all())
    pairs = {}
    for descendant in parents:
        ancestor: int | None = descendant
        depth = 0
        while ancestor is not None and (ancestor, descendant) not in pairs:  # a circle ends where it began
            pairs[ancestor, descendant] = depth
            ancestor, depth = parents.get(ancestor), depth + 1
    return pairs


def differences(session: Session, repair: bool) -> Iterator[str]:
    """What ``organisation_tree`` lacks, has too much or has wrong."""
    right = rebuilt(session)
    kept = {
        (ancestor, descendant): depth
        for ancestor, descendant, depth in session.execute(select(TREE.ancestor_id, TREE.descendant_id, TREE.depth))
    }
    for pair in sorted(right.keys() | kept.keys()):
        if right.get(pair) == kept.get(pair):
            continue
        ancestor, descendant = pair
        should, does = (_said(rows.get(pair)) for rows in (right, kept))
        yield f"organisation {descendant} below {ancestor}: {does}, should be {should}"
        if repair:
            _mend(session, pair, right.get(pair), pair in kept)


def _said(depth: int | None) -> str:
    return "absent" if depth is None else f"at depth {depth}"


def _mend(session: Session, pair: tuple[int, int], depth: int | None, known: bool) -> None:
    here = tuple_(TREE.ancestor_id, TREE.descendant_id) == pair
    if depth is None:
        session.execute(delete(TREE).where(here))
    elif known:
        session.execute(update(TREE).where(here).values(depth=depth))
    else:
        session.execute(insert(TREE).values(ancestor_id=pair[0], descendant_id=pair[1], depth=depth))
