"""How persons practised lately, for those who teach them. Other features ask here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from examprep.bank import actions as bank
from examprep.kernel.clock import start_of_day
from examprep.kernel.rate import Rate
from examprep.practice import store
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter

LEAST_ANSWERS = 5  # of a chapter, before anything is said of it


def right_since(session: Session, people: Any, since: date) -> Mapping[int, Rate]:
    """Right of all answers since an office day, by person; ``people`` is a subquery of ids.

    It knows no bounds: whoever asks chooses the persons. Who answered nothing is missing.
    """
    return {
        person: Rate(rights, answered)
        for person, (answered, rights) in store.sums_since(session, people, since).items()
    }


def weakest(session: Session, person_ids: Sequence[int], since: date) -> Mapping[int, tuple[Chapter, Rate]]:
    """The chapter with the smallest share of right answers since an office day, by person, and that share.

    Chapters with fewer than five answers do not count; who has no other is missing. It knows no bounds either.
    """
    answered, rights = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for person, version, right in store.answered_since(session, person_ids, start_of_day(since)):
        for chapter in bank.question(session, version).chapter_ids:
            answered[person, chapter] += 1
            rights[person, chapter] += right
    rates = [(Rate(rights[at], base), *at) for at, base in answered.items() if base >= LEAST_ANSWERS]
    rates.sort(key=lambda each: (each[0].part / each[0].base, -each[0].base, each[2]))
    lowest: dict[int, tuple[int, Rate]] = {}
    for rate, person, chapter in rates:
        lowest.setdefault(person, (chapter, rate))
    chapters = syllabus.chapters_by_id(session, frozenset(chapter for chapter, _ in lowest.values()))
    return {person: (chapters[chapter], rate) for person, (chapter, rate) in lowest.items()}
