"""How tries of units' tests count: by the key, and where a key was wrong by the rulings that stand, as practice does.

What a try has become is kept with it, from its ticks; `examprep verify` makes it anew. A try that passes after a ruling
completes its unit, for the day on which it was sent; a completion once granted stays, whatever a ruling makes of it:
the learner did what was asked on that day, and hours are not taken for a mistake of the bank.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Text, case, cast, false, func, or_, select
from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.feature import Flips, Judged
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow
from examprep.training.rules.units import passes
from examprep.training.unit_models import TryRow

FLIPS_SHOWN = 200
_AT_ONCE = 500
Points = tuple[int, int]  # half-points, of how many


def points(session: Session, version_ids: Sequence[int], ticks: Sequence[Sequence[int]]) -> list[Points | None]:
    """What each answer of a try earns of what; ``None`` where it does not count."""
    standing, found = bank.ruled(session, version_ids), list[Points | None]()
    for version_id, places in zip(version_ids, ticks, strict=True):
        judged, ticked = standing.get(version_id), frozenset(places)
        question = bank.question(session, version_id)
        plain = (bank.grade(question, ticked or None), question.half_points)
        found.append(judged.earned(ticked) if judged else plain)
    return found


def settle(session: Session, row: TryRow) -> bool:
    """Write what a try earns and whether it passes; returns whether that is something else than before."""
    before, verdict = _kept(row), _verdict(session, row)
    row.earned, row.full_half_points, row.passed = verdict
    return before != verdict


def _kept(row: TryRow) -> tuple[int | None, int, bool | None]:
    return row.earned, row.full_half_points, row.passed


def _verdict(session: Session, row: TryRow) -> tuple[int, int, bool]:
    counted = [each for each in points(session, row.version_ids, row.ticks or ()) if each is not None]
    earned, full = sum(got for got, _ in counted), sum(full for _, full in counted)
    return earned, full, passes(earned, full, row.needed_half_points)


def with_versions(session: Session, version_ids: Sequence[int]) -> list[TryRow]:
    """The sent tries that asked one of some versions, the latest first: found by the database among all, since what a
    test asks now says nothing of what it asked then."""
    # "[7, 12]" is compared as " 7, 12,", so that 7 is neither 17 nor 71.
    written = func.replace(func.replace(cast(TryRow.version_ids, Text), "[", " "), "]", ",")
    holds = or_(false(), *(written.contains(f" {each},") for each in version_ids))
    query = select(TryRow).where(TryRow.sent_at.is_not(None), holds).order_by(TryRow.id.desc())
    return list(session.scalars(query))


def flips(session: Session, actor: Actor, judged: Judged) -> Flips:
    """What would change in tries of tests if the answers to a version were judged otherwise than they are now."""
    version_id, rows = judged.version_id, list[dict[str, Any]]()
    tries = with_versions(session, [version_id])
    names = _names(session, actor, [row.person_id for row in tries])
    better = worse = voided = 0
    for row in tries:
        place = row.version_ids.index(version_id)
        was = points(session, row.version_ids, row.ticks or ())[place]
        becomes = judged.earned(frozenset((row.ticks or ())[place]))
        if was == becomes:
            continue
        gain = _share(becomes) > _share(was)
        voided, better, worse = voided + (becomes is None), better + gain, worse + (becomes is not None and not gain)
        if (name := names.get(row.person_id)) is not None and len(rows) < FLIPS_SHOWN:
            rows.append({"person": name, "at": row.sent_at, "was": was, "becomes": becomes})
    return Flips(len(tries), len({row.person_id for row in tries}), better, worse, voided, rows)


def _share(found: Points | None) -> float:
    return found[0] / found[1] if found else 0.0


def _names(session: Session, actor: Actor, people: Sequence[int]) -> dict[int, str | None]:
    """The names of those within the actor's bounds."""
    name = case((within(PersonRow.organisation_id, actor, Permission.BANK_QUESTION_EDIT), PersonRow.name))
    return dict(session.execute(select(PersonRow.id, name).where(PersonRow.id.in_(people))).all())


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Where a sent try is not what its ticks and the rulings make of it."""
    query = select(TryRow).where(TryRow.sent_at.is_not(None)).order_by(TryRow.id)
    for row in session.scalars(query.execution_options(yield_per=_AT_ONCE)):
        before, verdict = _kept(row), _verdict(session, row)
        if before != verdict:
            yield f"training_unit_try {row.id}: kept {before}, rebuilt {verdict}"
            if repair:
                row.earned, row.full_half_points, row.passed = verdict
    if repair:
        session.flush()
