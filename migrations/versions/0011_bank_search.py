"""The words of every question for the search, and who read a question again after a statute changed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Filled by the loading of data that follows every upgrade: the words of marked-up texts are not to be had in SQL.
    op.create_table(
        "bank_text",
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["bank_question.id"], name=op.f("fk_bank_text_question_id")),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_bank_text")),
    )
    op.create_table(
        "bank_law_reading",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("read_by", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["bank_law_change.id"], name=op.f("fk_bank_law_reading_change_id")),
        sa.ForeignKeyConstraint(["question_id"], ["bank_question.id"], name=op.f("fk_bank_law_reading_question_id")),
        sa.ForeignKeyConstraint(["read_by"], ["person.id"], name=op.f("fk_bank_law_reading_read_by")),
        sa.PrimaryKeyConstraint("change_id", "question_id", name=op.f("pk_bank_law_reading")),
    )


def downgrade() -> None:
    op.drop_table("bank_law_reading")
    op.drop_table("bank_text")
