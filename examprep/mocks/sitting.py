"""Sitting a paper: the server's clock, every answer kept as it is given, one end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.mocks import own_store, papers, settling, store
from examprep.mocks.models import AttemptRow, PaperRow
from examprep.mocks.store import Item
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Subject


@dataclass(frozen=True)
class Sitting:
    """An attempt as its person sees it while it is under way; nothing in it tells a key."""

    id: int
    subject: Subject
    title: str
    full: bool
    set_by_trainer: bool
    ends_at: datetime
    left: timedelta
    items: Sequence[Item]
    ended: bool
    discarded: bool
    taken_back: str | None  # why the paper does not count

    @property
    def under_way(self) -> bool:
        return not (self.ended or self.discarded or self.taken_back)

    @property
    def answered(self) -> int:
        return len(self.items) - self.unanswered

    @property
    def by_type(self) -> Mapping[str, Sequence[Item]]:
        """The questions of each type, as the paper has them."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.type, []).append(item)
        return found

    @property
    def unanswered(self) -> int:
        return sum(not item.answered for item in self.items)

    @property
    def flagged(self) -> int:
        return sum(item.flagged for item in self.items)


def start_own(
    session: Session, actor: Actor, subject_code: str, *, shorter: bool, seed: int, today: date, now: datetime
) -> int:
    """Draw a paper of one's own and begin it at once; gives the attempt's id.

    Raises:
        NotFound: ``syllabus.subject``. RuleViolation: what `papers.make` raises. Conflict: ``mocks.under-way``.
    """
    shown = papers.preview(session, subject_code, actor.person_id, seed=seed, today=today)
    paper = papers.make(session, actor, shown, seed=seed, shorter=shorter, now=now)
    return _begin(session, actor, paper, now)


def begin(session: Session, actor: Actor, paper_id: int, *, now: datetime) -> int:
    """Begin a paper that was set to the actor; begun before, it is the same attempt.

    Raises:
        NotFound: ``mocks.paper``. RuleViolation: ``mocks.window`` -- not open yet, or over. Conflict:
            ``mocks.under-way`` -- another paper is being sat; ``mocks.taken-back``.
    """
    paper = set_to(session, actor, paper_id)
    if paper.taken_back_at is not None:
        raise taken_back()
    before = own_store.attempt_at(session, paper.id, actor.person_id)
    if before is not None:
        return before.id
    opens_at, closes_at = paper.opens_at, paper.closes_at
    if opens_at is None or closes_at is None or not opens_at <= now < closes_at:
        raise RuleViolation("mocks.window", "This paper can be begun only in the time for which it was set.")
    return _begin(session, actor, paper, now)


def set_to(session: Session, actor: Actor, paper_id: int) -> PaperRow:
    """A paper that was set to the actor, taken back or not.

    Raises:
        NotFound: ``mocks.paper``.
    """
    paper = own_store.given_to(session, paper_id, actor.person_id)
    if paper is None:
        raise NotFound("mocks.paper", "There is no such mock exam for you.")
    return paper


def _begin(session: Session, actor: Actor, paper: PaperRow, now: datetime) -> int:
    ends_at = now + timedelta(minutes=paper.minutes)
    if paper.closes_at is not None:
        ends_at = min(ends_at, paper.closes_at)
    row = AttemptRow(paper_id=paper.id, person_id=actor.person_id, begun_at=now, ends_at=ends_at)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            "mocks.under-way", "You have a mock exam under way. Hand it in or discard it before you begin another."
        ) from error
    return row.id


def _own(session: Session, actor: Actor, attempt_id: int) -> tuple[AttemptRow, PaperRow]:
    found = store.own(session, attempt_id, actor.person_id)
    if found is None:
        raise NotFound("mocks.attempt", "There is no such mock exam of yours.")
    return found


