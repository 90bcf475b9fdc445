"""What came of one's mocks: the list, the trend, and the report of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.exams import pass_lines
from examprep.exams.pass_lines import Latest
from examprep.kernel.clock import office_day
from examprep.kernel.errors import NotFound
from examprep.mocks import own_store, papers, settling, store
from examprep.mocks.models import AttemptRow, PaperRow
from examprep.mocks.rules.tally import Scored, Sum, by, reaches, total
from examprep.mocks.store import Item
from examprep.people.actions import region_of
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Subject

TREND = 12
FILTERS = ("subject", "state")
STATES = ("mock-under-way", "mock-to-mark", "mock-finished", "mock-discarded", "mock-taken-back")


def state(row: Mapping[str, Any], now: datetime) -> str:
    """Where an attempt stands, as a badge's name."""
    if row["taken_back_at"] is not None:
        return "mock-taken-back"
    if row["discarded_at"] is not None:
        return "mock-discarded"
    if row["ended_at"] is None:
        return "mock-under-way"
    return "mock-finished" if row["marked_at"] is not None else "mock-to-mark"


def mine(session: Session, actor: Actor, ask: Ask, *, now: datetime) -> Page:
    """The actor's mocks, the latest first; filters: subject, state."""
    row, query = AttemptRow, own_store.mine(actor.person_id)
    names = {subject.code: subject.names for subject in syllabus.subjects(session)}
    if subject := ask.filters.get("subject"):
        query = query.where(PaperRow.subject_code == subject)
    if (wanted := ask.filters.get("state", "")) in _CONDITIONS:
        query = query.where(*_CONDITIONS[wanted])
    page = fetch(
        session,
        query,
        ask,
        sortable={"begun_at": row.begun_at, "subject": PaperRow.subject_code, "half_points": row.half_points},
        searchable=(PaperRow.title, PaperRow.subject_code),
        default=(row.begun_at.desc(), row.id.desc()),
    )
    return replace(
        page,
        rows=[
            {**each, "subject": names.get(each["subject_code"], {}), "state": state(each, now)} for each in page.rows
        ],
    )


_STANDS = PaperRow.taken_back_at.is_(None)
_CONDITIONS: Mapping[str, tuple[Any, ...]] = {
    "mock-under-way": (AttemptRow.ended_at.is_(None), AttemptRow.discarded_at.is_(None), _STANDS),
    "mock-to-mark": (AttemptRow.ended_at.is_not(None), AttemptRow.marked_at.is_(None), _STANDS),
    "mock-finished": (AttemptRow.marked_at.is_not(None), _STANDS),
    "mock-discarded": (AttemptRow.discarded_at.is_not(None), _STANDS),
    "mock-taken-back": (PaperRow.taken_back_at.is_not(None),),
}


@dataclass(frozen=True)
class Point:
    """One finished mock in the trend."""

    at: datetime
    half_points: int
    full: int


def trends(session: Session, actor: Actor) -> dict[str, list[Point]]:
    """The latest finished mocks of each subject, the earliest first."""
    found = own_store.finished(session, actor.person_id)
    return {subject: [Point(*each) for each in mocks[-TREND:]] for subject, mocks in found.items()}


@dataclass(frozen=True)
class Told:
    """One question in the report, with what was answered. ``scored.earned`` is ``None`` while it waits for marking."""

    item: Item
    scored: Scored
    question: bank.Question


@dataclass(frozen=True)
class Anew:
    """A change of a finished marking: the total in half-points before and after it."""

    at: datetime
    by: str
    reason: str
    before: int
    after: int


@dataclass(frozen=True)
class Line:
    """A pass line: its half-points, its exam year, and whether the total reaches it."""

    half_points: int
    year: int | None
    reached: bool


