"""Which statutes the questions cite, and which questions are to be read again after one of them changed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.bank import store
from examprep.bank.models import LawChangeRow, LawReadingRow, QuestionRow, TextRow, VersionRow
from examprep.bank.searching import fold
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import PersonRow

NAME_LONGEST, NOTE_LONGEST = 200, 1000
_NAMED = re.compile(r"《([^《》]+)》")
_COUNTRY = "中华人民共和国"


@dataclass(frozen=True)
class Statute:
    """A statute that published questions cite."""

    name: str
    questions: int
    oldest: date | None  # the oldest day whose law one of the questions follows
    undated: int  # questions that do not say


@dataclass(frozen=True)
class Change:
    """A statute that changed, and how many questions still wait to be read again."""

    change_id: int
    statute: str
    changed_on: date
    note: str
    recorder: str
    recorded_at: datetime
    waiting: int


def statutes(cites: Iterable[str]) -> frozenset[str]:
    """The statutes that provisions name: 《中华人民共和国民法典》第九条 and 《民法典》第一条 both cite 民法典."""
    return frozenset(statute(name) for cite in cites for name in _NAMED.findall(cite))


def statute(name: str) -> str:
    """A statute's name as we compare it."""
    bare = name.strip().strip("《》").strip()
    return bare.removeprefix(_COUNTRY) or bare


def cited(session: Session, actor: Actor) -> list[Statute]:
    """The statutes that published questions cite, the most cited first."""
    days: dict[str, list[date | None]] = {}
    rows = session.execute(
        select(VersionRow.cites, VersionRow.law_as_of)
        .join(QuestionRow, store.CURRENT)
        .where(QuestionRow.state == "published", store.visible(actor))
    )
    for cites, law_as_of in rows:
        for name in statutes(cites):
            days.setdefault(name, []).append(law_as_of)
    found = [
        Statute(name, len(of), min((day for day in of if day), default=None), of.count(None))
        for name, of in days.items()
    ]
    return sorted(found, key=lambda one: (-one.questions, one.name))


def citing(session: Session, name: str) -> list[int]:
    """The questions that cite a statute."""
    rows = session.execute(
        select(QuestionRow.id, VersionRow.cites)
        .join(VersionRow, store.CURRENT)
        .where(_mentions([statute(name)]))
        .order_by(QuestionRow.id)
    )
    return [question_id for question_id, cites in rows if statute(name) in statutes(cites)]


def record_change(session: Session, actor: Actor, *, name: str, changed_on: date, note: str, now: datetime) -> int:
    """Note that a statute changed; returns the change's id.

    Raises:
        RuleViolation: ``bank.statute`` -- no name, or name or note too long.
        Conflict: ``bank.law-change`` -- this change is noted already.
    """
    called, note = statute(name), note.strip()
    if not called or len(called) > NAME_LONGEST or len(note) > NOTE_LONGEST:
        raise RuleViolation("bank.statute", "Name the statute, in at most %(most)s characters.", most=NAME_LONGEST)
    known = session.scalar(
        select(LawChangeRow.id).where(LawChangeRow.statute == called, LawChangeRow.changed_on == changed_on)
    )
    if known is not None:
        raise Conflict("bank.law-change", "A change of this statute on this day is recorded already.")
    row = LawChangeRow(statute=called, changed_on=changed_on, note=note, recorded_by=actor.person_id, recorded_at=now)
    session.add(row)
    session.flush()
    after = {"statute": called, "changed_on": changed_on.isoformat()}
    record(session, actor, "bank.law-change-recorded", "bank_law_change", row.id, now=now, after=after)
    return row.id


def changes(session: Session, actor: Actor) -> list[Change]:
    """Every change recorded, the latest first, with what waits among the actor's own questions."""
    rows = session.execute(
        select(LawChangeRow, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == LawChangeRow.recorded_by)
        .order_by(LawChangeRow.changed_on.desc(), LawChangeRow.id.desc())
    ).all()
    waits = _waiting(session, actor, [row for row, _ in rows])
    return [_change(row, name, len(waits[row.id])) for row, name in rows]


