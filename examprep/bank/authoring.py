"""How questions come into the bank and change; `life.py` has their states. Every act changes the revision token."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.bank import media, searching, store
from examprep.bank.keys import key_changed
from examprep.bank.models import (
    LawReadingRow,
    QuestionChapterRow,
    QuestionRow,
    TagRow,
    TextRow,
    VersionRow,
)
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import Draft, fingerprint
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.plumbing.db import Base
from examprep.plumbing.kept import touch
from examprep.plumbing.prepared import Prepared
from examprep.syllabus import actions as syllabus


def _table(row: type[Base]) -> Table:
    """The table itself: for many rows the ORM's bookkeeping costs more than the database."""
    return cast(Table, row.__table__)


def insert_many(
    session: Session,
    actor: Actor,
    drafts: Sequence[Draft],
    *,
    subject_code: str,
    state: str,
    now: datetime,
    batch_id: int | None = None,
) -> list[int]:
    """Keep checked drafts as new questions of the actor's organisation, set by set; returns their ids."""
    if not drafts:
        return []
    question = {
        "subject_code": subject_code,
        "organisation_id": actor.organisation_id,
        "state": state,
        "current_number": 1,
        "batch_id": batch_id,
        "created_by": actor.person_id,
        "created_at": now,
    }
    if batch_id is None:
        ids = [
            session.execute(insert(QuestionRow).values(question).returning(QuestionRow.id)).scalar_one() for _ in drafts
        ]
    else:
        # All rows are alike, so the database writes them by itself; which id goes to which draft is of no matter.
        numbers = select(literal(1).label("number")).cte(recursive=True)
        numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < len(drafts)))
        alike = select(*(literal(value, QuestionRow.__table__.c[name].type) for name, value in question.items()))
        session.execute(_table(QuestionRow).insert().from_select(list(question), alike.select_from(numbers)))
        ids = list(
            session.scalars(select(QuestionRow.id).where(QuestionRow.batch_id == batch_id).order_by(QuestionRow.id))
        )
    session.execute(
        _table(VersionRow).insert(),
        [
            _version(draft, question_id, 1, actor, now, published=state == "published")
            for question_id, draft in zip(ids, drafts, strict=True)
        ],
    )
    _file_under(session, dict(zip(ids, (draft.chapter_ids for draft in drafts), strict=True)))
    _tag(session, dict(zip(ids, (draft.tags for draft in drafts), strict=True)))
    searching.add(session, zip(ids, drafts, strict=True))
    media.keep(session, (picture for draft in drafts for picture in draft.pictures), now=now)
    touch(session)
    return ids


def _version(
    draft: Draft, question_id: int, number: int, actor: Actor, now: datetime, *, published: bool
) -> dict[str, object]:
    kind = QUESTION_TYPES[draft.type]
    return {
        "question_id": question_id,
        "number": number,
        "type": draft.type,
        "markup": draft.markup,
        "passage": draft.passage,
        "passage_mark": fingerprint(draft.passage, "") if draft.passage else None,
        "stem": draft.stem,
        "content": kind.write(draft.content),
        "key": "" if kind.written else draft.content.named(kind.key(draft.content)),
        "explanation": draft.explanation,
        "author": draft.author,
        "source": draft.source,
        "cites": list(draft.cites),
        "law_as_of": draft.law_as_of,
        "difficulty": draft.difficulty,
        "fingerprint": draft.fingerprint,
        "created_by": actor.person_id,
        "created_at": now,
        "published_at": now if published else None,
    }


def _file_under(session: Session, chapters: dict[int, frozenset[int]]) -> None:
    links = [
        {"question_id": question_id, "chapter_id": chapter_id}
        for question_id, chapter_ids in chapters.items()
        for chapter_id in sorted(chapter_ids)
    ]
    if links:
        session.execute(_table(QuestionChapterRow).insert(), links)


def _tag(session: Session, tags: dict[int, frozenset[str]]) -> None:
    rows = [{"question_id": question_id, "tag": tag} for question_id, words in tags.items() for tag in sorted(words)]
    if rows:
        session.execute(_table(TagRow).insert(), rows)


def write(session: Session, actor: Actor, subject_code: str, draft: Draft, *, publish: bool, now: datetime) -> int:
    """Keep one question written by hand; returns its id.

    Raises:
        RuleViolation: ``bank.chapter`` -- no chapter, or one of another subject; ``bank.picture-unknown``.
        Conflict: ``bank.duplicate`` -- the subject already has this question.
    """
    _check_chapters(session, subject_code, draft.chapter_ids)
    _check_new(session, subject_code, draft)
    media.check(session, draft)
    state = "published" if publish else "draft"
    (question_id,) = insert_many(session, actor, [draft], subject_code=subject_code, state=state, now=now)
    record(session, actor, "bank.question-written", "bank_question", question_id, now=now, after={"state": state})
    return question_id


