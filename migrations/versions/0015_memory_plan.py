"""Crammed answers, fitted weights, and a person's pace and plan of the day.

Luck and time count in what an answer teaches from now on; `examprep verify --repair` works in by the same what was
answered before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ADDED = (
    (
        "practice_answer",
        "mode VARCHAR(8) DEFAULT 'learn' NOT NULL CONSTRAINT ck_practice_answer_mode CHECK (mode IN ('learn', 'cram'))",
    ),
    (
        "practice_answer",
        "weights_id INTEGER CONSTRAINT fk_practice_answer_weights_id REFERENCES practice_weights (id)",
    ),
)


def upgrade() -> None:
    op.create_table(
        "practice_weights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("loss_before", sa.Double(), nullable=False),
        sa.Column("loss_after", sa.Double(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_weights")),
    )
    op.create_table(
        "practice_pace",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("most", sa.SmallInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_practice_pace_minutes_in_range")),
        sa.CheckConstraint("most BETWEEN 1 AND 1000", name=op.f("ck_practice_pace_most_in_range")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_pace_person_id")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_practice_pace_subject_code")
        ),
        sa.PrimaryKeyConstraint("person_id", "subject_code", name=op.f("pk_practice_pace")),
    )
    op.create_table(
        "practice_plan",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question_ids", sa.JSON(), nullable=False),
        sa.Column("reviews", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_plan_person_id")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_practice_plan_subject_code")
        ),
        sa.PrimaryKeyConstraint("person_id", "subject_code", name=op.f("pk_practice_plan")),
    )
    for table, column in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def downgrade() -> None:
    # SQLite drops no column that a constraint of the whole table names, as they do once the table was made anew.
    with op.batch_alter_table("practice_answer") as batch:
        batch.drop_column("weights_id")
        batch.drop_constraint("ck_practice_answer_mode", type_="check")
        batch.drop_column("mode")
    op.drop_table("practice_plan")
    op.drop_table("practice_pace")
    op.drop_table("practice_weights")
