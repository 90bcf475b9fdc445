"""Transcripts that were issued, and the fingerprints of their files."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from examprep.plumbing.db import Base, pk


class TranscriptRow(Base):
    """A transcript (学时证明) as it was issued and signed. Never edited; what the ledger says later is compared.

    ``number`` and ``code`` are both drawn at random: whoever has the paper can check it, nobody can try them out.
    """

    __tablename__ = "ce_transcript"
    __table_args__ = (CheckConstraint("until > since", name="days"),)

    id: Mapped[pk]
    number: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date]  # the first day that it does not tell of
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    issued_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime]


class TranscriptFileRow(Base):
    """The SHA-256 of a PDF that was handed out: any other file is none of ours, or was altered."""

    __tablename__ = "ce_transcript_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("ce_transcript.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    made_at: Mapped[datetime]
