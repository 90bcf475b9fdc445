"""Answers to a class's feedback, kept so that they name nobody."""

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base


class FeedbackRow(Base):
    """One person's answer. There is no person, no instant and no number that rises in it.

    While it can be changed, ``key`` is a keyed hash of class and person, which only this installation's data key can
    work out; afterwards it is drawn by lot (``FeedbackEndRow``), and nobody can.
    """

    __tablename__ = "training_feedback"
    __table_args__ = (
        CheckConstraint("useful BETWEEN 1 AND 5", name="useful"),
        CheckConstraint("clear BETWEEN 1 AND 5", name="clear"),
        CheckConstraint("suited BETWEEN 1 AND 5", name="suited"),
        {"sqlite_with_rowid": False},  # a row's number would tell the order of answering
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    useful: Mapped[int] = mapped_column(SmallInteger)
    clear: Mapped[int] = mapped_column(SmallInteger)
    suited: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(default="")


class FeedbackEndRow(Base):
    """A class whose answers were cut from those who gave them: none is added or changed any more."""

    __tablename__ = "training_feedback_end"

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), primary_key=True, autoincrement=False)
