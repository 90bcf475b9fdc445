"""Copies of a whole season: which classes were made in one act, of which, and whether it was taken back."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class SeasonCopyRow(Base):
    """Several classes copied in one act."""

    __tablename__ = "training_season_copy"

    id: Mapped[pk]
    first_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class SeasonClassRow(Base):
    """A class that was made by such an act, and the one it copies."""

    __tablename__ = "training_season_class"

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), primary_key=True, autoincrement=False)
    copy_id: Mapped[int] = mapped_column(ForeignKey("training_season_copy.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
