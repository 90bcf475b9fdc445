"""The tables of syllabus bank."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "syllabus_key_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("certainty", sa.String(length=1), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=op.f("ck_syllabus_key_date_certainty")),
        sa.CheckConstraint(
            "kind IN ('registration', 'fee', 'ticket', 'exam', 'scores')", name=op.f("ck_syllabus_key_date_kind")
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_syllabus_key_date_days_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_syllabus_key_date")),
        sa.UniqueConstraint(
            "exam_year", "kind", "region_code", name=op.f("uq_syllabus_key_date_exam_year_kind_region_code")
        ),
    )
    with op.batch_alter_table("syllabus_key_date", schema=None) as batch_op:
        batch_op.create_index(
            "uq_syllabus_key_date_national",
            ["exam_year", "kind"],
            unique=True,
            sqlite_where=sa.text("region_code IS NULL"),
            postgresql_where=sa.text("region_code IS NULL"),
        )

    op.create_table(
        "syllabus_level",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_syllabus_level")),
        sa.UniqueConstraint("rank", name=op.f("uq_syllabus_level_rank")),
    )
    op.create_table(
        "syllabus_version",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("first_exam_year", sa.Integer(), nullable=False),
        sa.Column("last_exam_year", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint(
            "last_exam_year IS NULL OR last_exam_year >= first_exam_year",
            name=op.f("ck_syllabus_version_years_in_order"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_syllabus_version")),
        sa.UniqueConstraint("first_exam_year", name=op.f("uq_syllabus_version_first_exam_year")),
    )
    op.create_table(
        "syllabus_subject",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("level_code", sa.String(length=8), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("objective", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_syllabus_subject_minutes_positive")),
        sa.ForeignKeyConstraint(["level_code"], ["syllabus_level.code"], name=op.f("fk_syllabus_subject_level_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_syllabus_subject")),
    )
    with op.batch_alter_table("syllabus_subject", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_syllabus_subject_level_code"), ["level_code"], unique=False)

    op.create_table(
        "syllabus_chapter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_code", sa.String(length=16), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("weight_low", sa.Integer(), nullable=True),
        sa.Column("weight_high", sa.Integer(), nullable=True),
        sa.Column("weight_certainty", sa.String(length=1), nullable=True),
        sa.Column("certainty", sa.String(length=1), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=op.f("ck_syllabus_chapter_certainty")),
        sa.CheckConstraint("kind IN ('chapter', 'supplement', 'beyond')", name=op.f("ck_syllabus_chapter_kind")),
        sa.CheckConstraint("weight_certainty IN ('H', 'M', 'L')", name=op.f("ck_syllabus_chapter_weight_certainty")),
        sa.CheckConstraint(
            "weight_low >= 0 AND weight_high >= weight_low", name=op.f("ck_syllabus_chapter_weights_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_syllabus_chapter_subject_code")
        ),
        sa.ForeignKeyConstraint(
            ["version_code"], ["syllabus_version.code"], name=op.f("fk_syllabus_chapter_version_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_syllabus_chapter")),
        sa.UniqueConstraint(
            "version_code", "subject_code", "number", name=op.f("uq_syllabus_chapter_version_code_subject_code_number")
        ),
    )
    with op.batch_alter_table("syllabus_chapter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_syllabus_chapter_subject_code"), ["subject_code"], unique=False)

    op.create_table(
        "syllabus_paper_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_type", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("half_points_each", sa.Integer(), nullable=False),
        sa.Column("certainty", sa.String(length=1), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=op.f("ck_syllabus_paper_part_certainty")),
        sa.CheckConstraint("count > 0", name=op.f("ck_syllabus_paper_part_count_positive")),
        sa.CheckConstraint("half_points_each > 0", name=op.f("ck_syllabus_paper_part_half_points_positive")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["syllabus_subject.code"], name=op.f("fk_syllabus_paper_part_subject_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_syllabus_paper_part")),
        sa.UniqueConstraint("subject_code", "position", name=op.f("uq_syllabus_paper_part_subject_code_position")),
    )


def downgrade() -> None:
    op.drop_table("syllabus_paper_part")
    with op.batch_alter_table("syllabus_chapter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_syllabus_chapter_subject_code"))

    op.drop_table("syllabus_chapter")
    with op.batch_alter_table("syllabus_subject", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_syllabus_subject_level_code"))

    op.drop_table("syllabus_subject")
    op.drop_table("syllabus_version")
    op.drop_table("syllabus_level")
    with op.batch_alter_table("syllabus_key_date", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_syllabus_key_date_national",
            sqlite_where=sa.text("region_code IS NULL"),
            postgresql_where=sa.text("region_code IS NULL"),
        )

    op.drop_table("syllabus_key_date")
