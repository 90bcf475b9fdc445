"""The tables of practice."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_day",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("rights", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_day_person_id")),
        sa.PrimaryKeyConstraint("person_id", "answered_on", name=op.f("pk_practice_day")),
    )
    op.create_table(
        "practice_mark",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_mark_person_id")),
        sa.PrimaryKeyConstraint("person_id", "question_id", name=op.f("pk_practice_mark")),
    )
    op.create_table(
        "practice_memory",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("stability", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("rights", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("mistaken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("right_days", sa.SmallInteger(), nullable=False),
        sa.Column("righted_on", sa.Date(), nullable=True),
        sa.CheckConstraint("rights BETWEEN 0 AND reps", name=op.f("ck_practice_memory_rights_in_range")),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_practice_memory_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_memory_person_id")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_practice_memory_subject_code")
        ),
        sa.PrimaryKeyConstraint("person_id", "question_id", name=op.f("pk_practice_memory")),
    )
    with op.batch_alter_table("practice_memory", schema=None) as batch_op:
        batch_op.create_index("ix_practice_memory_due", ["person_id", "subject_code", "due_at"], unique=False)

    op.create_table(
        "practice_place",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=24), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_place_person_id")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_practice_place_subject_code")
        ),
        sa.PrimaryKeyConstraint("person_id", "subject_code", "scope", name=op.f("pk_practice_place")),
    )
    op.create_table(
        "practice_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ticked", sa.JSON(), nullable=False),
        sa.Column("half_points", sa.SmallInteger(), nullable=False),
        sa.Column("full_half_points", sa.SmallInteger(), nullable=False),
        sa.Column("sure", sa.String(length=8), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sure IN ('sure', 'guessing')", name=op.f("ck_practice_answer_sure")),
        sa.CheckConstraint(
            "half_points BETWEEN 0 AND full_half_points", name=op.f("ck_practice_answer_half_points_in_range")
        ),
        sa.CheckConstraint("took_ms >= 0", name=op.f("ck_practice_answer_took_ms_positive")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_answer_person_id")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_practice_answer_subject_code")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["bank_version.id"], name=op.f("fk_practice_answer_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_answer")),
        sa.UniqueConstraint("person_id", "client_id", name=op.f("uq_practice_answer_person_id_client_id")),
    )
    with op.batch_alter_table("practice_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_answer_version_id"), ["version_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("practice_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_practice_answer_version_id"))

    op.drop_table("practice_answer")
    op.drop_table("practice_place")
    with op.batch_alter_table("practice_memory", schema=None) as batch_op:
        batch_op.drop_index("ix_practice_memory_due")

    op.drop_table("practice_memory")
    op.drop_table("practice_mark")
    op.drop_table("practice_day")
