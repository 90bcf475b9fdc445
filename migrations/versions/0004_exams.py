"""The tables of exams."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exam_sitting",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day_on", sa.Date(), nullable=True),
        sa.Column("last_day_on", sa.Date(), nullable=True),
        sa.Column("certainty", sa.String(length=1), nullable=False),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=op.f("ck_exam_sitting_certainty")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_exam_sitting")),
    )
    op.create_table(
        "exam_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("years > 0", name=op.f("ck_exam_extension_years_positive")),
        sa.ForeignKeyConstraint(["exam_year"], ["exam_sitting.year"], name=op.f("fk_exam_extension_exam_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_extension")),
    )
    op.create_table(
        "exam_tally",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("level", sa.String(length=3), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("sat", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_exam_tally_organisation_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_exam_tally_region_code")),
        sa.ForeignKeyConstraint(["year"], ["exam_sitting.year"], name=op.f("fk_exam_tally_year")),
        sa.PrimaryKeyConstraint(
            "year", "organisation_id", "region_code", "level", "again", "trained", name=op.f("pk_exam_tally")
        ),
    )
    op.create_table(
        "exam_outcome",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=3), nullable=False),
        sa.Column("sat", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.Column("validity", sa.String(), nullable=True),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("first_time", sa.Boolean(), nullable=False),
        sa.CheckConstraint("validity IN ('national', 'local')", name=op.f("ck_exam_outcome_validity")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_outcome_person_id")),
        sa.ForeignKeyConstraint(["year"], ["exam_sitting.year"], name=op.f("fk_exam_outcome_year")),
        sa.PrimaryKeyConstraint("person_id", "year", "level", name=op.f("pk_exam_outcome")),
    )
    op.create_table(
        "exam_pass_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("level", sa.String(length=3), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=True),
        sa.Column("half_points", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("certainty", sa.String(length=1), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=op.f("ck_exam_pass_line_certainty")),
        sa.CheckConstraint("level IN ('ASW', 'SW', 'SSW')", name=op.f("ck_exam_pass_line_level")),
        sa.CheckConstraint("half_points BETWEEN 0 AND 200", name=op.f("ck_exam_pass_line_half_points")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_exam_pass_line_added_by")),
        sa.ForeignKeyConstraint(["year"], ["exam_sitting.year"], name=op.f("fk_exam_pass_line_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_pass_line")),
    )
    with op.batch_alter_table("exam_pass_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_pass_line_year"), ["year"], unique=False)

    op.create_table(
        "exam_trained",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_trained_person_id")),
        sa.PrimaryKeyConstraint("person_id", "year", name=op.f("pk_exam_trained")),
    )
    op.create_table(
        "exam_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("half_points", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("undoing", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(code = 'scored') = (half_points IS NOT NULL)", name=op.f("ck_exam_mark_scored")),
        sa.CheckConstraint(
            "code IN ('scored', 'absent', 'violation', 'void', 'withdrawn')", name=op.f("ck_exam_mark_code")
        ),
        sa.CheckConstraint("half_points BETWEEN 0 AND 200", name=op.f("ck_exam_mark_half_points")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_exam_mark_batch_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_mark_person_id")),
        sa.ForeignKeyConstraint(["year"], ["exam_sitting.year"], name=op.f("fk_exam_mark_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_mark")),
    )
    with op.batch_alter_table("exam_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_mark_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_exam_mark_person", ["person_id", "year", "subject_code", "id"], unique=False)

    op.create_table(
        "exam_outcome_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=3), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["exam_pass_line.id"], name=op.f("fk_exam_outcome_change_line_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_outcome_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_outcome_change")),
    )
    with op.batch_alter_table("exam_outcome_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_outcome_change_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exam_outcome_change_person_id"), ["person_id"], unique=False)

    op.create_table(
        "exam_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=3), nullable=False),
        sa.Column("subjects", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('ASW', 'SW', 'SSW')", name=op.f("ck_exam_registration_level")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_exam_registration_batch_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["import_batch.id"], name=op.f("fk_exam_registration_ended_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_exam_registration_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_registration_person_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_exam_registration_region_code")),
        sa.ForeignKeyConstraint(["year"], ["exam_sitting.year"], name=op.f("fk_exam_registration_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_registration")),
    )
    with op.batch_alter_table("exam_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_registration_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(
            "ix_exam_registration_ended_by",
            ["ended_by"],
            unique=False,
            sqlite_where=sa.text("ended_by IS NOT NULL"),
            postgresql_where=sa.text("ended_by IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_exam_registration_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exam_registration_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exam_registration_region_code"), ["region_code"], unique=False)
        batch_op.create_index("ix_exam_registration_year_organisation", ["year", "organisation_id"], unique=False)
        batch_op.create_index(
            "uq_exam_registration_current",
            ["person_id", "year", "level"],
            unique=True,
            sqlite_where=sa.text("ended_by IS NULL"),
            postgresql_where=sa.text("ended_by IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("exam_registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_exam_registration_current",
            sqlite_where=sa.text("ended_by IS NULL"),
            postgresql_where=sa.text("ended_by IS NULL"),
        )
        batch_op.drop_index("ix_exam_registration_year_organisation")
        batch_op.drop_index(batch_op.f("ix_exam_registration_region_code"))
        batch_op.drop_index(batch_op.f("ix_exam_registration_person_id"))
        batch_op.drop_index(batch_op.f("ix_exam_registration_organisation_id"))
        batch_op.drop_index(
            "ix_exam_registration_ended_by",
            sqlite_where=sa.text("ended_by IS NOT NULL"),
            postgresql_where=sa.text("ended_by IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_exam_registration_batch_id"))

    op.drop_table("exam_registration")
    with op.batch_alter_table("exam_outcome_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exam_outcome_change_person_id"))
        batch_op.drop_index(batch_op.f("ix_exam_outcome_change_line_id"))

    op.drop_table("exam_outcome_change")
    with op.batch_alter_table("exam_mark", schema=None) as batch_op:
        batch_op.drop_index("ix_exam_mark_person")
        batch_op.drop_index(batch_op.f("ix_exam_mark_batch_id"))

    op.drop_table("exam_mark")
    op.drop_table("exam_trained")
    with op.batch_alter_table("exam_pass_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exam_pass_line_year"))

    op.drop_table("exam_pass_line")
    op.drop_table("exam_outcome")
    op.drop_table("exam_tally")
    op.drop_table("exam_extension")
    op.drop_table("exam_sitting")
