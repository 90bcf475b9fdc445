"""Marking what was written, point by point: one's own paper by oneself, a set paper by a trainer.

Points may be ticked and taken back until the marking is finished; then practice takes the answers. From then on a
change is a marking anew: it says why, keeps what stood before, and whoever sat the paper reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.mocks import set_store, settling, store, telling
from examprep.mocks.models import AttemptRow, PaperRow, RemarkingRow
from examprep.mocks.store import Item
from examprep.people.actions import record
from examprep.people.actor import Actor

LONGEST_REASON = 200


@dataclass(frozen=True)
class Sheet:
    """What was written in one attempt, and the points found reached so far."""

    attempt_id: int
    title: str
    subject_code: str
    person: str
    written: Sequence[tuple[Item, bank.Question]]
    marked: bool
    set_by_trainer: bool
    taken_back: bool

    @property
    def half_points(self) -> int:
        return sum(item.half_points or 0 for item, _ in self.written)

    @property
    def full(self) -> int:
        return sum(item.full for item, _ in self.written)


def own_sheet(session: Session, actor: Actor, attempt_id: int) -> Sheet:
    """Raises NotFound: ``mocks.attempt`` -- not the actor's own paper, or not ended."""
    return _sheet(session, *_own(session, actor, attempt_id), actor.name)


def set_sheet(session: Session, actor: Actor, paper_id: int, attempt_id: int) -> Sheet:
    """Raises NotFound: ``mocks.attempt`` -- not of a paper and a person that the actor may see, or not ended."""
    return _sheet(session, *_of_paper(session, actor, paper_id, attempt_id))


def mark_own(
    session: Session, actor: Actor, attempt_id: int, points: Mapping[int, frozenset[int]], *, done: bool, now: datetime
) -> None:
    """Tick the points that one's own answers reached; ``done`` finishes the marking.

    Raises:
        NotFound: ``mocks.attempt``. Conflict: ``mocks.marked``. RuleViolation: ``mocks.points``.
    """
    attempt, paper = _own(session, actor, attempt_id)
    _mark(session, actor, attempt, paper, points, done=done, now=now)


def mark_set(
    session: Session,
    actor: Actor,
    paper_id: int,
    attempt_id: int,
    points: Mapping[int, frozenset[int]],
    *,
    done: bool,
    now: datetime,
) -> None:
    """The same for an attempt at a paper that was set, by whoever may see the paper and the person.

    Raises:
        NotFound: ``mocks.attempt``. Conflict: ``mocks.marked``. RuleViolation: ``mocks.points``.
    """
    attempt, paper, _ = _of_paper(session, actor, paper_id, attempt_id)
    _mark(session, actor, attempt, paper, points, done=done, now=now)


def mark_own_anew(
    session: Session, actor: Actor, attempt_id: int, points: Mapping[int, frozenset[int]], reason: str, *, now: datetime
) -> None:
    """Change a finished marking of one's own; one owes oneself no reason.

    Raises:
        NotFound: ``mocks.attempt``. Conflict: ``mocks.not-marked``. RuleViolation: ``mocks.points``, ``mocks.same``,
            ``mocks.reason`` -- too long.
    """
    attempt, _ = _own(session, actor, attempt_id)
    _mark_anew(session, actor, attempt.id, points, reason, now=now)


def mark_set_anew(
    session: Session,
    actor: Actor,
    paper_id: int,
    attempt_id: int,
    points: Mapping[int, frozenset[int]],
    reason: str,
    *,
    now: datetime,
) -> None:
    """Change a finished marking of a paper that was set; whoever sat it is told, with the reason.

    Raises:
        what `mark_own_anew` raises; ``mocks.reason`` also without one. Conflict: ``mocks.taken-back``.
    """
    attempt, paper, _ = _of_paper(session, actor, paper_id, attempt_id)
    if not reason.strip():
        raise _no_reason()
    anew = _mark_anew(session, actor, attempt.id, points, reason, now=now)
    telling.was_marked(session, attempt, paper, again=anew, now=now)


def _no_reason() -> RuleViolation:
    return RuleViolation(
        "mocks.reason", "Say why, in at most %(most)s characters: they will read it.", most=LONGEST_REASON
    )


def _own(session: Session, actor: Actor, attempt_id: int) -> tuple[AttemptRow, PaperRow]:
    found = store.own(session, attempt_id, actor.person_id)
    if found is None or found[0].ended_at is None or found[1].organisation_id is not None:
        raise _none()
    return found


