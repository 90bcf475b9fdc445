"""Questions, their versions, where they stand in the syllabus, and the mark that says the bank has changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk

# Versions are kept in memory by id, so on SQLite too an id must never be given a second time, even after an undo.
NEVER_REUSED = {"sqlite_autoincrement": True}


class QuestionRow(Base):
    """A question: whose it is, its state, and the number of the version that counts now.

    ``proposed_number`` is a later version whose key differs and that waits for a second person's consent.
    """

    __tablename__ = "bank_question"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'review', 'published', 'retired')", name="state"),
        Index("ix_bank_question_subject_state", "subject_code", "state"),
        NEVER_REUSED,
    )

    id: Mapped[pk]
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[str]
    current_number: Mapped[int]
    batch_id: Mapped[int | None] = mapped_column(index=True)  # the import that created the row
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    proposed_number: Mapped[int | None]
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # who is to look after it


class VersionRow(Base):
    """What a question said from one edit to the next. Once published it is never changed."""

    __tablename__ = "bank_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("difficulty BETWEEN 0 AND 1", name="difficulty_is_a_share"),
        CheckConstraint("markup IN ('plain', 'html')", name="markup"),
        NEVER_REUSED,
    )

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("bank_question.id"))
    number: Mapped[int]
    type: Mapped[str]
    markup: Mapped[str] = mapped_column(String(8))  # of every text of the version
    passage: Mapped[str]  # what several questions share; empty without one
    passage_mark: Mapped[str | None] = mapped_column(String(64), index=True)  # tells the questions of one passage
    stem: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # as the question type writes it
    key: Mapped[str]  # letters, for lists and files; empty where it is answered in words
    explanation: Mapped[str]
    author: Mapped[str]
    source: Mapped[str]
    cites: Mapped[list[str]] = mapped_column(JSON)
    law_as_of: Mapped[date | None]
    difficulty: Mapped[float | None]  # the share expected to answer right
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)  # of stem and source: tells the same question
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # set by the first answer; from then on the row cannot be deleted
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # the second person, where one was needed


class QuestionChapterRow(Base):
    """A chapter a question belongs to; it may belong to several, in several syllabus versions."""

    __tablename__ = "bank_question_chapter"

    question_id: Mapped[int] = mapped_column(ForeignKey("bank_question.id"), primary_key=True)
    chapter_id: Mapped[int] = mapped_column(ForeignKey("syllabus_chapter.id"), primary_key=True, index=True)


class TagRow(Base):
    """A word that keepers put on a question to find it again."""

    __tablename__ = "bank_tag"

    question_id: Mapped[int] = mapped_column(ForeignKey("bank_question.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class TextRow(Base):
    """The words of a question's current version as the search compares them. Derived: `searching.py` makes it."""

    __tablename__ = "bank_text"

    question_id: Mapped[int] = mapped_column(ForeignKey("bank_question.id"), primary_key=True, autoincrement=False)
    words: Mapped[str]


class MediaRow(Base):
    """A picture that texts show, by the hash of its content; drawn anew by us, never as it was sent."""

    __tablename__ = "bank_media"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    mimetype: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    kept_at: Mapped[datetime]


class RulingRow(Base):
    """How the answers to a version count since it was found wrong. Never edited, only reversed.

    ``remark``: by the key of ``by_version_id``; ``accept``: by either key, whichever earns more; ``void``: not at all.
    Of several that stand on one version the latest counts.
    """

    __tablename__ = "bank_ruling"
    __table_args__ = (
        CheckConstraint("treatment IN ('remark', 'accept', 'void')", name="treatment"),
        CheckConstraint("(treatment = 'void') = (by_version_id IS NULL)", name="void_has_no_key"),
        NEVER_REUSED,
    )

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("bank_question.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), index=True)
    by_version_id: Mapped[int | None] = mapped_column(ForeignKey("bank_version.id"))
    treatment: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str]
    ruled_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ruled_at: Mapped[datetime]
    reversed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reversed_at: Mapped[datetime | None]


class LawChangeRow(Base):
    """A statute that changed: questions that cite it as it stood before are to be read again."""

    __tablename__ = "bank_law_change"

    id: Mapped[pk]
    statute: Mapped[str] = mapped_column(String(200), index=True)  # its name as cited, without 《》
    changed_on: Mapped[date]  # the day from which the new text is in force
    note: Mapped[str]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class LawReadingRow(Base):
    """A question that its keeper read again after a statute changed, and that stays as it is."""

    __tablename__ = "bank_law_reading"

    change_id: Mapped[int] = mapped_column(ForeignKey("bank_law_change.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("bank_question.id"), primary_key=True)
    read_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime]


class ReportRow(Base):
    """What a candidate says is wrong with a question, and what its keepers answered; one open per person and question.

    Without foreign keys to the bank: an import that nobody has answered may be taken back although it was reported.
    """

    __tablename__ = "bank_report"
    __table_args__ = (
        CheckConstraint("kind IN ('key', 'stem', 'law', 'explanation', 'other')", name="kind"),
        CheckConstraint("state IN ('open', 'mended', 'kept')", name="state"),
        Index(
            "uq_bank_report_open",
            "person_id",
            "question_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(index=True)
    version_id: Mapped[int]  # what the candidate had before them
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    words: Mapped[str]
    reported_at: Mapped[datetime]
    state: Mapped[str]
    reply: Mapped[str]  # empty while the report is open
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
