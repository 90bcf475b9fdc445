"""Papers that a trainer sets: the same for all, in a window; who sat, how each question fared, and taking one back.

Mocks stand below training: whoever has a class hands its learners over as persons, as for assignments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.rate import Rate
from examprep.mocks import papers, results, set_store, settling, store, telling
from examprep.mocks.models import PaperRow
from examprep.mocks.rules.tally import Scored
from examprep.people.actions import record, region_of
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.practice import assigning
from examprep.syllabus import actions as syllabus

MOST_DAYS = 366
EARLIEST = timedelta(days=1)  # before now; a year mistyped would open the paper at once
FILTERS = ("subject", "state")
TO_MARK = "mock-to-mark"
STATES = ("mock-before", "mock-open", "mock-over", TO_MARK, "mock-taken-back")
PERSON_STATES = ("mock-not-begun", "mock-under-way", "mock-to-mark", "mock-finished")
LONGEST_REASON = 200


@dataclass(frozen=True)
class Entry:
    """A paper as a trainer sets it: to everybody at an organisation and below, or to ``person_ids``."""

    title: str
    subject_code: str
    opens_at: datetime
    closes_at: datetime
    keys: str  # at-once, after
    organisation_id: int | None = None
    person_ids: Sequence[int] = ()
    shorter: bool = False


def set_paper(session: Session, actor: Actor, entry: Entry, *, seed: int, today: date, now: datetime) -> int:
    """Draw a paper, set it to persons within the actor's bounds who practise, and tell them; gives its id.

    Raises:
        NotFound: ``syllabus.subject``.
        RuleViolation: ``mocks.window`` -- ends before it begins, is over, began days ago, is too short for the paper
            or years off; ``practice.assigned-persons``; what `papers.make` raises.
    """
    shown = papers.preview(session, entry.subject_code, None, seed=seed, today=today)
    long_enough = entry.closes_at - entry.opens_at >= timedelta(minutes=shown.minutes)
    soon_enough = now < entry.closes_at <= now + timedelta(days=MOST_DAYS) and entry.opens_at >= now - EARLIEST
    if not long_enough or not soon_enough:
        raise RuleViolation(
            "mocks.window",
            "The time must begin today or later, end within a year, and hold at least the paper's %(minutes)s minutes.",
            minutes=shown.minutes,
        )
    persons = assigning.reachable(
        session, actor, today=today, organisation_id=entry.organisation_id, person_ids=entry.person_ids
    )
    row = papers.make(
        session,
        actor,
        shown,
        seed=seed,
        shorter=entry.shorter,
        now=now,
        organisation_id=actor.organisation_id,
        title=entry.title.strip(),
        opens_at=entry.opens_at,
        closes_at=entry.closes_at,
        keys=entry.keys,
    )
    set_store.insert_given(session, row.id, persons)
    after = {
        "title": row.title,
        "questions": len(shown.drawn.questions),
        "persons": len(persons),
        "opens_at": entry.opens_at.isoformat(),
        "closes_at": entry.closes_at.isoformat(),
    }
    record(session, actor, "mocks.paper-set", "mock_paper", row.id, after=after, now=now)
    telling.was_set(session, row, persons, now=now)
    return row.id


def take_back(session: Session, actor: Actor, paper_id: int, reason: str, *, now: datetime) -> None:
    """Withdraw a paper that nobody has begun, or make one void: it counts for nobody, until it is put back.

    What practice's log has taken stays there.

    Raises:
        NotFound: ``mocks.paper``. Conflict: ``mocks.taken-back``. RuleViolation: ``mocks.reason``.
    """
    row = _seen(session, actor, paper_id)
    if row.taken_back_at is not None:
        raise Conflict("mocks.taken-back", "This paper is taken back already.")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise RuleViolation(
            "mocks.reason", "Say why, in at most %(most)s characters: they will read it.", most=LONGEST_REASON
        )
    act = "mocks.paper-voided" if set_store.begun(session, row.id) else "mocks.paper-withdrawn"
    row.taken_back_at, row.taken_back_by, row.reason = now, actor.person_id, reason
    set_store.stop(session, row.id, at=now)
    session.flush()
    record(session, actor, act, "mock_paper", row.id, after={"reason": reason}, now=now)
    telling.was_taken_back(session, row, set_store.given(session, row.id), now=now)


def put_back(session: Session, actor: Actor, paper_id: int, *, now: datetime) -> None:
    """Let a paper that was taken back count again, and tell those to whom it is set.

    Whoever was stopped goes on, unless they have begun another; their clock did not stand still.

    Raises:
        NotFound: ``mocks.paper``. Conflict: ``mocks.not-taken-back``.
    """
    row = _seen(session, actor, paper_id)
    if row.taken_back_at is None:
        raise Conflict("mocks.not-taken-back", "This paper is not taken back; it counts.")
    reason = row.reason
    set_store.go_on(session, row.id, stopped_at=row.taken_back_at)
    row.taken_back_at = row.taken_back_by = row.reason = None
    session.flush()
    record(session, actor, "mocks.paper-restored", "mock_paper", row.id, before={"reason": reason}, now=now)
    telling.was_put_back(session, row, set_store.given(session, row.id), now=now)


def _seen(session: Session, actor: Actor, paper_id: int) -> PaperRow:
    row = set_store.paper(session, actor, paper_id)
    if row is None:
        raise NotFound("mocks.paper", "There is no such paper in your organisations.")
    return row


def papers_set(session: Session, actor: Actor, ask: Ask, *, now: datetime) -> Page:
    """The papers that the actor may see, those that end last first; filters: subject, state."""
    row, query = PaperRow, set_store.visible(actor)
    if subject := ask.filters.get("subject"):
        query = query.where(row.subject_code == subject)
    conditions = {
        "mock-taken-back": (row.taken_back_at.is_not(None),),
        "mock-before": (row.taken_back_at.is_(None), row.opens_at > now),
        "mock-open": (row.taken_back_at.is_(None), row.opens_at <= now, row.closes_at > now),
        "mock-over": (row.taken_back_at.is_(None), row.closes_at <= now),
        TO_MARK: (row.taken_back_at.is_(None), set_store.some_to_mark()),
    }
    query = query.where(*conditions.get(ask.filters.get("state", ""), ()))
    page = fetch(
        session,
        query,
        ask,
        sortable={"title": row.title, "opens_at": row.opens_at, "closes_at": row.closes_at},
        searchable=(row.title,),
        default=(row.closes_at.desc(), row.id.desc()),
    )
    names = {subject.code: subject.names for subject in syllabus.subjects(session)}
    rows = [
        {
            **each,
            "subject": names.get(each["subject_code"], {}),
            "sat": Rate(each["begun"], each["given"]),
            "state": _state(each["opens_at"], each["closes_at"], each["taken_back_at"], now),
        }
        for each in page.rows
    ]
    return replace(page, rows=rows)


def _state(opens_at: datetime, closes_at: datetime, taken_back_at: datetime | None, now: datetime) -> str:
    if taken_back_at is not None:
        return "mock-taken-back"
    return "mock-before" if now < opens_at else "mock-open" if now < closes_at else "mock-over"


@dataclass(frozen=True)
class Fared:
    """One question of a paper: how many of those marked had it fully right, and how many left it open."""

    position: int
    question: bank.Question
    right: Rate
    unanswered: int
    share: Rate  # of its half-points


@dataclass(frozen=True)
class Outcome:
    """A paper as its trainer sees it: a row for each person, and each question."""

    id: int
    title: str
    subject: Mapping[str, str]
    full_size: bool
    minutes: int
    opens_at: datetime
    closes_at: datetime
    keys_after: bool
    reason: str | None
    begun: int
    rows: Sequence[Mapping[str, Any]]
    questions: Sequence[Fared]
    mean: Rate
    finished: int
    to_mark: int


def outcome(session: Session, actor: Actor, paper_id: int, *, now: datetime) -> Outcome:
    """Who of those that the actor may see sat it, with their marks, and how each question fared among them.

    Raises:
        NotFound: ``mocks.paper``.
    """
    paper = _seen(session, actor, paper_id)
    assert paper.opens_at is not None
    assert paper.closes_at is not None
    sitters = set_store.sitters(session, actor, paper.id)
    rows = [_row(each) for each in sitters]
    ended = [each.attempt_id for each in sitters if each.ended_at is not None]
    finished = [each for each in sitters if each.marked_at is not None]
    return Outcome(
        id=paper.id,
        title=paper.title,
        subject=syllabus.subject(session, paper.subject_code).names,
        full_size=paper.full,
        minutes=paper.minutes,
        opens_at=paper.opens_at,
        closes_at=paper.closes_at,
        keys_after=paper.keys == "after",
        reason=paper.reason,
        begun=sum(each.attempt_id is not None for each in sitters),
        rows=rows,
        questions=_fared(session, ended) if ended else (),
        mean=Rate(sum(each.half_points for each in finished), sum(each.full_half_points for each in finished)),
        finished=len(finished),
        to_mark=len(ended) - len(finished),
    )


def _row(each: Any) -> dict[str, Any]:
    states = {
        "mock-not-begun": each.attempt_id is None,
        "mock-under-way": each.attempt_id is not None and each.ended_at is None,
        "mock-to-mark": each.ended_at is not None and each.marked_at is None,
        "mock-finished": each.marked_at is not None,
    }
    return {
        "id": each.id,
        "attempt_id": each.attempt_id if each.ended_at is not None else None,
        "name": each.name,
        "organisation": each.organisation,
        "begun_at": each.begun_at,
        "ended_at": each.ended_at,
        "half_points": each.half_points,
        "full_half_points": each.full_half_points,
        "state": next(name for name, holds in states.items() if holds),
    }


def _fared(session: Session, attempt_ids: Sequence[int]) -> list[Fared]:
    found = store.items_of(session, attempt_ids)
    versions = {item.position: item.version_id for items in found.values() for item in items}
    standing = bank.ruled(session, sorted(set(versions.values())))
    by_place: dict[int, list[Scored]] = {}
    for items in found.values():
        for each in settling.scored(items, standing):
            by_place.setdefault(each.position, []).append(each)
    fared = []
    for position, scored in sorted(by_place.items()):
        marked = [each for each in scored if each.earned is not None]
        fared.append(
            Fared(
                position,
                bank.question(session, versions[position]),
                Rate(sum(each.right for each in marked), len(marked)),
                sum(not each.answered for each in scored),
                Rate(sum(each.earned or 0 for each in marked), sum(each.full for each in marked)),
            )
        )
    return fared


def report(
    session: Session, actor: Actor, paper_id: int, attempt_id: int, *, now: datetime
) -> tuple[results.Report, str]:
    """One person's report, for their trainer, with their name.

    Raises:
        NotFound: ``mocks.paper``; ``mocks.attempt`` -- not of a person that the actor may see, or not ended.
    """
    paper = _seen(session, actor, paper_id)
    found = set_store.seen_attempt(session, actor, paper.id, attempt_id)
    if found is None or found[0].ended_at is None:
        raise NotFound("mocks.attempt", "There is no such mock exam here.")
    region = region_of(session, found[2])
    return results.report_of(session, found[0], paper, region, now=now, staff=True), found[1]


def sheet(session: Session, actor: Actor, paper_id: int) -> papers.Sheet:
    """A paper that was set, to be printed. Raises NotFound: ``mocks.paper``."""
    return papers.sheet(session, _seen(session, actor, paper_id))


@dataclass(frozen=True)
class Average:
    """The latest finished mock of each person and subject: the mean share of the full marks, and on what it stands."""

    share: float | None  # where nobody finished one, none
    persons: int  # who finished at least one

    @property
    def percent(self) -> float | None:
        return None if self.share is None else 100 * self.share


def average(session: Session, person_ids: Any, level: str | None, since: datetime, until: datetime) -> Average:
    """The mocks of some persons, a list or a subquery, in a half-open time, of a level's subjects or of all."""
    wanted = [subject.code for subject in syllabus.subjects(session, level=level)]
    return Average(*set_store.mean_share(session, person_ids, wanted, since, until))
