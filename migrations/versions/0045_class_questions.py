"""Questions and answers of classes."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('shown', 'hidden')", name="ck_training_question_state"),
        sa.CheckConstraint("(state = 'hidden') = (reason IS NOT NULL)", name="ck_training_question_hidden_why"),
        sa.CheckConstraint("(answer_id IS NULL) = (answered_at IS NULL)", name="ck_training_question_answered"),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name="fk_training_question_class_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_training_question_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_training_question"),
    )
    op.create_index("ix_training_question_class_asked", "training_question", ["class_id", "asked_at"])
    op.create_index("ix_training_question_person_id", "training_question", ["person_id"])
    op.create_table(
        "training_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('shown', 'hidden')", name="ck_training_reply_state"),
        sa.CheckConstraint("(state = 'hidden') = (reason IS NOT NULL)", name="ck_training_reply_hidden_why"),
        sa.ForeignKeyConstraint(["question_id"], ["training_question.id"], name="fk_training_reply_question_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_training_reply_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_training_reply"),
    )
    op.create_index("ix_training_reply_question_id", "training_reply", ["question_id"])
    op.create_index("ix_training_reply_person_id", "training_reply", ["person_id"])


def downgrade() -> None:
    op.drop_table("training_reply")
    op.drop_table("training_question")
