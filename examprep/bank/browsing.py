"""What trainers see of the bank: the list, and one question with its history."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from examprep.bank import laws, searching, store
from examprep.bank.markup import plain
from examprep.bank.models import QuestionChapterRow, QuestionRow, TagRow, VersionRow
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import STATES, Question
from examprep.feature import Hit
from examprep.kernel.errors import NotFound
from examprep.people.actor import Actor
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Page, fetch
from examprep.syllabus import actions as syllabus
from examprep.syllabus.values import Chapter

FILTERS = ("subject", "chapter", "type", "state", "tag", "assigned", "waiting", "statute")
STEM_SHOWN = 70


@dataclass(frozen=True)
class Edition:
    """One version of a question: when and by whom it came, when it was first published and answered."""

    question: Question
    created_at: datetime
    published_at: datetime | None
    answered_at: datetime | None
    writer: str
    approver: str  # the second person, where the key changed
    own: bool  # written by whoever looks


@dataclass(frozen=True)
class Details:
    """A question whole. ``editions`` are its versions, newest first; those who may not edit see published ones.

    ``events`` are what was done to it, the latest first: (when, who, what, reason).
    """

    question_id: int
    subject: str
    state: str
    batch_id: int | None
    editable: bool
    number: int
    proposed_number: int | None
    editions: tuple[Edition, ...]
    chapters: tuple[Chapter, ...]
    tags: tuple[str, ...]
    assigned: str
    events: tuple[tuple[datetime, str, str, str], ...]

    @property
    def current(self) -> Question:
        return next(edition.question for edition in self.editions if edition.question.number == self.number)

    @property
    def repairable(self) -> list[int]:
        """The numbers of versions that were answered and are not any more, newest first."""
        answered = [one.question.number for one in self.editions if one.answered_at]
        return [number for number in answered if self.state != "published" or number != self.number]

    @property
    def proposed(self) -> Edition | None:
        """The version that waits for a second person."""
        return next((one for one in self.editions if one.question.number == self.proposed_number), None)


def conditions(session: Session, ask: Ask) -> list[ColumnElement[bool]]:
    """What the filters and the words ask of a question."""
    wanted, asked = ask.filters, []
    if subject := wanted.get("subject"):
        asked.append(QuestionRow.subject_code == subject)
    if wanted.get("type") in QUESTION_TYPES:
        asked.append(VersionRow.type == wanted["type"])
    if wanted.get("state") in STATES:
        asked.append(QuestionRow.state == wanted["state"])
    if tag := wanted.get("tag"):
        asked.append(QuestionRow.id.in_(select(TagRow.question_id).where(TagRow.tag == tag)))
    if (person_id := ask.number("assigned")) is not None:
        asked.append(QuestionRow.assigned_to == person_id)
    if wanted.get("waiting"):
        asked.append(or_(QuestionRow.state == "review", QuestionRow.proposed_number.is_not(None)))
    if statute := wanted.get("statute"):
        asked.append(QuestionRow.id.in_(laws.citing(session, statute)))
    if ask.words:
        asked.append(searching.matches(ask.words))
    if (chapter_id := ask.number("chapter")) is not None:
        link = QuestionChapterRow
        asked.append(QuestionRow.id.in_(select(link.question_id).where(link.chapter_id == chapter_id)))
    return asked


def questions(session: Session, actor: Actor, ask: Ask) -> Page:
    """The questions the actor may see: published ones of everybody, others of their organisations; newest first."""
    page = fetch(
        session,
        store.questions_list(actor, conditions=conditions(session, ask)),
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
    may_edit = store.one_editable(session, actor, question_id) is not None
    editions = tuple(
        Edition(
            store.whole(version, row.subject_code, chapter_ids),
            version.created_at,
            version.published_at,
            version.answered_at,
            store.name_of(session, version.created_by),
            store.name_of(session, version.approved_by),
            version.created_by == actor.person_id,
        )
        for version in store.versions_of(session, question_id)
        if may_edit or version.published_at is not None
    )
    return Details(
        question_id=question_id,
        subject=row.subject_code,
        state=row.state,
        batch_id=row.batch_id,
        editable=may_edit,
        number=row.current_number,
        proposed_number=row.proposed_number,
        editions=editions,
        chapters=tuple(found[chapter_id] for chapter_id in chapter_ids),
        tags=store.tags_of(session, question_id),
        assigned=store.name_of(session, row.assigned_to),
        events=store.events_of(session, question_id) if may_edit else (),
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


def all_chapter_choices(session: Session) -> list[tuple[str, list[tuple[int, str]]]]:
    """The chapters of every subject: (subject, [(id, shown)])."""
    return [(in_language(one.names), chapter_choices(session, one.code)) for one in syllabus.subjects(session)]


keepers, tags = store.keepers, store.tags
