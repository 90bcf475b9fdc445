"""Transcripts as they were issued, and the fingerprints of their files."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ce_transcript",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_ce_transcript_days")),
        sa.ForeignKeyConstraint(["issued_by"], ["person.id"], name=op.f("fk_ce_transcript_issued_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_transcript_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_transcript")),
        sa.UniqueConstraint("number", name=op.f("uq_ce_transcript_number")),
    )
    with op.batch_alter_table("ce_transcript", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_transcript_person_id"), ["person_id"], unique=False)

    op.create_table(
        "ce_transcript_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["ce_transcript.id"], name=op.f("fk_ce_transcript_file_transcript_id")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_ce_transcript_file")),
    )
    with op.batch_alter_table("ce_transcript_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_transcript_file_transcript_id"), ["transcript_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("ce_transcript_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ce_transcript_file_transcript_id"))

    op.drop_table("ce_transcript_file")
    with op.batch_alter_table("ce_transcript", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ce_transcript_person_id"))

    op.drop_table("ce_transcript")
