"""Mock exams; the log of answers knows those given in one."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _modes("mode IN ('learn', 'cram', 'unit', 'mock')")
    op.create_table(
        "mock_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(), nullable=False),
        sa.Column("syllabus", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("half_points", sa.SmallInteger(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keys", sa.String(length=8), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("minutes > 0", name="ck_mock_paper_minutes_positive"),
        sa.CheckConstraint("half_points > 0", name="ck_mock_paper_half_points_positive"),
        sa.CheckConstraint("keys IN ('at-once', 'after')", name="ck_mock_paper_keys"),
        sa.CheckConstraint("(organisation_id IS NULL) = (opens_at IS NULL)", name="ck_mock_paper_set_with_window"),
        sa.CheckConstraint("(opens_at IS NULL) = (closes_at IS NULL)", name="ck_mock_paper_window_whole"),
        sa.CheckConstraint("(taken_back_at IS NULL) = (reason IS NULL)", name="ck_mock_paper_taken_back_why"),
        sa.ForeignKeyConstraint(["subject_code"], ["syllabus_subject.code"], name="fk_mock_paper_subject_code"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_mock_paper_made_by"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_mock_paper_organisation_id"),
        sa.ForeignKeyConstraint(["taken_back_by"], ["person.id"], name="fk_mock_paper_taken_back_by"),
        sa.PrimaryKeyConstraint("id", name="pk_mock_paper"),
    )
    op.create_index("ix_mock_paper_organisation_id", "mock_paper", ["organisation_id"])
    op.create_table(
        "mock_item",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("chapter_id", sa.Integer(), nullable=True),
        sa.Column("half_points", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["mock_paper.id"], name="fk_mock_item_paper_id"),
        sa.ForeignKeyConstraint(["version_id"], ["bank_version.id"], name="fk_mock_item_version_id"),
        sa.PrimaryKeyConstraint("paper_id", "position", name="pk_mock_item"),
        sa.UniqueConstraint("paper_id", "question_id", name="uq_mock_item_paper_id_question_id"),
    )
    op.create_index("ix_mock_item_version_id", "mock_item", ["version_id"])
    op.create_table(
        "mock_given",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["mock_paper.id"], name="fk_mock_given_paper_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mock_given_person_id"),
        sa.PrimaryKeyConstraint("paper_id", "person_id", name="pk_mock_given"),
    )
    op.create_index("ix_mock_given_person_id", "mock_given", ["person_id"])
    op.create_table(
        "mock_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=8), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("half_points", sa.SmallInteger(), nullable=True),
        sa.Column("full_half_points", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("ends_at > begun_at", name="ck_mock_attempt_ends_after_beginning"),
        sa.CheckConstraint("ended_by IN ('person', 'time')", name="ck_mock_attempt_ended_by"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_mock_attempt_ended_whole"),
        sa.CheckConstraint("ended_at IS NULL OR discarded_at IS NULL", name="ck_mock_attempt_ended_or_discarded"),
        sa.CheckConstraint("marked_at IS NULL OR ended_at IS NOT NULL", name="ck_mock_attempt_marked_after_end"),
        sa.CheckConstraint("half_points BETWEEN 0 AND full_half_points", name="ck_mock_attempt_half_points_in_range"),
        sa.ForeignKeyConstraint(["paper_id"], ["mock_paper.id"], name="fk_mock_attempt_paper_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mock_attempt_person_id"),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name="fk_mock_attempt_marked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_mock_attempt"),
        sa.UniqueConstraint("paper_id", "person_id", name="uq_mock_attempt_paper_id_person_id"),
    )
    op.create_index("ix_mock_attempt_person_id", "mock_attempt", ["person_id"])
    op.create_index("ix_mock_attempt_ends_at", "mock_attempt", ["ends_at"])
    under_way = sa.text("ended_at IS NULL AND discarded_at IS NULL")
    op.create_index(
        "uq_mock_attempt_under_way",
        "mock_attempt",
        ["person_id"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )
    op.create_table(
        "mock_answer",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("ticked", sa.JSON(), nullable=False),
        sa.Column("written", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("half_points", sa.SmallInteger(), nullable=True),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["mock_attempt.id"], name="fk_mock_answer_attempt_id"),
        sa.PrimaryKeyConstraint("attempt_id", "position", name="pk_mock_answer"),
    )


def downgrade() -> None:
    for table in ("mock_answer", "mock_attempt", "mock_given", "mock_item", "mock_paper"):
        op.drop_table(table)
    op.execute("UPDATE practice_answer SET mode = 'learn' WHERE mode = 'mock'")
    _modes("mode IN ('learn', 'cram', 'unit')")


def _modes(condition: str) -> None:
    with op.batch_alter_table("practice_answer") as batch:
        batch.drop_constraint("ck_practice_answer_mode", type_="check")
        batch.create_check_constraint("ck_practice_answer_mode", condition)
