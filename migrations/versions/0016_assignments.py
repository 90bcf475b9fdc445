"""Assignments: questions that a trainer sets to persons, up to a day."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(64), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("question_ids", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_practice_assignment_organisation_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_practice_assignment_set_by")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["person.id"], name=op.f("fk_practice_assignment_cancelled_by")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_practice_assignment_subject_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_assignment")),
    )
    for column in ("organisation_id", "due_on"):
        op.create_index(op.f(f"ix_practice_assignment_{column}"), "practice_assignment", [column])
    op.create_table(
        "practice_given",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["practice_assignment.id"], name=op.f("fk_practice_given_assignment_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_given_person_id")),
        sa.PrimaryKeyConstraint("assignment_id", "person_id", name=op.f("pk_practice_given")),
    )
    op.create_index(op.f("ix_practice_given_person_id"), "practice_given", ["person_id"])


def downgrade() -> None:
    op.drop_table("practice_given")
    op.drop_table("practice_assignment")