def revise(session: Session, actor: Actor, question_id: int, draft: Draft, *, now: datetime) -> int:
    """Change what a question says; returns the number of the version that says it.

    A version that was published or answered stays as it is and a next one is made; an unpublished draft is rewritten.
    Where the key of a published question changes, the next version only waits (``proposed_number``) for a second
    person; chapters and tags change at once.

    Raises:
        NotFound: ``bank.question``.
        RuleViolation: ``bank.chapter``, ``bank.picture-unknown``, ``bank.retired`` -- a retired one is restored first.
        Conflict: ``bank.duplicate``, ``bank.revised`` -- somebody else revised it meanwhile, ``bank.waiting`` -- a
            changed key waits for consent.
    """
    question = editable(session, actor, question_id)
    if question.state == "retired":
        raise RuleViolation("bank.retired", "The question is retired. Restore it first, then edit it.")
    if question.proposed_number is not None:
        raise Conflict("bank.waiting", "A changed key waits for a second person. Let it be approved or declined first.")
    _check_chapters(session, question.subject_code, draft.chapter_ids)
    _check_new(session, question.subject_code, draft, itself=question_id)
    media.check(session, draft)
    published = question.state == "published"
    current = session.scalars(
        select(VersionRow).where(VersionRow.question_id == question_id, VersionRow.number == question.current_number)
    ).one()
    proposed = published and key_changed(store.content(current), draft.content, current.type, draft.type)
    if current.published_at is None and current.answered_at is None:
        number = question.current_number
        values = _version(draft, question_id, number, actor, now, published=published)
        session.execute(update(VersionRow).where(VersionRow.id == current.id).values(**values))
    else:
        number = store.last_number(session, question_id) + 1
        counts = published and not proposed
        try:
            session.execute(insert(VersionRow), _version(draft, question_id, number, actor, now, published=counts))
        except IntegrityError as error:
            raise Conflict("bank.revised", "Somebody else changed this question meanwhile.") from error
        if proposed:
            question.proposed_number = number
        else:
            question.current_number = number
    session.execute(delete(QuestionChapterRow).where(QuestionChapterRow.question_id == question_id))
    _file_under(session, {question_id: draft.chapter_ids})
    session.execute(delete(TagRow).where(TagRow.question_id == question_id))
    _tag(session, {question_id: draft.tags})
    media.keep(session, draft.pictures, now=now)
    session.flush()
    searching.refresh(session, [question_id])
    touch(session)
    act = "bank.key-proposed" if question.proposed_number is not None else "bank.question-revised"
    record(session, actor, act, "bank_question", question_id, now=now, after={"version": number})
    return number


_ANSWERED = Prepared(
    lambda _: (
        update(_table(VersionRow))
        .where(VersionRow.id == bindparam("version_id"), VersionRow.answered_at.is_(None))
        .values(answered_at=bindparam("now", type_=VersionRow.answered_at.type))
    )
)


def mark_answered(session: Session, version_id: int, *, now: datetime) -> None:
    """Note the first answer to a version; from then on it cannot be taken back with its import."""
    _ANSWERED.run(session.connection(), {"version_id": version_id, "now": now})


def mark_asked(session: Session, version_ids: Sequence[int], *, now: datetime) -> None:
    """The same for many that a paper asks: one statement."""
    session.execute(
        update(VersionRow)
        .where(VersionRow.id.in_(version_ids), VersionRow.answered_at.is_(None))
        .values(answered_at=now)
    )


def remove_batch(session: Session, batch_id: int) -> int:
    """Delete the questions an import made; returns how many.

    Raises:
        RuleViolation: ``bank.answered``, ``bank.edited`` -- something was built on some of them since.
    """
    ids = select(QuestionRow.id).where(QuestionRow.batch_id == batch_id)
    of_batch = VersionRow.question_id.in_(ids)
    answered = session.scalar(
        select(func.count(VersionRow.question_id.distinct())).where(of_batch, VersionRow.answered_at.is_not(None))
    )
    if answered:
        raise RuleViolation(
            "bank.answered",
            "%(count)s questions of this file have been answered, and answers are kept for ever. "
            "Retire the questions that should not be practised any more.",
            count=answered,
        )
    edited = session.scalar(
        select(func.count(VersionRow.question_id.distinct())).where(of_batch, VersionRow.number > 1)
    )
    if edited:
        raise RuleViolation(
            "bank.edited",
            "%(count)s questions of this file have been edited since. Retire those that should not be practised.",
            count=edited,
        )
    session.execute(delete(QuestionChapterRow).where(QuestionChapterRow.question_id.in_(ids)))
    for row in (TagRow, TextRow, LawReadingRow):
        session.execute(delete(row).where(row.question_id.in_(ids)))
    session.execute(delete(VersionRow).where(of_batch))
    gone = session.execute(delete(QuestionRow).where(QuestionRow.batch_id == batch_id))
    touch(session)
    return int(gone.rowcount)  # type: ignore[attr-defined]


def editable(session: Session, actor: Actor, question_id: int) -> QuestionRow:
    """The question's row, for whoever may change it.

    Raises:
        NotFound: ``bank.question``.
    """
    found = store.one_editable(session, actor, question_id)
    if found is None:
        raise NotFound("bank.question", "There is no such question.")
    return found


def _check_chapters(session: Session, subject_code: str, chapter_ids: frozenset[int]) -> None:
    if not chapter_ids:
        raise RuleViolation("bank.chapter", "Choose at least one chapter.")
    found = syllabus.chapters_by_id(session, chapter_ids)
    if any(found.get(chapter_id) is None or found[chapter_id].subject != subject_code for chapter_id in chapter_ids):
        raise RuleViolation("bank.chapter", "Choose chapters of the question's own subject.")


def _check_new(session: Session, subject_code: str, draft: Draft, *, itself: int | None = None) -> None:
    twin = store.fingerprints(session, subject_code).get(draft.fingerprint)
    refuse_twin(None if twin == itself else twin)


def refuse_twin(twin: int | None) -> None:
    """Raises Conflict: ``bank.duplicate`` -- there is another question that is the same."""
    if twin is not None:
        raise Conflict("bank.duplicate", "The bank already has this question (no. %(number)s).", number=twin)
