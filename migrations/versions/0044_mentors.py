"""Mentors with their places and strengths, free times, why pairs were made and ended, meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_mentor",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("chapters", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("places > 0", name="ck_training_mentor_places"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_training_mentor_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_training_mentor"),
    )
    op.create_table(
        "training_free_times",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_training_free_times_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_training_free_times"),
    )
    op.create_table(
        "training_mentor_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("mentor_line_id", sa.Integer(), nullable=True),
        sa.Column("mentee_line_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 1 AND 720", name="ck_training_mentor_meeting_minutes"),
        sa.CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name="ck_training_mentor_meeting_voided"),
        sa.ForeignKeyConstraint(["pair_id"], ["training_mentor_pair.id"], name="fk_training_mentor_meeting_pair_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_training_mentor_meeting_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_training_mentor_meeting"),
    )
    op.create_index("ix_training_mentor_meeting_pair_id", "training_mentor_meeting", ["pair_id"])
    with op.batch_alter_table("training_mentor_pair") as batch:
        batch.add_column(sa.Column("reasons", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("reason", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("training_mentor_pair") as batch:
        batch.drop_column("reason")
        batch.drop_column("reasons")
    op.drop_table("training_mentor_meeting")
    op.drop_table("training_free_times")
    op.drop_table("training_mentor")
