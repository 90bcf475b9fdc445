"""Who is in and who is missing, as the trainer and the projector see it while a session is on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from examprep.kernel.errors import NotFound
from examprep.kernel.sentence import N_
from examprep.people.actor import Actor
from examprep.people.models import PersonRow
from examprep.training import overview, presence, store
from examprep.training.models import ClassRow, EnrolmentRow, SessionRow
from examprep.training.presence_models import PresenceRow, RefusedCodeRow
from examprep.training.rules.attendance import Seen, moved, sharing
from examprep.training.rules.checking import written
from examprep.training.scan_models import ScanRow
from examprep.training.values import Learner, Meeting

# Why a code was refused, by the refusal's code.
REFUSED = {
    "training.code-old": N_("An old code, perhaps forwarded"),
    "training.code-future": N_("A code that was not yet good"),
    "training.code-wrong": N_("Not a code of this session"),
    "training.code-used": N_("A code used again"),
    "training.not-in": N_("Check-out without check-in"),
    "training.no-seat": N_("Somebody without a seat"),
    "training.check-early": N_("Too early"),
    "training.check-late": N_("Too late"),
    "training.check-closed": N_("After the session was closed"),
    "training.own-code": N_("The own code of nobody in this class"),
    "training.scan-clock": N_("The clock of the device was turned"),
    "training.scan-future": N_("A scan that says it is to come"),
    "training.session-closed": N_("Sent after the session was closed"),
    "training.session-cancelled": N_("The session is cancelled"),
}


@dataclass(frozen=True)
class Line:
    """One learner on the board. ``state``: ``in``, ``out``, ``present``, ``absent`` or ``missing``.

    ``unfinished``: others have checked out, this one has not. ``shares_with``: whom they were checked in together
    with on one device. ``scanned``: a device of staff's has seen them.
    """

    learner: Learner
    state: str
    since: datetime | None
    until: datetime | None
    unfinished: bool
    shares_with: Sequence[str]
    scanned: bool


@dataclass(frozen=True)
class Refused:
    name: str
    why: str
    at: datetime


@dataclass(frozen=True)
class RefusedScan:
    """A scan that did not count. ``name``: whose code it was, else empty; ``on_list``: their log can be opened.

    ``settled_by``: who judged it by hand or set it aside; empty while it waits for that.
    """

    id: int
    person_id: int | None
    name: str
    on_list: bool
    code: str
    why: str
    at: datetime
    by: str
    settled_by: str


@dataclass(frozen=True)
class Board:
    """A session as it stands: those who are missing come first, then those with something to look at, by name."""

    meeting: Meeting
    lines: Sequence[Line]
    refused: Sequence[Refused]
    scans: Sequence[RefusedScan]

    @property
    def here(self) -> Sequence[Line]:
        return [line for line in self.lines if line.state in {"in", "present"}]

    @property
    def gone(self) -> Sequence[Line]:
        return [line for line in self.lines if line.state == "out"]

    @property
    def missing(self) -> Sequence[Line]:
        return [line for line in self.lines if line.state in {"missing", "absent"}]

    @property
    def to_judge(self) -> Sequence[RefusedScan]:
        return [scan for scan in self.scans if not scan.settled_by]

    @property
    def judged(self) -> Sequence[RefusedScan]:
        return [scan for scan in self.scans if scan.settled_by]

    @property
    def flagged(self) -> Sequence[Line]:
        return [line for line in self.lines if line.shares_with]


def tag(session: Session, actor: Actor, session_id: int) -> str:
    """What changes whenever the board does, by one statement; the rows themselves are not read.

    Raises:
        NotFound: no such session in the actor's organisations.
    """
    row, presence_row, refused, seat, scan = SessionRow, PresenceRow, RefusedCodeRow, EnrolmentRow, ScanRow
    query = (
        select(
            row.revision,
            row.closings,
            row.state,
            _within_row(func.max(presence_row.id), presence_row.session_id == row.id),
            _within_row(func.max(refused.id), refused.session_id == row.id),
            _within_row(func.max(scan.id), scan.session_id == row.id),
            _within_row(func.count(scan.settled_at), scan.session_id == row.id, scan.state == "refused"),
            _within_row(func.count(seat.id), seat.class_id == row.class_id, seat.state == "enrolled"),
        )
        .join(ClassRow, ClassRow.id == row.class_id)
        .where(row.id == session_id, store.managed(actor))
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound("training.unknown", "There is no such session in your organisations.")
    return ".".join("" if value is None else str(value) for value in found)


def _within_row(column: Any, *conditions: ColumnElement[bool]) -> Any:
    """One figure about the session of the row."""
    return select(column).where(*conditions).correlate(SessionRow).scalar_subquery()


def board(session: Session, actor: Actor, session_id: int) -> Board:
    """Raises NotFound."""
    meeting, learners = overview.meeting(session, actor, session_id)
    by_person: dict[int, list[PresenceRow]] = defaultdict(list)
    for line in presence.lines_of(session, session_id):
        by_person[line.person_id].append(line)
    names = {learner.person_id: learner.name for learner in learners}
    shared = sharing((line.person_id, line.device) for found in by_person.values() for line in found)
    anybody_out = any(line.kind == "out" for lines in by_person.values() for line in lines)
    lines = [
        _line(learner, by_person[learner.person_id], sorted(shared.get(learner.person_id, ())), names, anybody_out)
        for learner in learners
    ]
    return Board(
        meeting, sorted(lines, key=_order), _refused(session, session_id), _refused_scans(session, session_id, names)
    )


def shared_devices(session: Session, session_id: int) -> Mapping[int, frozenset[int]]:
    """By person, with whom they were checked in from one device."""
    row = PresenceRow
    query = select(row.person_id, row.device).where(row.session_id == session_id, row.device.is_not(None))
    return sharing(session.execute(query))


def _order(line: Line) -> tuple[bool, bool]:
    return line.state not in {"missing", "absent"}, not (line.shares_with or line.unfinished)


def _line(
    learner: Learner, lines: Sequence[PresenceRow], others: Iterable[int], names: dict[int, str], anybody_out: bool
) -> Line:
    last = moved(Seen(line.kind, line.at) for line in lines)
    judged = next((line.kind for line in reversed(lines) if line.kind in {"present", "absent"}), None)
    state = judged if judged == "present" else last[0] if last else "absent" if learner.present is False else "missing"
    first = min((line.at for line in lines if line.kind == "in"), default=None)
    return Line(
        learner,
        state,
        first,
        last[1] if last and last[0] == "out" else None,
        state == "in" and anybody_out,
        [names[other] for other in others if other in names],
        any(line.how == "scan" for line in lines),
    )


def _refused(session: Session, session_id: int) -> list[Refused]:
    row = RefusedCodeRow
    query = (
        select(PersonRow.name, row.why, row.at)
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(row.session_id == session_id)
        .order_by(row.id.desc())
    )
    return [Refused(name, REFUSED.get(why, why), at) for name, why, at in session.execute(query)]


def _refused_scans(session: Session, session_id: int, on_list: Mapping[int, str]) -> list[RefusedScan]:
    row, who, by, judge = ScanRow, aliased(PersonRow), aliased(PersonRow), aliased(PersonRow)
    query = (
        select(row.id, row.person_id, who.name, row.code, row.why, row.at, by.name, judge.name)
        .outerjoin(who, who.id == row.person_id)
        .join(by, by.id == row.by_id)
        .outerjoin(judge, judge.id == row.settled_by)
        .where(row.session_id == session_id, row.state == "refused")
        .order_by(row.id.desc())
    )
    return [
        RefusedScan(
            scan_id,
            person_id,
            name or "",
            person_id in on_list,
            written(code),
            REFUSED.get(why, why),
            at,
            scanner,
            judge_name or "",
        )
        for scan_id, person_id, name, code, why, at, scanner, judge_name in session.execute(query)
    ]


def log_of(
    session: Session, actor: Actor, session_id: int, person_id: int
) -> tuple[Meeting, Learner, Sequence[tuple[PresenceRow, str]]]:
    """A session, one person on its list, and the lines of their log with who wrote each.

    Raises:
        NotFound: no such session, or nobody of that number on its list.
    """
    meeting, learners = overview.meeting(session, actor, session_id)
    learner = next((each for each in learners if each.person_id == person_id), None)
    if learner is None:
        raise NotFound("training.unknown", "There is no such person on the list of this session.")
    lines = presence.lines_of(session, session_id, person_id)
    writers = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_({line.by_id for line in lines}))
    names = dict(session.execute(writers).all())
    session.expunge_all()
    return meeting, learner, [(line, names[line.by_id]) for line in lines]
