"""The published questions of a subject, arranged for going through; arranged once per state of the bank."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.practice.rules.order import CHAPTER, DUE, NOTEBOOK, Scope
from examprep.syllabus import actions as syllabus


@dataclass(frozen=True)
class Shelf:
    """``versions``: the version to ask, by question; ``chapters``: ascending question ids, by chapter."""

    versions: Mapping[int, int]
    questions: Mapping[int, int]  # by version, the other way round
    everything: Sequence[int]
    chapters: Mapping[int, Sequence[int]]
    answered: set[int]  # versions that the bank is known to have marked as answered

    def ids(self, scope: Scope) -> Sequence[int]:
        """What the scope may ask, ascending; of ``due`` and ``notebook`` everything, since they choose by person."""
        if scope.kind == CHAPTER:
            return self.chapters.get(scope.chapter_id or 0, ())
        return self.everything

    def holds(self, scope: Scope, question_id: int) -> bool:
        return question_id in (self.ids(scope) if scope.kind == CHAPTER else self.versions)


_arranged: dict[tuple[str, str], tuple[object, Shelf]] = {}


def shelf_of(session: Session, subject_code: str, syllabus_code: str) -> Shelf:
    """The shelf of a subject under a syllabus; empty where the bank has nothing."""
    catalogue = bank.catalogue(session, subject_code, syllabus_code)
    kept = _arranged.get((subject_code, syllabus_code))
    # The bank hands out the same tuple until something is published or retired.
    if kept is not None and kept[0] is catalogue:
        return kept[1]
    shelf = _arrange(catalogue)
    _arranged[subject_code, syllabus_code] = (catalogue, shelf)
    return shelf


def _arrange(catalogue: Sequence[bank.Listed]) -> Shelf:
    chapters: dict[int, list[int]] = {}
    for listed in sorted(catalogue, key=lambda listed: listed.question_id):
        for chapter_id in listed.chapter_ids:
            chapters.setdefault(chapter_id, []).append(listed.question_id)
    return Shelf(
        versions={listed.question_id: listed.version_id for listed in catalogue},
        questions={listed.version_id: listed.question_id for listed in catalogue},
        everything=tuple(sorted(listed.question_id for listed in catalogue)),
        chapters={chapter: tuple(ids) for chapter, ids in chapters.items()},
        answered=set(),
    )


@dataclass(frozen=True, slots=True)
class Way:
    """What a candidate goes through: a scope of a subject under a syllabus, with the questions it may ask."""

    subject_code: str
    syllabus: str
    scope: Scope
    shelf: Shelf

    def position(self, question: bank.Question | None) -> tuple[int, int]:
        """A question's place among how many, from 1; (0, 0) where each person has an order of their own."""
        if self.scope.kind in {DUE, NOTEBOOK}:
            return 0, 0
        ids = self.shelf.ids(self.scope)
        return (bisect_left(ids, question.question_id) + 1 if question else 0), len(ids)


def way(session: Session, subject_code: str, syllabus_code: str, scope: Scope) -> Way:
    return Way(subject_code, syllabus_code, scope, shelf_of(session, subject_code, syllabus_code))


def governing(session: Session, exam: tuple[int, object] | None) -> str:
    """The syllabus of the coming exam year; the newest one while no coming exam is known."""
    if exam is not None:
        return syllabus.version_for(session, exam[0])
    return syllabus.versions(session)[-1].code
