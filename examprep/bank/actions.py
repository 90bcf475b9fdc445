"""What the bank answers to other features. How questions are written is `authoring.py`, files are `importer.py`."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from examprep.bank import catalogue as shelves
from examprep.bank import media, store
from examprep.bank.authoring import insert_many, mark_answered, mark_asked, revise, write
from examprep.bank.catalogue import catalogue
from examprep.bank.exporting import shown
from examprep.bank.life import publish, restore, retire
from examprep.bank.reporting import KINDS as REPORT_KINDS
from examprep.bank.reporting import STATES as REPORT_STATES
from examprep.bank.reporting import Report, report
from examprep.bank.reporting import of_person as reports_of
from examprep.bank.ruling import last_ruled_at
from examprep.bank.ruling import standing as ruled
from examprep.bank.shipped import load_starter
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.types.short_answer import accepts
from examprep.bank.types.written import Written
from examprep.bank.values import Listed, Picture, Question
from examprep.kernel.errors import NotFound

__all__ = [
    "REPORT_KINDS",
    "REPORT_STATES",
    "Listed",
    "Picture",
    "Question",
    "Report",
    "catalogue",
    "current_version",
    "grade",
    "insert_many",
    "last_ruled_at",
    "load_starter",
    "mark_answered",
    "mark_asked",
    "pictures",
    "publish",
    "published_count",
    "published_subjects",
    "question",
    "reached",
    "report",
    "reports_of",
    "restore",
    "retire",
    "revise",
    "ruled",
    "shown",
    "version_ids",
    "write",
]


def question(session: Session, version_id: int) -> Question:
    """One version of a question, whole; kept in the process, since versions never change.

    Raises:
        NotFound: ``bank.version``.
    """
    found = shelves.question(session, version_id)
    if found is None:
        raise NotFound("bank.version", "There is no such question.")
    return found


def current_version(session: Session, question_id: int) -> int:
    """The id of the version of a question that counts now.

    Raises:
        NotFound: ``bank.question``.
    """
    found = store.current_version_id(session, question_id)
    if found is None:
        raise NotFound("bank.question", "There is no such question.")
    return found


def published_count(session: Session) -> int:
    """How many questions anybody may practise, over all subjects."""
    return store.published_count(session)


def pictures(session: Session, questions: Iterable[Question]) -> dict[str, Picture]:
    """The pictures that questions show, by name."""
    return media.find_all(session, {name for question in questions for name in shown(question)})


def version_ids(session: Session, question_id: int) -> list[int]:
    """Every version of a question, the latest first."""
    return [version.id for version in store.versions_of(session, question_id)]


def published_subjects(session: Session) -> frozenset[str]:
    """The subjects of which anything may be practised."""
    return shelves.published_subjects(session)


def reached(question: Question, ticks: frozenset[int], words: Sequence[str]) -> frozenset[int]:
    """What an answer reaches: the ticked places, or everything where its words are an accepted text."""
    content = question.content
    if isinstance(content, Written) and any(accepts(content, text) for text in words):
        return question.answer
    return ticks


def grade(question: Question, ticks: frozenset[int] | None) -> int:
    """What an answer earns, in half-points; ``None`` is a question left blank."""
    return QUESTION_TYPES[question.type].grade(question.content, ticks)
