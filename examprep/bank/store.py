"""Queries over the bank; values out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from examprep.bank.markup import plain
from examprep.bank.models import QuestionChapterRow, QuestionRow, TagRow, VersionRow
from examprep.bank.types.registry import QUESTION_TYPES, Content
from examprep.bank.values import Draft, Listed, Question
from examprep.people.access import Permission, roles_with
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import AuditEventRow, MembershipRow, PersonRow

STEM_SHOWN = 70
CURRENT = and_(VersionRow.question_id == QuestionRow.id, VersionRow.number == QuestionRow.current_number)


def listed(session: Session, subject_code: str, chapter_ids: frozenset[int]) -> tuple[Listed, ...]:
    """The published questions of a subject in any of the chapters; two statements whatever their number."""
    places: dict[int, list[int]] = defaultdict(list)
    link = QuestionChapterRow
    for question_id, chapter_id in session.execute(
        select(link.question_id, link.chapter_id)
        .where(link.chapter_id.in_(chapter_ids))
        .order_by(link.question_id, link.chapter_id)
    ):
        places[question_id].append(chapter_id)
    rows = session.execute(
        select(QuestionRow.id, VersionRow.id, VersionRow.type, VersionRow.difficulty)
        .join(VersionRow, CURRENT)
        .where(QuestionRow.subject_code == subject_code, QuestionRow.state == "published")
        .order_by(QuestionRow.id)
    )
    return tuple(
        Listed(question_id, version_id, kind, tuple(places[question_id]), difficulty)
        for question_id, version_id, kind, difficulty in rows
        if question_id in places
    )


def question(session: Session, version_id: int) -> Question | None:
    found = session.execute(
        select(VersionRow, QuestionRow.subject_code)
        .join(QuestionRow, QuestionRow.id == VersionRow.question_id)
        .where(VersionRow.id == version_id)
    ).one_or_none()
    if found is None:
        return None
    row, subject_code = found
    return whole(row, subject_code, chapters_of(session, row.question_id))


def whole(row: VersionRow, subject_code: str, chapter_ids: tuple[int, ...]) -> Question:
    """A version's row as a value."""
    kind = QUESTION_TYPES[row.type]
    content = kind.read(row.content)
    return Question(
        version_id=row.id,
        question_id=row.question_id,
        number=row.number,
        subject=subject_code,
        type=row.type,
        stem=row.stem,
        content=content,
        explanation=row.explanation,
        author=row.author,
        source=row.source,
        cites=tuple(row.cites),
        law_as_of=row.law_as_of,
        difficulty=row.difficulty,
        half_points=kind.full(content),
        chapter_ids=chapter_ids,
        markup=row.markup,
        passage=row.passage,
    )


def content(row: VersionRow) -> Content:
    """What a version's row asks and how it is marked."""
    read: Content = QUESTION_TYPES[row.type].read(row.content)
    return read


def words(row: VersionRow) -> str:
    """The beginning of a version's stem, in one line."""
    stem = plain(row.stem, row.markup).replace("\n", " ")
    return stem if len(stem) <= STEM_SHOWN else stem[:STEM_SHOWN] + "…"


def last_number(session: Session, question_id: int) -> int:
    """The highest number a version of the question has; declined proposals count."""
    return session.scalar(select(func.max(VersionRow.number)).where(VersionRow.question_id == question_id)) or 0


def tags_of(session: Session, question_id: int) -> tuple[str, ...]:
    return tuple(session.scalars(select(TagRow.tag).where(TagRow.question_id == question_id).order_by(TagRow.tag)))


def chapters_of(session: Session, question_id: int) -> tuple[int, ...]:
    link = QuestionChapterRow
    query = select(link.chapter_id).where(link.question_id == question_id).order_by(link.chapter_id)
    return tuple(session.scalars(query))


def current_version_id(session: Session, question_id: int) -> int | None:
    return session.scalar(select(VersionRow.id).join(QuestionRow, CURRENT).where(QuestionRow.id == question_id))


def visible(actor: Actor) -> ColumnElement[bool]:
    """That the actor may see a question: published ones belong to everybody, others to their organisation."""
    own = within(QuestionRow.organisation_id, actor, Permission.BANK_QUESTION_SEE)
    return or_(own, QuestionRow.state == "published")


def one_visible(session: Session, actor: Actor, question_id: int) -> QuestionRow | None:
    return session.scalar(select(QuestionRow).where(QuestionRow.id == question_id, visible(actor)))


def one_editable(session: Session, actor: Actor, question_id: int) -> QuestionRow | None:
    own = within(QuestionRow.organisation_id, actor, Permission.BANK_QUESTION_EDIT)
    return session.scalar(select(QuestionRow).where(QuestionRow.id == question_id, own))


