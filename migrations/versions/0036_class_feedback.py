"""Feedback on classes, without persons and instants; and which classes' answers were cut from their givers."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_feedback",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("useful", sa.SmallInteger(), nullable=False),
        sa.Column("clear", sa.SmallInteger(), nullable=False),
        sa.Column("suited", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.CheckConstraint("useful BETWEEN 1 AND 5", name=op.f("ck_training_feedback_useful")),
        sa.CheckConstraint("clear BETWEEN 1 AND 5", name=op.f("ck_training_feedback_clear")),
        sa.CheckConstraint("suited BETWEEN 1 AND 5", name=op.f("ck_training_feedback_suited")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_feedback_class_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_training_feedback")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_training_feedback_class_id"), "training_feedback", ["class_id"])
    op.create_table(
        "training_feedback_end",
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_feedback_end_class_id")),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_training_feedback_end")),
    )


def downgrade() -> None:
    op.drop_table("training_feedback_end")
    op.drop_index(op.f("ix_training_feedback_class_id"), "training_feedback")
    op.drop_table("training_feedback")
