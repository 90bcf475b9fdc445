"""How persons practised lately, for those who teach them. Other features ask here."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.clock import start_of_day
from examprep.kernel.rate import Rate
from examprep.practice import log_store, notebook_store
from examprep.practice.progressing import last_answers
from examprep.practice.rules.mastery import LEAST, Last, by_chapter
from examprep.practice.shelf import governing, shelf_of
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter

LEAST_ANSWERS = 5  # of a chapter, before anything is said of it
WEAKEST = 3  # chapters named of one person


@dataclass(frozen=True)
class Learnt:
    """How one person of a group gets on in one subject."""

    person_id: int
    last_on: date | None  # the last day of practice, of any subject
    answered: int  # lately, of any subject
    right: Rate  # lately
    minutes: int  # lately
    mastered: Rate  # of the questions answered in the subject
    weakest: Sequence[tuple[Chapter, Rate]]  # mastered of answered, the lowest first, where enough was answered
    mistakes: int  # open in the notebook, in the subject


@dataclass(frozen=True)
class Group:
    """How a group gets on: each person, and each chapter over all."""

    people: Sequence[Learnt]
    chapters: Sequence[tuple[Chapter, Rate, int]]  # mastered of answered by all, and for how many it is below half


def group(session: Session, person_ids: Sequence[int], subject_code: str, *, today: date, since: date) -> Group:
    """How persons get on in a subject, lately meaning since an office day.

    It knows no bounds: whoever asks chooses the persons.

    Raises:
        NotFound: ``syllabus.subject``.
    """
    subject = syllabus.subject(session, subject_code)
    edition = governing(session, syllabus.next_exam(session, today))
    shelf = shelf_of(session, subject.code, edition)
    chapters = [c for c in syllabus.chapters(session, subject.code, edition) if c.id in shelf.chapters]
    lasts = last_answers(session, person_ids, shelf)
    practised: dict[int, list[log_store.Practised]] = {person: [] for person in person_ids}
    for day in log_store.days(session, person_ids):
        practised[day.person_id].append(day)
    mistakes = notebook_store.mistakes_of(session, person_ids, subject.code)
    rates = {person: by_chapter(found) for person, found in lasts.items()}
    return Group(
        [
            _learnt(person, practised[person], since, lasts[person], rates[person], chapters, mistakes.get(person, 0))
            for person in person_ids
        ],
        [(chapter, *_over_all(chapter, rates.values())) for chapter in chapters],
    )


def most_practised(session: Session, person_ids: Sequence[int], since: date) -> str | None:
    """The subject to which the persons gave most answers since an office day; ``None`` when they gave none."""
    return log_store.most_answered(session, person_ids, start_of_day(since))


def _learnt(
    person_id: int,
    days: Sequence[log_store.Practised],
    since: date,
    lasts: Sequence[Last],
    rates: Mapping[int, Rate],
    chapters: Sequence[Chapter],
    mistakes: int,
) -> Learnt:
    lately = [day for day in days if day.answered_on >= since]
    told = [(chapter, rates[chapter.id]) for chapter in chapters if chapter.id in rates]
    weak = sorted((each for each in told if each[1].base >= LEAST and _below_half(each[1])), key=_share)
    answered = sum(day.answered for day in lately)
    return Learnt(
        person_id,
        days[-1].answered_on if days else None,
        answered,
        Rate(sum(day.rights for day in lately), answered),
        sum(day.took_ms for day in lately) // 60_000,
        Rate(sum(last.mastered for last in lasts), len(lasts)),
        weak[:WEAKEST],
        mistakes,
    )


def _over_all(chapter: Chapter, rates: Iterable[Mapping[int, Rate]]) -> tuple[Rate, int]:
    found = [each[chapter.id] for each in rates if chapter.id in each]
    whole = Rate(sum(rate.part for rate in found), sum(rate.base for rate in found))
    return whole, sum(rate.base >= LEAST and _below_half(rate) for rate in found)


def _below_half(rate: Rate) -> bool:
    return 2 * rate.part < rate.base


def _share(each: tuple[Chapter, Rate]) -> float:
    return each[1].part / each[1].base


def right_since(session: Session, people: Any, since: date) -> Mapping[int, Rate]:
    """Right of all answers since an office day, by person; ``people`` is a subquery of ids.

    It knows no bounds: whoever asks chooses the persons. Who answered nothing is missing.
    """
    return {
        person: Rate(rights, answered)
        for person, (answered, rights) in log_store.sums_since(session, people, since).items()
    }


def around(session: Session, spans: Any, lead: int) -> Mapping[int, tuple[Rate, Rate]]:
    """Right of all answers in the ``lead`` days before a span, and within it, by span; either may be of nothing.

    ``spans`` is a subquery of ``id, person_id, since, until``; a span without any answer is missing. It knows no
    bounds: whoever asks chooses the persons.
    """
    return {
        span: (Rate(rights_before, before), Rate(rights, within))
        for span, before, rights_before, within, rights in log_store.sums_around(session, spans, lead)
    }


def first_rights(session: Session, person_ids: Sequence[int], chapter_id: int) -> Mapping[int, Sequence[datetime]]:
    """When each person first answered each question of a chapter right, by person; who has none is missing.

    Only what is published now counts. It knows no bounds: whoever asks chooses the persons.
    """
    chapter = syllabus.chapters_by_id(session, frozenset({chapter_id}))[chapter_id]
    questions = shelf_of(session, chapter.subject, chapter.version).chapters.get(chapter_id, ())
    return log_store.first_rights(session, person_ids, questions)


def weakest(
    session: Session, person_ids: Sequence[int], since: date, *, of: Collection[int] | None = None
) -> Mapping[int, tuple[Chapter, Rate]]:
    """The chapter with the smallest share of right answers since an office day, by person, and that share.

    Chapters with fewer than five answers do not count; who has no other is missing. It knows no bounds either. A
    question stands in a chapter of each edition of the syllabus; ``of`` are the chapters that count, else all.
    """
    answered, rights = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for person, version, right in log_store.answered_since(session, person_ids, start_of_day(since)):
        for chapter in bank.question(session, version).chapter_ids:
            if of is None or chapter in of:
                answered[person, chapter] += 1
                rights[person, chapter] += right
    rates = [(Rate(rights[at], base), *at) for at, base in answered.items() if base >= LEAST_ANSWERS]
    rates.sort(key=lambda each: (each[0].part / each[0].base, -each[0].base, each[2]))
    lowest: dict[int, tuple[int, Rate]] = {}
    for rate, person, chapter in rates:
        lowest.setdefault(person, (chapter, rate))
    chapters = syllabus.chapters_by_id(session, frozenset(chapter for chapter, _ in lowest.values()))
    return {person: (chapters[chapter], rate) for person, (chapter, rate) in lowest.items()}
