"""The search over the words of questions: what they are, how they are kept up to date, and how they are compared.

Chinese is written without blanks, so a search is for a piece of text wherever it stands. The words of every question
stand in one narrow row, folded alike, and a search compares them all: some 35 ms for 12,000 questions on SQLite.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from sqlalchemy import ColumnElement, Table, delete, false, insert, or_, select
from sqlalchemy.orm import Session

from examprep.bank import store
from examprep.bank.markup import HTML, plain
from examprep.bank.models import QuestionRow, TagRow, TextRow, VersionRow
from examprep.bank.types.registry import Content
from examprep.bank.values import Draft
from examprep.kernel.widths import narrow
from examprep.people.bulk import chunks

WORDS_LIMIT = 6
PIECE = 6  # characters: few questions share as many by chance
_AT_ONCE = 1_000


def fold(text: str) -> str:
    """Texts that read alike, written alike: widths, letter case and runs of blanks apart."""
    return " ".join(narrow(text).split()).casefold()


def matches(words: str) -> ColumnElement[bool]:
    """That a question has every one of the words, which blanks part; a number is also a question's own."""
    asked = fold(words).split()[:WORDS_LIMIT]
    found = QuestionRow.id.in_(
        select(TextRow.question_id).where(*(TextRow.words.contains(word, autoescape=True) for word in asked))
    )
    if len(asked) == 1 and asked[0].isascii() and asked[0].isdecimal() and len(asked[0]) < 10:
        return or_(QuestionRow.id == int(asked[0]), found)
    return found


def like(stem: str) -> ColumnElement[bool]:
    """That a question holds one of some longer pieces of a stem, as one that says almost the same would."""
    clauses = sorted(re.findall(r"\w{4,}", fold(stem)), key=len, reverse=True)[:WORDS_LIMIT]
    pieces = [clause[len(clause) // 2 - 2 :][:PIECE] for clause in clauses]
    if not pieces:
        return false()
    return QuestionRow.id.in_(select(TextRow.question_id).where(or_(*(TextRow.words.contains(one) for one in pieces))))


def add(session: Session, drafts: Iterable[tuple[int, Draft]]) -> None:
    """Keep the words of new questions: (id, draft)."""
    rows = [{"question_id": question_id, "words": _of_draft(draft)} for question_id, draft in drafts]
    if rows:
        # To the table itself: for many rows the ORM's bookkeeping costs more than the database.
        session.execute(cast(Table, TextRow.__table__).insert(), rows)


def refresh(session: Session, question_ids: Sequence[int]) -> None:
    """Make the words of questions anew, after their version or their tags changed."""
    for some in chunks(question_ids, _AT_ONCE):
        _replace(session, some, _wanted(session, some))


def fill(session: Session) -> None:
    """Make the words of questions that have none yet, as after an upgrade."""
    without = select(QuestionRow.id).where(QuestionRow.id.not_in(select(TextRow.question_id)))
    refresh(session, session.scalars(without).all())


def differences(session: Session, repair: bool) -> Iterator[str]:
    """Where ``bank_text`` is not what the current versions make of it."""
    ids = session.scalars(select(QuestionRow.id).order_by(QuestionRow.id)).all()
    for some in chunks(ids, _AT_ONCE):
        wanted = _wanted(session, some)
        rows = session.execute(select(TextRow.question_id, TextRow.words).where(TextRow.question_id.in_(some)))
        found: dict[int, str] = {row.question_id: row.words for row in rows}
        wrong = [question_id for question_id in some if wanted.get(question_id) != found.get(question_id)]
        for question_id in wrong:
            difference = "is not what the question says" if question_id in found else "is missing"
            yield f"bank_text {question_id}: {difference}"
        if repair:
            _replace(session, wrong, wanted)


def _replace(session: Session, question_ids: Sequence[int], wanted: Mapping[int, str]) -> None:
    if not question_ids:
        return
    session.execute(delete(TextRow).where(TextRow.question_id.in_(question_ids)))
    session.execute(insert(TextRow), [{"question_id": one, "words": wanted[one]} for one in question_ids])


def _wanted(session: Session, question_ids: Sequence[int]) -> dict[int, str]:
    tags: dict[int, list[str]] = {}
    for question_id, tag in session.execute(
        select(TagRow.question_id, TagRow.tag).where(TagRow.question_id.in_(question_ids)).order_by(TagRow.tag)
    ):
        tags.setdefault(question_id, []).append(tag)
    rows = session.scalars(select(VersionRow).join(QuestionRow, store.CURRENT).where(QuestionRow.id.in_(question_ids)))
    return {
        row.question_id: _words(
            row.markup,
            (row.stem, row.passage, row.explanation),
            store.content(row),
            (*row.cites, row.source, row.author, *tags.get(row.question_id, ())),
        )
        for row in rows
    }


def _of_draft(draft: Draft) -> str:
    around = (*draft.cites, draft.source, draft.author, *sorted(draft.tags))
    return _words(draft.markup, (draft.stem, draft.passage, draft.explanation), draft.content, around)


def _words(markup: str, texts: Sequence[str], content: Content, around: Sequence[str]) -> str:
    """Every text on a line of its own, so that no word is found across two of them."""
    read = (*texts, *content.texts())
    if markup == HTML:
        read = tuple(plain(text, markup) for text in read)
    return "\n".join(fold(text) for text in (*read, *around) if text)
