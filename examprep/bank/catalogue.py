"""What is published, kept in the process until the bank changes: it is asked for at every answer."""

from sqlalchemy.orm import Session

from examprep.bank import store
from examprep.bank.values import Listed, Question
from examprep.plumbing.kept import Kept
from examprep.syllabus import actions as syllabus

QUESTIONS_KEPT = 20_000


def _listed(session: Session, tree: tuple[str, str]) -> tuple[Listed, ...]:
    subject_code, version_code = tree
    chapters = syllabus.chapters(session, subject_code, version_code, retired=True)
    return store.listed(session, subject_code, frozenset(chapter.id for chapter in chapters))


_CATALOGUES: Kept[tuple[str, str], tuple[Listed, ...]] = Kept(_listed)
_QUESTIONS: Kept[int, Question | None] = Kept(store.question, QUESTIONS_KEPT)
_SUBJECTS: Kept[None, frozenset[str]] = Kept(lambda session, _: store.published_subjects(session))


def catalogue(session: Session, subject_code: str, version_code: str) -> tuple[Listed, ...]:
    """The published questions that stand in a subject's tree of a syllabus version, by question id."""
    return _CATALOGUES.of(session, (subject_code, version_code))


def question(session: Session, version_id: int) -> Question | None:
    """One version, whole, whatever the state of its question; ``None`` when there is none."""
    return _QUESTIONS.of(session, version_id)


def published_subjects(session: Session) -> frozenset[str]:
    """The subjects of which anything may be practised."""
    return _SUBJECTS.of(session, None)
