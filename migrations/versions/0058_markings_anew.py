"""A finished marking of a mock may be changed; the log of answers takes a further line for it."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticked", sa.JSON(), nullable=False),
        sa.Column("half_points", sa.SmallInteger(), nullable=False),
        sa.Column("corrected_by", sa.Integer(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("half_points >= 0", name="ck_practice_correction_half_points_not_negative"),
        sa.ForeignKeyConstraint(["answer_id"], ["practice_answer.id"], name="fk_practice_correction_answer_id"),
        sa.ForeignKeyConstraint(["corrected_by"], ["person.id"], name="fk_practice_correction_corrected_by"),
        sa.PrimaryKeyConstraint("id", name="pk_practice_correction"),
    )
    op.create_index("ix_practice_correction_answer_id", "practice_correction", ["answer_id"])
    op.create_table(
        "mock_remarking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("half_points_before", sa.SmallInteger(), nullable=False),
        sa.Column("half_points_after", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["mock_attempt.id"], name="fk_mock_remarking_attempt_id"),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name="fk_mock_remarking_marked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_mock_remarking"),
    )
    op.create_index("ix_mock_remarking_attempt_id", "mock_remarking", ["attempt_id"])
    op.create_index(
        "ix_mock_answer_to_log",
        "mock_answer",
        ["attempt_id"],
        sqlite_where=sa.text("logged IS 0 AND half_points IS NOT NULL"),
        postgresql_where=sa.text("logged IS false AND half_points IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_mock_answer_to_log", "mock_answer")
    op.drop_table("mock_remarking")
    op.drop_table("practice_correction")
