"""Papers: drawn from the bank to a subject's format, and kept with their seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.kernel.errors import RuleViolation
from examprep.mocks import store
from examprep.mocks.models import PaperRow
from examprep.mocks.rules.drawing import Drawn, Offered, Part, Weighed, draw, minutes_of, shares
from examprep.people.actor import Actor
from examprep.practice import mocked
from examprep.practice.shelf import governing
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import PaperPart, Subject

LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Preview:
    """What a paper of a subject would be now. ``whole``: the official paper's half-points."""

    subject: Subject
    syllabus: str
    parts: Sequence[PaperPart]
    drawn: Drawn
    minutes: int
    whole: int
    chapters: Mapping[int, Mapping[str, str]]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many questions of each type it has."""
        return {
            part.question_type: sum(q.type == part.question_type for q in self.drawn.questions) for part in self.parts
        }


@dataclass(frozen=True)
class SheetPart:
    """The questions of one type, of ``half_points`` each, the first of them at place ``first`` of the paper."""

    type: str
    first: int
    half_points: int
    questions: Sequence[bank.Question]


@dataclass(frozen=True)
class Sheet:
    """A whole paper as it goes on paper."""

    title: str
    subject: Mapping[str, str]
    minutes: int
    half_points: int
    full: bool
    parts: Sequence[SheetPart]

    @property
    def count(self) -> int:
        return sum(len(part.questions) for part in self.parts)


def sheet(session: Session, paper: PaperRow) -> Sheet:
    """A paper's questions by type, in its order."""
    parts = []
    for kind, some in groupby(store.asked(session, paper.id), key=lambda each: each.type):
        rows = list(some)
        questions = [bank.question(session, row.version_id) for row in rows]
        parts.append(SheetPart(kind, rows[0].position, rows[0].half_points, questions))
    subject = syllabus.subject(session, paper.subject_code)
    return Sheet(paper.title, subject.names, paper.minutes, paper.half_points, paper.full, parts)


def preview(session: Session, subject_code: str, person_id: int | None, *, seed: int, today: date) -> Preview:
    """Draw a paper without keeping it; for a person, what they have seen least comes first.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    subject = syllabus.subject(session, subject_code)
    edition = governing(session, syllabus.next_exam(session, today))
    official = syllabus.paper_parts(session, subject_code)
    whole = sum(part.half_points for part in official)
    tree = syllabus.chapters(session, subject_code, edition)
    weights = shares([Weighed(c.id, c.weight_low, c.weight_high, c.kind == "chapter") for c in tree], whole)
    parts = [Part(part.question_type, part.count, part.half_points_each) for part in official]
    drawn = draw(parts, weights, _offered(session, subject_code, edition, person_id), seed)
    names = {chapter.id: chapter.names for chapter in tree}
    minutes = minutes_of(drawn.half_points, whole, subject.minutes)
    return Preview(subject, edition, official, drawn, minutes, whole, names)


def _offered(session: Session, subject_code: str, edition: str, person_id: int | None) -> list[Offered]:
    seen: dict[int, int] = {}
    if person_id is not None:
        answered, met = mocked.seen(session, person_id, subject_code), store.met(session, person_id, subject_code)
        seen = {each: answered.get(each, 0) + met.get(each, 0) for each in answered.keys() | met.keys()}
    return [
        Offered(
            each.version_id,
            each.question_id,
            each.type,
            min(each.chapter_ids),
            _worth(session, each),
            seen.get(each.question_id, 0),
        )
        for each in bank.catalogue(session, subject_code, edition)
    ]


def _worth(session: Session, each: bank.Listed) -> int:
    """The half-points of a question; a ticked type gives every question the same, so none need be read."""
    same: int | None = getattr(QUESTION_TYPES[each.type], "full_half_points", None)
    return same if same is not None else bank.question(session, each.version_id).half_points


def make(
    session: Session, actor: Actor, shown: Preview, *, seed: int, shorter: bool, now: datetime, **more: Any
) -> PaperRow:
    """Keep a paper that was drawn.

    Raises:
        RuleViolation: ``mocks.empty`` -- not one question could be drawn; ``mocks.short`` -- the bank has too few for
            the official number, and a shorter paper was not asked for.
    """
    drawn = shown.drawn
    if not drawn.questions:
        raise RuleViolation("mocks.empty", "The bank has no questions for such a paper yet.")
    if not drawn.full and not shorter:
        raise RuleViolation(
            "mocks.short", "The bank has too few questions for a paper of the official size. Take the shorter one."
        )
    row = PaperRow(
        subject_code=shown.subject.code,
        syllabus=shown.syllabus,
        seed=seed,
        full=drawn.full,
        minutes=shown.minutes,
        half_points=drawn.half_points,
        made_by=actor.person_id,
        made_at=now,
        **{"title": "", "keys": "at-once", **more},
    )
    session.add(row)
    session.flush()
    rows = [
        {
            "paper_id": row.id,
            "position": position,
            "version_id": each.version_id,
            "question_id": each.question_id,
            "type": each.type,
            "chapter_id": each.chapter_id,
            "half_points": each.half_points,
        }
        for position, each in enumerate(drawn.questions, 1)
    ]
    store.insert_items(session, rows)
    # A version that a paper asks cannot be taken back with its import any more.
    bank.mark_asked(session, [each.version_id for each in drawn.questions], now=now)
    return row
