"""Notes beside questions, and errors that candidates report in them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('key', 'stem', 'law', 'explanation', 'other')", name=op.f("ck_bank_report_kind")),
        sa.CheckConstraint("state IN ('open', 'mended', 'kept')", name=op.f("ck_bank_report_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bank_report_person_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_bank_report_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_report")),
    )
    with op.batch_alter_table("bank_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_report_question_id"), ["question_id"], unique=False)
        batch_op.create_index(
            "uq_bank_report_open",
            ["person_id", "question_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "practice_note",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_note_person_id")),
        sa.PrimaryKeyConstraint("person_id", "question_id", name=op.f("pk_practice_note")),
    )


def downgrade() -> None:
    op.drop_table("practice_note")
    with op.batch_alter_table("bank_report", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bank_report_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_bank_report_question_id"))

    op.drop_table("bank_report")
