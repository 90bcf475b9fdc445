"""The log of answers, what is derived from it, and where each candidate stands.

Only the log refers to the bank by a foreign key, and its index makes that cheap to check: an import that nobody has
answered may be taken back although somebody stands on, or has marked, one of its questions.
"""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base


class AnswerRow(Base):
    """One answer, as it was given. Never edited. ``client_id`` makes sending it again harmless.

    A person's rows are in the order in which they were worked into memory: by id. ``at`` is when an answer was given;
    one that a device kept while it had no connection stands behind answers that were given later but came earlier.
    """

    __tablename__ = "practice_answer"
    __table_args__ = (
        UniqueConstraint("person_id", "client_id"),
        CheckConstraint("half_points BETWEEN 0 AND full_half_points", name="half_points_in_range"),
        CheckConstraint("sure IN ('sure', 'guessing')", name="sure"),
        CheckConstraint("took_ms >= 0", name="took_ms_positive"),
        CheckConstraint("mode IN ('learn', 'cram', 'unit', 'mock')", name="mode"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[str] = mapped_column(String(36))
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"))
    question_id: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("bank_version.id"), index=True)
    ticked: Mapped[list[int]] = mapped_column(JSON)  # places of the ticked options or points, from 0, ascending
    written: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # the words, by part of the question
    half_points: Mapped[int] = mapped_column(SmallInteger)
    full_half_points: Mapped[int] = mapped_column(SmallInteger)
    sure: Mapped[str | None] = mapped_column(String(8))  # sure, guessing; null: not said
    took_ms: Mapped[int | None]  # from shown to sent; null: not measured
    at: Mapped[datetime]
    mode: Mapped[str] = mapped_column(String(8), server_default="learn")  # a key of `rules.learning`
    # Under which weights it was worked into memory, so that it is rebuilt by the same; null: the published ones.
    weights_id: Mapped[int | None] = mapped_column(ForeignKey("practice_weights.id"))


class CorrectionRow(Base):
    """That an answer marked by hand was marked anew. The log's line stays as it was; its latest correction counts."""

    __tablename__ = "practice_correction"
    __table_args__ = (CheckConstraint("half_points >= 0", name="half_points_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("practice_answer.id"), index=True)
    ticked: Mapped[list[int]] = mapped_column(JSON)  # the points now found reached
    half_points: Mapped[int] = mapped_column(SmallInteger)
    corrected_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    corrected_at: Mapped[datetime]


class WeightsRow(Base):
    """Weights of FSRS fitted to the installation's own log. The latest row holds for every answer from then on."""

    __tablename__ = "practice_weights"

    id: Mapped[int] = mapped_column(primary_key=True)
    weights: Mapped[list[float]] = mapped_column(JSON)  # 21 numbers
    answers: Mapped[int]  # on how many forecasts they were fitted
    loss_before: Mapped[float] = mapped_column(Double)  # log-loss on answers that the fitting did not see
    loss_after: Mapped[float] = mapped_column(Double)
    fitted_at: Mapped[datetime]


class MemoryRow(Base):
    """What is kept of one question for one person: FSRS memory and notebook. Derived from the log."""

    __tablename__ = "practice_memory"
    __table_args__ = (
        Index("ix_practice_memory_due", "person_id", "subject_code", "due_at"),
        CheckConstraint("state IN (1, 2, 3)", name="state"),
        CheckConstraint("rights BETWEEN 0 AND reps", name="rights_in_range"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True)
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"))  # where it was last answered
    version_id: Mapped[int]  # which was last answered
    stability: Mapped[float] = mapped_column(Double)  # days
    difficulty: Mapped[float] = mapped_column(Double)  # 1..10
    state: Mapped[int] = mapped_column(SmallInteger)  # 1 learning, 2 review, 3 relearning
    step: Mapped[int | None] = mapped_column(SmallInteger)
    due_at: Mapped[datetime]
    last_at: Mapped[datetime]
    reps: Mapped[int]
    rights: Mapped[int]
    lapses: Mapped[int]
    mistaken_at: Mapped[datetime | None]  # the last mistake; null: never missed
    right_days: Mapped[int] = mapped_column(SmallInteger)  # on how many days right since; enough take it out
    righted_on: Mapped[date | None]


class DayRow(Base):
    """A person's practice on one office day. Derived from the log."""

    __tablename__ = "practice_day"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    answered_on: Mapped[date] = mapped_column(primary_key=True)
    answered: Mapped[int]
    rights: Mapped[int]
    took_ms: Mapped[int] = mapped_column(BigInteger)  # an answer that was not measured adds none


class PaceRow(Base):
    """How much of a day a person gives to a subject."""

    __tablename__ = "practice_pace"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes_in_range"),
        CheckConstraint("most BETWEEN 1 AND 1000", name="most_in_range"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"), primary_key=True)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    most: Mapped[int | None] = mapped_column(SmallInteger)  # questions a day; null: as many as the minutes hold
    set_at: Mapped[datetime]


class PlanRow(Base):
    """A person's latest plan of a day, kept so that it is the same on every device until the day is over."""

    __tablename__ = "practice_plan"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"), primary_key=True)
    planned_on: Mapped[date]
    planned_at: Mapped[datetime]  # what was answered since is done
    question_ids: Mapped[list[int]] = mapped_column(JSON)  # in the order in which they are asked
    reviews: Mapped[int] = mapped_column(SmallInteger)  # how many of them, from the first on, were seen before


class PlaceRow(Base):
    """Where a person stands in one scope of one subject; the latest ``used_at`` is where they were last."""

    __tablename__ = "practice_place"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    question_id: Mapped[int | None]  # null: at the end
    used_at: Mapped[datetime]


class MarkRow(Base):
    """A question that a person marked to find it again."""

    __tablename__ = "practice_mark"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True)
    marked_at: Mapped[datetime]


class NoteRow(Base):
    """What a person wrote for themselves beside a question."""

    __tablename__ = "practice_note"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]
    written_at: Mapped[datetime]


class HabitRow(Base):
    """How a person wants the notebook kept. Without a row it is kept as the rules propose."""

    __tablename__ = "practice_habit"
    __table_args__ = (CheckConstraint("days_to_leave BETWEEN 1 AND 5", name="days_in_range"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    days_to_leave: Mapped[int] = mapped_column(SmallInteger)
    set_at: Mapped[datetime]


class CauseRow(Base):
    """Why a person missed a question, by their own judgement; there may be several reasons."""

    __tablename__ = "practice_cause"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(String(12), primary_key=True)


class TagRow(Base):
    """A word under which a person gathers questions."""

    __tablename__ = "practice_tag"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(20))


class TaggedRow(Base):
    """That a question stands under a person's tag."""

    __tablename__ = "practice_tagged"

    tag_id: Mapped[int] = mapped_column(ForeignKey("practice_tag.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True)


class CohortRow(Base):
    """How everybody who practised a subject lately lies, as quantiles; written anew each night, about nobody."""

    __tablename__ = "practice_cohort"

    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"), primary_key=True)
    counted_on: Mapped[date]
    persons: Mapped[int]
    answered: Mapped[list[float]] = mapped_column(JSON)  # five quantiles of answers (rules/mastery.MARKS)
    right: Mapped[list[float]] = mapped_column(JSON)  # and of the share that was right


class AssignmentRow(Base):
    """Questions that a trainer set to persons, up to a day. Never deleted: it may be cancelled, with the reason.

    Which questions and to whom was settled when it was set; a question retired since is asked of nobody.
    """

    __tablename__ = "practice_assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject_code: Mapped[str] = mapped_column(ForeignKey("syllabus_subject.code"))
    title: Mapped[str] = mapped_column(String(80))
    question_ids: Mapped[list[int]] = mapped_column(JSON)  # in the order in which they are asked
    due_on: Mapped[date] = mapped_column(index=True)  # the last day that is in time
    set_at: Mapped[datetime]  # answers from then on count
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(String(200))


class GivenRow(Base):
    """That an assignment was set to a person."""

    __tablename__ = "practice_given"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("practice_assignment.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class PostRow(Base):
    """What a candidate asked about a question, and what a trainer said to it. Others see it once it is shown."""

    __tablename__ = "practice_post"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'shown', 'hidden')", name="state"),
        CheckConstraint("(state = 'hidden') = (reason IS NOT NULL)", name="hidden_why"),
        CheckConstraint("withdrawn_at IS NULL OR state = 'waiting'", name="withdrawn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(index=True)
    version_id: Mapped[int]  # what the candidate had before them
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), index=True)
    folded: Mapped[str]  # words and answer as `bank.searching.fold` writes them
    answer: Mapped[str]
    reason: Mapped[str | None]  # why it is hidden
    helped_at: Mapped[datetime | None]  # since when the asker says that the answer helped
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]  # since when nobody but the asker sees it, by their own wish


class WordingRow(Base):
    """What somebody had said before it was said otherwise: beside a question of the bank, or in a class above us."""

    __tablename__ = "practice_wording"
    __table_args__ = (
        CheckConstraint("kind IN ('post', 'answer', 'question', 'reply')", name="kind"),
        Index("ix_practice_wording_thing", "kind", "thing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    thing_id: Mapped[int]
    words: Mapped[str]
    replaced_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    replaced_at: Mapped[datetime]
