"""The published questions of a subject, arranged for going through; arranged once per state of the bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.errors import NotFound
from examprep.plumbing.kept import Kept
from examprep.practice import assignment_store
from examprep.practice.rules.grading import Asked
from examprep.practice.rules.likeness import likest
from examprep.practice.rules.order import (
    ASSIGNMENT,
    CHAPTER,
    DAILY,
    LIKE,
    LIVE,
    MARKED,
    NOTEBOOK,
    RANDOM,
    TYPE,
    Order,
    Scope,
    in_turn,
    shuffled,
)
from examprep.syllabus import actions as syllabus


@dataclass(frozen=True)
class Shelf:
    """``versions``: the version to ask, by question; ``chapters`` and ``types``: ascending question ids, by each."""

    versions: Mapping[int, int]
    questions: Mapping[int, int]  # by version, the other way round
    everything: tuple[int, ...]
    chapters: Mapping[int, tuple[int, ...]]
    types: Mapping[str, tuple[int, ...]]
    chapter_of: Mapping[int, int]  # one chapter for each question: the first it lies in
    answered: set[int]  # versions that the bank is known to have marked as answered
    alike: dict[int, tuple[int, ...]]  # the questions found like one, once they were asked for


def asked_of(question: bank.Question) -> Asked:
    """What of a question bears on how an answer to it is rated."""
    return Asked(question.content.places, question.one_tick, question.written)


def shelf_of(session: Session, subject_code: str, syllabus_code: str) -> Shelf:
    """The shelf of a subject under a syllabus; empty where the bank has nothing."""
    return _SHELVES.of(session, (subject_code, syllabus_code))


def _arrange(catalogue: Sequence[bank.Listed]) -> Shelf:
    chapters: dict[int, list[int]] = {}
    types: dict[str, list[int]] = {}
    for listed in sorted(catalogue, key=lambda listed: listed.question_id):
        types.setdefault(listed.type, []).append(listed.question_id)
        for chapter_id in listed.chapter_ids:
            chapters.setdefault(chapter_id, []).append(listed.question_id)
    chapter_of: dict[int, int] = {}
    for chapter in sorted(chapters):
        for question in chapters[chapter]:
            chapter_of.setdefault(question, chapter)
    return Shelf(
        versions={listed.question_id: listed.version_id for listed in catalogue},
        questions={listed.version_id: listed.question_id for listed in catalogue},
        everything=tuple(sorted(listed.question_id for listed in catalogue)),
        chapters={chapter: tuple(ids) for chapter, ids in chapters.items()},
        types={type_: tuple(ids) for type_, ids in types.items()},
        chapter_of=chapter_of,
        answered=set(),
        alike={},
    )


_SHELVES: Kept[tuple[str, str], Shelf] = Kept(lambda session, key: _arrange(bank.catalogue(session, *key)))


_LOOKED_AT = 300


def similar(session: Session, shelf: Shelf, question_id: int) -> tuple[int, ...]:
    """Questions of the same chapters that say most of the same words, the likest first; kept with the shelf."""
    if question_id not in shelf.alike:
        beside = {i for ids in shelf.chapters.values() if question_id in ids for i in ids} - {question_id}
        texts = {i: _said(bank.question(session, shelf.versions[i])) for i in sorted(beside)[:_LOOKED_AT]}
        asked = bank.question(session, bank.current_version(session, question_id))
        shelf.alike[question_id] = likest(_said(asked), texts)
    return shelf.alike[question_id]


def _said(question: bank.Question) -> str:
    return " ".join((question.words, question.passage, *question.options))


# Which of the questions come, and when, is each person's own matter.
_BY_PERSON = LIVE | {NOTEBOOK, MARKED}


@dataclass(frozen=True, slots=True)
class Way:
    """What a candidate goes through: a scope of a subject under a syllabus, with the questions it may ask."""

    subject_code: str
    syllabus: str
    scope: Scope
    shelf: Shelf
    person_id: int
    given: tuple[int, ...] = ()  # of an assignment, or of those like one question: the questions in order

    def order(self) -> Order | None:
        """The questions in the order in which they come; ``None`` where that must be looked up for the person."""
        scope, shelf = self.scope, self.shelf
        if scope.kind in _BY_PERSON:
            return None
        if scope.kind == CHAPTER:
            return Order(shelf.chapters.get(scope.chapter_id or 0, ()))
        if scope.kind == TYPE:
            return Order(shelf.types.get(scope.type, ()))
        if scope.kind == RANDOM:
            return shuffled(shelf.everything, f"{self.person_id}-{scope.on}")
        if scope.kind == DAILY:
            # The same for everybody: the seed knows of nobody.
            return Order(shuffled(shelf.everything, f"{self.subject_code}-{scope.on}").ids[:1])
        if scope.kind in {ASSIGNMENT, LIKE}:
            return in_turn(self.given, shelf.versions)
        return Order(shelf.everything)

    def holds(self, question_id: int) -> bool:
        order = self.order()
        return question_id in self.shelf.versions and (order is None or order.holds(question_id))

    def position(self, question: bank.Question | None) -> tuple[int, int]:
        """A question's place among how many, from 1; (0, 0) where each person has an order of their own."""
        order = self.order()
        if order is None:
            return 0, 0
        return (order.number(question.question_id) if question else 0), len(order.ids)


def way(session: Session, subject_code: str, syllabus_code: str, scope: Scope, person_id: int) -> Way:
    """The way of one person.

    Raises:
        NotFound: ``practice.scope`` -- the scope is not yet given its day; it is an assignment of another subject, one
            that is cancelled, or one that was not set to the person; or it is like a question that is not there.
    """
    shelf, given = shelf_of(session, subject_code, syllabus_code), None
    if scope.assignment_id is not None:
        given = assignment_store.set_to(session, scope.assignment_id, person_id, subject_code)
    elif scope.like_id is not None and scope.like_id in shelf.versions:
        given = similar(session, shelf, scope.like_id)
    if scope.undated or (given is None and scope.kind in {ASSIGNMENT, LIKE}):
        raise NotFound("practice.scope", "There is no such way through this subject.")
    return Way(subject_code, syllabus_code, scope, shelf, person_id, tuple(given or ()))


def governing(session: Session, exam: tuple[int, object] | None) -> str:
    """The syllabus of the coming exam year; the newest one while no coming exam is known."""
    if exam is not None:
        return syllabus.version_for(session, exam[0])
    return syllabus.versions(session)[-1].code