def versions_of(session: Session, question_id: int) -> list[VersionRow]:
    """Every version, newest first."""
    return list(
        session.scalars(
            select(VersionRow).where(VersionRow.question_id == question_id).order_by(VersionRow.number.desc())
        )
    )


def fingerprints(session: Session, subject_code: str) -> Mapping[str, int]:
    """The question of each fingerprint among a subject's questions that are not retired."""
    rows = session.execute(
        select(VersionRow.fingerprint, QuestionRow.id)
        .join(QuestionRow, CURRENT)
        .where(QuestionRow.subject_code == subject_code, QuestionRow.state != "retired")
    )
    return dict(rows.all())


def questions_list(actor: Actor, *, conditions: Iterable[ColumnElement[bool]] = ()) -> Select[*tuple[Any, ...]]:
    """The list's query: one row per question the actor may see."""
    return (
        select(
            QuestionRow.id,
            QuestionRow.subject_code,
            QuestionRow.state,
            QuestionRow.proposed_number,
            VersionRow.type,
            VersionRow.stem,
            VersionRow.markup,
            VersionRow.key,
            VersionRow.number,
            VersionRow.source,
            VersionRow.author,
            VersionRow.law_as_of,
            VersionRow.created_at,
        )
        .join(VersionRow, CURRENT)
        .where(visible(actor), *conditions)
    )


def name_of(session: Session, person_id: int | None) -> str:
    """A person's name; empty for nobody."""
    return (session.scalar(select(PersonRow.name).where(PersonRow.id == person_id)) or "") if person_id else ""


def events_of(session: Session, question_id: int) -> tuple[tuple[datetime, str, str, str], ...]:
    """What the audit trail says of a question, the latest first: (when, who, what, reason)."""
    event = AuditEventRow
    rows = session.execute(
        select(event.at, PersonRow.name, event.act, event.after)
        .outerjoin(PersonRow, PersonRow.id == event.actor_id)
        .where(event.object_kind == "bank_question", event.object_id == question_id)
        .order_by(event.id.desc())
    )
    return tuple((at, name or "", act, str((after or {}).get("reason", ""))) for at, name, act, after in rows)


def keepers(session: Session, actor: Actor, today: date) -> list[tuple[int, str]]:
    """Whoever may edit questions by a role in the actor's organisations: (id, name)."""
    member, roles = MembershipRow, roles_with(Permission.BANK_QUESTION_EDIT)
    rows = session.execute(
        select(PersonRow.id, PersonRow.name)
        .join(member, member.person_id == PersonRow.id)
        .where(
            member.role.in_(sorted(roles)),
            within(member.organisation_id, actor, Permission.BANK_QUESTION_EDIT),
            member.since <= today,
            or_(member.until.is_(None), member.until > today),
        )
        .distinct()
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [(person_id, name) for person_id, name in rows]


def tags(session: Session, actor: Actor) -> list[str]:
    """Every tag on a question the actor may see."""
    query = select(TagRow.tag).join(QuestionRow, QuestionRow.id == TagRow.question_id).where(visible(actor)).distinct()
    return list(session.scalars(query.order_by(TagRow.tag)))


def texts(session: Session, *conditions: ColumnElement[bool]) -> Iterator[tuple[int, str, Draft]]:
    """Number, subject and words of every question that is not retired, by number; of those that meet conditions."""
    rows = session.execute(
        select(
            QuestionRow.id,
            QuestionRow.subject_code,
            VersionRow.type,
            VersionRow.stem,
            VersionRow.content,
            VersionRow.explanation,
            VersionRow.markup,
        )
        .join(VersionRow, CURRENT)
        .where(QuestionRow.state != "retired", *conditions)
        .order_by(QuestionRow.id)
    )
    for number, subject_code, kind, stem, content, explanation, markup in rows:
        read = QUESTION_TYPES[kind].read(content)
        yield number, subject_code, Draft(kind, stem, read, explanation, markup=markup)


def in_chapters(session: Session, chapter_ids: frozenset[int]) -> frozenset[int]:
    """The questions that stand in any of the chapters."""
    link = QuestionChapterRow
    return frozenset(session.scalars(select(link.question_id).where(link.chapter_id.in_(chapter_ids)).distinct()))


def numbers_visible(session: Session, actor: Actor) -> frozenset[int]:
    return frozenset(session.scalars(select(QuestionRow.id).where(visible(actor))))


def numbers_editable(session: Session, actor: Actor) -> frozenset[int]:
    own = within(QuestionRow.organisation_id, actor, Permission.BANK_QUESTION_EDIT)
    return frozenset(session.scalars(select(QuestionRow.id).where(own)))


def published_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(QuestionRow).where(QuestionRow.state == "published")) or 0


def published_subjects(session: Session) -> frozenset[str]:
    return frozenset(
        session.scalars(select(QuestionRow.subject_code).where(QuestionRow.state == "published").distinct())
    )