def change(session: Session, actor: Actor, change_id: int) -> Change:
    """Raises NotFound: ``bank.law-change``."""
    row = _row(session, change_id)
    return _change(row, store.name_of(session, row.recorded_by), len(_waiting(session, actor, [row])[row.id]))


def waiting(session: Session, actor: Actor, change_id: int) -> list[int]:
    """The actor's published questions that cite the statute as it stood before, and were not read again since."""
    return _waiting(session, actor, [_row(session, change_id)])[change_id]


def questions(session: Session, question_ids: Sequence[int]) -> list[tuple[int, str, tuple[str, ...], date | None]]:
    """(id, words of the stem, citations, law as of) of questions, in order."""
    rows = session.scalars(
        select(VersionRow)
        .join(QuestionRow, store.CURRENT)
        .where(QuestionRow.id.in_(question_ids))
        .order_by(QuestionRow.id)
    )
    return [(row.question_id, store.words(row), tuple(row.cites), row.law_as_of) for row in rows]


def mark_read(session: Session, actor: Actor, change_id: int, question_id: int, *, now: datetime) -> None:
    """Say that a question was read again and stays as it is.

    Raises:
        NotFound: ``bank.law-change``, ``bank.question``.
        Conflict: ``bank.law-read`` -- it does not wait any more.
    """
    if store.one_editable(session, actor, question_id) is None:
        raise NotFound("bank.question", "There is no such question.")
    gone = Conflict("bank.law-read", "This question does not wait any more: it was revised or read again meanwhile.")
    if question_id not in waiting(session, actor, change_id):
        raise gone
    try:
        with session.begin_nested():
            session.execute(
                insert(LawReadingRow).values(
                    change_id=change_id, question_id=question_id, read_by=actor.person_id, read_at=now
                )
            )
    except IntegrityError:
        raise gone from None
    after = {"change": change_id}
    record(session, actor, "bank.law-read", "bank_question", question_id, now=now, after=after)


def _row(session: Session, change_id: int) -> LawChangeRow:
    row = session.get(LawChangeRow, change_id)
    if row is None:
        raise NotFound("bank.law-change", "There is no such change.")
    return row


def _waiting(session: Session, actor: Actor, changes: Sequence[LawChangeRow]) -> dict[int, list[int]]:
    """The questions that wait for each change, by its id; two statements whatever the number of changes."""
    found: dict[int, list[int]] = {change.id: [] for change in changes}
    if not changes:
        return found
    questions = session.execute(
        select(QuestionRow.id, VersionRow.cites, VersionRow.law_as_of)
        .join(VersionRow, store.CURRENT)
        .where(
            QuestionRow.state == "published",
            within(QuestionRow.organisation_id, actor, Permission.BANK_QUESTION_EDIT),
            _mentions({change.statute for change in changes}),
        )
        .order_by(QuestionRow.id)
    ).all()
    read = set(
        session.execute(
            select(LawReadingRow.change_id, LawReadingRow.question_id).where(LawReadingRow.change_id.in_(found))
        ).all()
    )
    for question_id, cites, law_as_of in questions:
        named = statutes(cites)
        for change in changes:
            before = law_as_of is None or law_as_of < change.changed_on
            if before and change.statute in named and (change.id, question_id) not in read:
                found[change.id].append(question_id)
    return found


def _mentions(names: Iterable[str]) -> ColumnElement[bool]:
    """That a question's words hold one of the statutes: the narrow row leaves few whose citations are then read."""
    words = select(TextRow.question_id).where(
        or_(*(TextRow.words.contains(fold(name), autoescape=True) for name in sorted(names)))
    )
    return QuestionRow.id.in_(words)


def _change(row: LawChangeRow, recorder: str | None, waiting: int) -> Change:
    return Change(row.id, row.statute, row.changed_on, row.note, recorder or "", row.recorded_at, waiting)
