"""What trainers see of the bank: the list, and one question with its history."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from examprep.bank import searching, store
from examprep.bank.markup import plain
from examprep.bank.models import QuestionRow, VersionRow
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import STATES, Question
from examprep.feature import Hit
from examprep.kernel.errors import NotFound
from examprep.people.actor import Actor
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter

FILTERS = ("subject", "chapter", "type", "state")
STEM_SHOWN = 70


@dataclass(frozen=True)
class Edition:
    """One version of a question, and when it came and was first published and answered."""

    question: Question
    created_at: datetime
    published_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Details:
    """A question whole. ``editions`` are its versions, newest first; the current one is the first."""

    question_id: int
    subject: str
    state: str
    batch_id: int | None
    editable: bool
    editions: tuple[Edition, ...]
    chapters: tuple[Chapter, ...]

    @property
    def current(self) -> Question:
        return self.editions[0].question


def questions(session: Session, actor: Actor, ask: Ask) -> Page:
    """The questions the actor may see: published ones of everybody, others of their organisations; newest first."""
    wanted = ask.filters
    conditions = []
    if subject := wanted.get("subject"):
        conditions.append(QuestionRow.subject_code == subject)
    if wanted.get("type") in QUESTION_TYPES:
        conditions.append(VersionRow.type == wanted["type"])
    if wanted.get("state") in STATES:
        conditions.append(QuestionRow.state == wanted["state"])
    if ask.words:
        conditions.append(searching.matches(ask.words))
    chapter = wanted.get("chapter", "")
    query = store.questions_list(
        actor, conditions=conditions, chapter_ids=frozenset({int(chapter)}) if chapter.isdecimal() else None
    )
    page = fetch(
        session,
        query,
        ask,
        sortable={"id": QuestionRow.id, "type": VersionRow.type, "law_as_of": VersionRow.law_as_of},
        default=[QuestionRow.id.desc()],
    )
    return replace(page, rows=[_row(dict(row), whole=bool(ask.export)) for row in page.rows])


def _row(row: dict[str, object], *, whole: bool) -> dict[str, object]:
    stem = plain(str(row["stem"]), str(row["markup"])).replace("\n", " ")
    short = stem if whole or len(stem) <= STEM_SHOWN else stem[:STEM_SHOWN] + "…"
    return {**row, "stem": short, "type": QUESTION_TYPES[str(row["type"])].label}


def find(session: Session, actor: Actor, ask: Ask, _now: datetime) -> tuple[int, list[Hit]]:
    """Questions with the words anywhere in them, for the search box."""
    page = questions(session, actor, ask)
    return page.total, [
        Hit(str(row["stem"]), say(row["type"]), "bank.question", {"question_id": row["id"]}) for row in page.rows
    ]


def details(session: Session, actor: Actor, question_id: int) -> Details:
    """One question with every version.

    Raises:
        NotFound: ``bank.question`` -- none the actor may see.
    """
    row = store.one_visible(session, actor, question_id)
    if row is None:
        raise NotFound("bank.question", "There is no such question.")
    chapter_ids = store.chapters_of(session, question_id)
    found = syllabus.chapters_by_id(session, frozenset(chapter_ids))
    return Details(
        question_id=question_id,
        subject=row.subject_code,
        state=row.state,
        batch_id=row.batch_id,
        editable=store.one_editable(session, actor, question_id) is not None,
        editions=tuple(
            Edition(
                store.whole(version, row.subject_code, chapter_ids),
                version.created_at,
                version.published_at,
                version.answered_at,
            )
            for version in store.versions_of(session, question_id)
        ),
        chapters=tuple(found[chapter_id] for chapter_id in chapter_ids),
    )


def editable(session: Session, actor: Actor, question_id: int) -> Details:
    """The same, for whoever may change it.

    Raises:
        NotFound: ``bank.question`` -- none the actor may change; a stranger's looks the same as none.
    """
    found = details(session, actor, question_id)
    if not found.editable:
        raise NotFound("bank.question", "There is no such question.")
    return found


def trees(session: Session, subject_code: str) -> list[tuple[dict[str, str], list[tuple[int, str]]]]:
    """The chapters of a subject by syllabus version, newest first: (names, [(id, shown)]); none without one."""
    if not subject_code:
        return []
    return [
        (
            dict(version.names),
            [
                (chapter.id, f"{chapter.number} {in_language(chapter.names)}")
                for chapter in syllabus.chapters(session, subject_code, version.code)
            ],
        )
        for version in reversed(syllabus.versions(session))
    ]


def chapter_choices(session: Session, subject_code: str) -> list[tuple[int, str]]:
    """The same in one list, for a form."""
    return [
        (chapter_id, f"{in_language(names)} · {shown}")
        for names, chapters in trees(session, subject_code)
        for chapter_id, shown in chapters
    ]
