"""What is learnt beside the sessions: materials of classes and courses, and who has opened them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from examprep.plumbing.db import Base, pk


class MaterialRow(Base):
    """A file or a link of one class, or of all classes of a course. Taken away, it is kept with the reason."""

    __tablename__ = "training_material"
    __table_args__ = (
        CheckConstraint("kind IN ('file', 'link')", name="kind"),
        CheckConstraint("(kind = 'link') = (link IS NOT NULL)", name="link"),
        CheckConstraint("(kind = 'file') = (file_kind IS NOT NULL)", name="file"),
        CheckConstraint("file_kind IN ('pdf', 'png', 'jpeg', 'docx', 'pptx', 'xlsx')", name="file_kind"),
        CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name="voided"),
        Index("ix_training_material_course_class", "course_id", "class_id", "place"),
    )

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("training_course.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)  # null: all of the course
    place: Mapped[int]  # the order among those of the same course and class
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(String(4))
    link: Mapped[str | None]
    file_name: Mapped[str | None]
    file_kind: Mapped[str | None] = mapped_column(String(4))
    size: Mapped[int | None]  # bytes
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # sealed
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why it was taken away


class OpeningRow(Base):
    """That a learner opened a material: the first time, the last, and how often."""

    __tablename__ = "training_material_opening"

    material_id: Mapped[int] = mapped_column(ForeignKey("training_material.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
