"""The notebook's own rule, causes and tags.

A question that has left a notebook now keeps its last mistake and its count of days, so that another rule can be
chosen later. Rows from before lack both; `examprep verify --repair` makes them from the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_habit",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("days_to_leave", sa.SmallInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days_to_leave BETWEEN 1 AND 5", name=op.f("ck_practice_habit_days_in_range")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_habit_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_practice_habit")),
    )
    op.create_table(
        "practice_cause",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_cause_person_id")),
        sa.PrimaryKeyConstraint("person_id", "question_id", "cause", name=op.f("pk_practice_cause")),
    )
    op.create_table(
        "practice_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_tag_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_tag")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_practice_tag_person_id_name")),
    )
    op.create_table(
        "practice_tagged",
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["practice_tag.id"], name=op.f("fk_practice_tagged_tag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag_id", "question_id", name=op.f("pk_practice_tagged")),
    )


def downgrade() -> None:
    for table in ("practice_tagged", "practice_tag", "practice_cause", "practice_habit"):
        op.drop_table(table)
    # The older program takes every question with a mistake to be in the notebook still.
    op.execute("UPDATE practice_memory SET mistaken_at = NULL, right_days = 0, righted_on = NULL WHERE right_days >= 2")