def sitting(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> Sitting:
    """Raises NotFound: ``mocks.attempt``."""
    attempt, paper = _own(session, actor, attempt_id)
    return Sitting(
        id=attempt.id,
        subject=syllabus.subject(session, paper.subject_code),
        title=paper.title,
        full=paper.full,
        set_by_trainer=paper.organisation_id is not None,
        ends_at=attempt.ends_at,
        left=max(timedelta(), attempt.ends_at - now),
        items=store.items(session, attempt.id),
        ended=attempt.ended_at is not None or attempt.ends_at <= now,
        discarded=attempt.discarded_at is not None,
        taken_back=paper.reason,
    )


def taken_back() -> Conflict:
    return Conflict("mocks.taken-back", "Your trainer has taken this paper back; it counts for nothing.")


def over() -> Conflict:
    return Conflict("mocks.over", "This mock exam is over; the answer came too late and was not kept.")


def keep(
    session: Session,
    actor: Actor,
    attempt_id: int,
    position: int,
    *,
    ticks: frozenset[int],
    written: Sequence[str],
    flagged: bool,
    now: datetime,
) -> int:
    """Keep an answer over the one before it, from whatever device; gives how many questions the paper has.

    No tick and no word takes the answer back. Three statements with the actor's.

    Raises:
        NotFound: ``mocks.attempt`` -- not the actor's, or no such question in it.
        Conflict: ``mocks.over``. RuleViolation: ``mocks.ticks`` -- not what the question could be answered with.
    """
    found = store.place(session, attempt_id, actor.person_id, position)
    if found is None:
        raise NotFound("mocks.attempt", "There is no such mock exam of yours.")
    if found.ended_at or found.discarded_at or found.taken_back_at or found.ends_at <= now:
        raise over()
    question = bank.question(session, found.version_id)
    parts = len(question.content.parts) if question.written else 0  # type: ignore[union-attr]
    fits = not ticks if question.written else all(tick < question.content.places for tick in ticks)
    if not fits or len(written) > parts or (question.one_tick and len(ticks) > 1):
        raise RuleViolation("mocks.ticks", "That is no answer to this question. Reload the page and answer it again.")
    values = {
        "position": position,
        "ticked": sorted(ticks),
        "written": list(written) if any(written) else None,
        "flagged": flagged,
        "at": now,
    }
    if not store.keep(session, attempt_id, actor.person_id, values):
        raise over()
    return found.questions


def hand_in(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> bool:
    """End an attempt; says whether it was this call that ended it.

    Raises:
        NotFound: ``mocks.attempt``. Conflict: ``mocks.discarded``; ``mocks.taken-back``.
    """
    attempt, paper = _own(session, actor, attempt_id)
    if attempt.discarded_at is not None:
        raise Conflict("mocks.discarded", "This mock exam was discarded; it counts for nothing.")
    if paper.taken_back_at is not None:
        raise taken_back()
    late = now >= attempt.ends_at
    if not store.end(session, attempt.id, by="time" if late else "person", at=attempt.ends_at if late else now):
        return False
    settling.settle(session, attempt.id, now=now)
    return True


def discard(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> None:
    """Leave an own paper without handing it in: it counts for nothing, and its answers teach nothing.

    Raises:
        NotFound: ``mocks.attempt``. RuleViolation: ``mocks.set`` -- a trainer set it. Conflict: ``mocks.over``.
    """
    attempt, paper = _own(session, actor, attempt_id)
    if paper.organisation_id is not None:
        raise RuleViolation("mocks.set", "Your trainer set this paper; hand it in instead.")
    if not store.discard(session, attempt.id, at=now):
        raise Conflict("mocks.over", "This mock exam is over already.")
    record(session, actor, "mocks.discarded", "mock_attempt", attempt.id, now=now)


def catch_up(session: Session, attempt_id: int, *, now: datetime) -> bool:
    """What the clock asks of an attempt: end it when its time is up, and let practice learn once keys are open.

    Safe to repeat and to run twice at once. Says whether anything was done.
    """
    attempt, paper = store.locked(session, attempt_id)
    if attempt.discarded_at is not None:
        return False
    if attempt.ended_at is None and attempt.ends_at <= now:
        if not store.end(session, attempt.id, by="time", at=attempt.ends_at):
            return False
        settling.settle(session, attempt.id, now=now)
        return True
    return attempt.ended_at is not None and settling.teach(session, attempt, paper, now=now)
