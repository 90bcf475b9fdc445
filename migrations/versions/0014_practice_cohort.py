"""How everybody who practises a subject lies, counted each night."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_cohort",
        sa.Column("subject_code", sa.String(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("answered", sa.JSON(), nullable=False),
        sa.Column("right", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_practice_cohort_subject_code")
        ),
        sa.PrimaryKeyConstraint("subject_code", name=op.f("pk_practice_cohort")),
    )


def downgrade() -> None:
    op.drop_table("practice_cohort")
