"""On-line units: openings, tries of their tests, completions."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_kind", sa.String(length=4), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("least_minutes", sa.Integer(), nullable=False),
        sa.Column("chapter_id", sa.Integer(), nullable=True),
        sa.Column("question_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("question_count", sa.Integer(), nullable=True),
        sa.Column("pass_half_points", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(kind = 'file') = (file_kind IS NOT NULL)", name=op.f("ck_training_unit_file")),
        sa.CheckConstraint("(kind = 'video') = (link IS NOT NULL)", name=op.f("ck_training_unit_link")),
        sa.CheckConstraint("kind IN ('text', 'file', 'video')", name=op.f("ck_training_unit_kind")),
        sa.CheckConstraint("(class_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_training_unit_reach")),
        sa.CheckConstraint("(question_count IS NULL) = (pass_half_points IS NULL)", name=op.f("ck_training_unit_test")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (reason IS NULL)", name=op.f("ck_training_unit_withdrawn")),
        sa.CheckConstraint("minutes >= 0 AND least_minutes >= 0", name=op.f("ck_training_unit_minutes")),
        sa.CheckConstraint("question_count > 0 AND pass_half_points > 0", name=op.f("ck_training_unit_test_marks")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_training_unit_added_by")),
        sa.ForeignKeyConstraint(["chapter_id"], ["syllabus_chapter.id"], name=op.f("fk_training_unit_chapter_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_unit_class_id")),
        sa.ForeignKeyConstraint(["course_id"], ["training_course.id"], name=op.f("fk_training_unit_course_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_training_unit_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_unit")),
    )
    op.create_index(op.f("ix_training_unit_class_id"), "training_unit", ["class_id"], unique=False)
    op.create_index(op.f("ix_training_unit_course_id"), "training_unit", ["course_id"], unique=False)
    op.create_index(op.f("ix_training_unit_organisation_id"), "training_unit", ["organisation_id"], unique=False)
    op.create_table(
        "training_unit_opening",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_unit_opening_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["training_unit.id"], name=op.f("fk_training_unit_opening_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "person_id", name=op.f("pk_training_unit_opening")),
    )
    op.create_index(op.f("ix_training_unit_opening_person_id"), "training_unit_opening", ["person_id"], unique=False)
    op.create_table(
        "training_unit_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_ids", sa.JSON(), nullable=False),
        sa.Column("ticks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("full_half_points", sa.Integer(), nullable=False),
        sa.Column("needed_half_points", sa.Integer(), nullable=False),
        sa.Column("earned", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (earned IS NULL) AND (sent_at IS NULL) = (passed IS NULL)",
            name=op.f("ck_training_unit_try_sent"),
        ),
        sa.CheckConstraint("earned BETWEEN 0 AND full_half_points", name=op.f("ck_training_unit_try_earned")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_unit_try_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["training_unit.id"], name=op.f("fk_training_unit_try_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_unit_try")),
        sa.UniqueConstraint(
            "unit_id", "person_id", "number", name=op.f("uq_training_unit_try_unit_id_person_id_number")
        ),
    )
    op.create_index(op.f("ix_training_unit_try_person_id"), "training_unit_try", ["person_id"], unique=False)
    op.create_table(
        "training_unit_completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=9), nullable=False),
        sa.Column("try_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(how = 'test') = (try_id IS NOT NULL)", name=op.f("ck_training_unit_completion_try")),
        sa.CheckConstraint("how IN ('test', 'confirmed')", name=op.f("ck_training_unit_completion_how")),
        sa.CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name=op.f("ck_training_unit_completion_voided")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_unit_completion_person_id")),
        sa.ForeignKeyConstraint(["try_id"], ["training_unit_try.id"], name=op.f("fk_training_unit_completion_try_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["training_unit.id"], name=op.f("fk_training_unit_completion_unit_id")),
        sa.ForeignKeyConstraint(["voided_by"], ["person.id"], name=op.f("fk_training_unit_completion_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_unit_completion")),
        sa.UniqueConstraint("try_id", name=op.f("uq_training_unit_completion_try_id")),
        sa.UniqueConstraint(
            "unit_id", "person_id", "round", name=op.f("uq_training_unit_completion_unit_id_person_id_round")
        ),
    )
    op.create_index(
        op.f("ix_training_unit_completion_person_id"), "training_unit_completion", ["person_id"], unique=False
    )
    op.create_index(
        "uq_training_unit_completion_standing",
        "training_unit_completion",
        ["unit_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_training_unit_completion_standing",
        table_name="training_unit_completion",
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.drop_index(op.f("ix_training_unit_completion_person_id"), table_name="training_unit_completion")
    op.drop_table("training_unit_completion")
    op.drop_index(op.f("ix_training_unit_try_person_id"), table_name="training_unit_try")
    op.drop_table("training_unit_try")
    op.drop_index(op.f("ix_training_unit_opening_person_id"), table_name="training_unit_opening")
    op.drop_table("training_unit_opening")
    op.drop_index(op.f("ix_training_unit_organisation_id"), table_name="training_unit")
    op.drop_index(op.f("ix_training_unit_course_id"), table_name="training_unit")
    op.drop_index(op.f("ix_training_unit_class_id"), table_name="training_unit")
    op.drop_table("training_unit")