def _of_paper(session: Session, actor: Actor, paper_id: int, attempt_id: int) -> tuple[AttemptRow, PaperRow, str]:
    paper = set_store.paper(session, actor, paper_id)
    found = set_store.seen_attempt(session, actor, paper_id, attempt_id) if paper else None
    if paper is None or found is None or found[0].ended_at is None:
        raise _none()
    return found[0], paper, found[1]


def _none() -> NotFound:
    return NotFound("mocks.attempt", "There is no such mock exam to mark.")


def _sheet(session: Session, attempt: AttemptRow, paper: PaperRow, person: str) -> Sheet:
    items = [item for item in store.items(session, attempt.id) if item.answered and settling.written(item)]
    written = [(item, bank.question(session, item.version_id)) for item in items]
    if not written:
        raise _none()
    return Sheet(
        attempt.id,
        paper.title,
        paper.subject_code,
        person,
        written,
        attempt.marked_at is not None,
        paper.organisation_id is not None,
        paper.taken_back_at is not None,
    )


def _mark(
    session: Session,
    actor: Actor,
    attempt: AttemptRow,
    paper: PaperRow,
    points: Mapping[int, frozenset[int]],
    *,
    done: bool,
    now: datetime,
) -> None:
    attempt, paper = store.locked(session, attempt.id)
    if attempt.marked_at is not None:
        raise Conflict("mocks.marked", "This mock exam is marked already.")
    store.put_marks(session, attempt.id, _marks(session, attempt, paper, points))
    if done:
        settling.finish(session, attempt, paper, now=now, by=actor.person_id)
        after = {"half_points": attempt.half_points, "of_half_points": attempt.full_half_points}
        record(session, actor, "mocks.marked", "mock_attempt", attempt.id, after=after, now=now)
        if paper.organisation_id is not None:
            telling.was_marked(session, attempt, paper, now=now)


def _marks(
    session: Session, attempt: AttemptRow, paper: PaperRow, points: Mapping[int, frozenset[int]]
) -> list[dict[str, Any]]:
    """What each written answer earns by the points ticked for it; one without any earns nothing."""
    marks = []
    for item, question in _sheet(session, attempt, paper, "").written:
        reached = points.get(item.position, frozenset())
        if any(place >= question.content.places for place in reached):
            raise RuleViolation("mocks.points", "That point does not belong to this question. Reload the page.")
        earned = bank.grade(question, bank.reached(question, reached, item.written))
        marks.append({"at_position": item.position, "earned": earned, "reached": sorted(reached)})
    return marks


def _mark_anew(
    session: Session, actor: Actor, attempt_id: int, points: Mapping[int, frozenset[int]], reason: str, *, now: datetime
) -> int:
    """Put other marks in place of those of a finished marking, and keep those; gives the entry's id."""
    attempt, paper = store.locked(session, attempt_id)
    if attempt.marked_at is None:
        raise Conflict("mocks.not-marked", "The marking of this mock exam is not finished yet.")
    if paper.taken_back_at is not None:
        raise Conflict("mocks.taken-back", "Your trainer has taken this paper back; it counts for nothing.")
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise _no_reason()
    before = {item.position: item for item in store.items(session, attempt.id)}
    marks = [
        mark
        for mark in _marks(session, attempt, paper, points)
        if frozenset(mark["reached"]) != before[mark["at_position"]].ticks
    ]
    if not marks:
        raise RuleViolation("mocks.same", "No point was changed; the marking stands as it was.")
    had = attempt.half_points or 0
    store.put_marks(session, attempt.id, marks)
    settling.mark_anew(session, attempt, [mark["at_position"] for mark in marks], by=actor.person_id, now=now)
    entry = RemarkingRow(
        attempt_id=attempt.id,
        marked_by=actor.person_id,
        marked_at=now,
        reason=reason,
        before=[_as_kept(before[mark["at_position"]]) for mark in marks],
        half_points_before=had,
        half_points_after=attempt.half_points or 0,
    )
    session.add(entry)
    session.flush()
    after = {"half_points": attempt.half_points, "of_half_points": attempt.full_half_points, "reason": reason}
    record(
        session,
        actor,
        "mocks.marked-anew",
        "mock_attempt",
        attempt.id,
        before={"half_points": had},
        after=after,
        now=now,
    )
    return entry.id


def _as_kept(item: Item) -> dict[str, Any]:
    return {"position": item.position, "ticked": sorted(item.ticks), "half_points": item.half_points}