@dataclass(frozen=True)
class Report:
    """One ended mock. ``told`` is empty while its keys are held back; wrong answers stand first."""

    id: int
    paper_id: int
    subject: Subject
    title: str
    full_size: bool
    set_by_trainer: bool
    begun_on: date
    ended_by: str
    marked: bool
    taken_back: str | None
    keys_at: datetime | None  # when the keys are shown, where that is still to come
    total: Sum
    types: Mapping[str, Sum]
    chapters: Sequence[tuple[Mapping[str, str], Sum]]
    national: Line | None
    regional: Line | None
    told: Sequence[Told]
    written: bool  # something in it is marked by hand
    anew: Sequence[Anew]


def report(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> Report:
    """Raises NotFound: ``mocks.attempt`` -- not the actor's, or not ended."""
    found = store.own(session, attempt_id, actor.person_id)
    if found is None or found[0].ended_at is None:
        raise NotFound("mocks.attempt", "There is no such mock exam of yours.")
    return report_of(session, *found, region_of(session, actor.organisation_id), now=now)


def sheet(session: Session, actor: Actor, attempt_id: int, *, now: datetime) -> papers.Sheet:
    """An own paper that is over, to be printed.

    Raises:
        NotFound: ``mocks.attempt`` -- not the actor's, not ended, or its keys are still held back.
    """
    found = store.own(session, attempt_id, actor.person_id)
    if found is None or found[0].ended_at is None or not settling.keys_open(found[1], now):
        raise NotFound("mocks.attempt", "There is no such mock exam of yours.")
    return papers.sheet(session, found[1])


def report_of(
    session: Session, attempt: AttemptRow, paper: PaperRow, region_code: str, *, now: datetime, staff: bool = False
) -> Report:
    """The report of an ended attempt; ``staff`` see the keys before they are open to whoever sat."""
    items = store.items(session, attempt.id)
    scored = settling.scored(items, bank.ruled(session, [item.version_id for item in items]))
    subject, shown = syllabus.subject(session, paper.subject_code), settling.keys_open(paper, now) or staff
    chapters = syllabus.chapters_by_id(session, frozenset(each.chapter_id for each in scored if each.chapter_id))
    whole = sum(part.half_points for part in syllabus.paper_parts(session, paper.subject_code))
    lines = pass_lines.latest(session, level=subject.level, subject_code=subject.code, region_code=region_code)
    sums, marked = total(scored), attempt.marked_at is not None
    groups = by(scored, lambda each: each.chapter_id)
    order = sorted(groups, key=lambda chapter: chapters[chapter].number if chapter in chapters else "")
    assert attempt.ended_by is not None
    return Report(
        id=attempt.id,
        paper_id=paper.id,
        subject=subject,
        title=paper.title,
        full_size=paper.full,
        set_by_trainer=paper.organisation_id is not None,
        begun_on=office_day(attempt.begun_at),
        ended_by=attempt.ended_by,
        marked=marked,
        taken_back=paper.reason,
        keys_at=None if shown else paper.closes_at,
        total=sums,
        types=by(scored, lambda each: each.type),
        chapters=[(chapters[each].names if each in chapters else {}, groups[each]) for each in order],
        national=_line(lines.national, lines.national_year, sums, whole) if marked else None,
        regional=_regional(lines, sums, whole) if marked else None,
        told=_told(session, items, scored) if shown else (),
        written=any(item.answered and settling.written(item) for item in items),
        anew=[Anew(*each) for each in store.markings_anew(session, attempt.id)],
    )


def _line(half_points: int | None, year: int | None, sums: Sum, whole: int) -> Line | None:
    if half_points is None:
        return None
    return Line(half_points, year, reaches(sums.earned, sums.full, half_points, whole))


def _regional(lines: Latest, sums: Sum, whole: int) -> Line | None:
    """The region's own line, where it is another than the national one."""
    if lines.regional == lines.national:
        return None
    return _line(lines.regional, lines.regional_year, sums, whole)


def _told(session: Session, items: Sequence[Item], scored: Sequence[Scored]) -> list[Told]:
    found = [
        Told(item, each, bank.question(session, item.version_id)) for item, each in zip(items, scored, strict=True)
    ]
    return sorted(found, key=lambda each: (each.scored.right, not each.scored.answered, each.item.position))
