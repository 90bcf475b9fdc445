"""The tables of training."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=True),
        sa.Column("level", sa.String(length=8), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category IN ('professional', 'general', 'elective')", name=op.f("ck_training_course_category")
        ),
        sa.CheckConstraint(
            "kind IN ('exam', 'continuing', 'degree', 'supervision')", name=op.f("ck_training_course_kind")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_training_course_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_course")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_training_course_organisation_id_name")),
    )
    op.create_table(
        "training_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('on-site', 'on-line', 'both')", name=op.f("ck_training_class_mode")),
        sa.CheckConstraint("state IN ('planned', 'open', 'closed', 'cancelled')", name=op.f("ck_training_class_state")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_training_class_capacity_positive")),
        sa.CheckConstraint("closes_on > opens_on", name=op.f("ck_training_class_enrolment_days")),
        sa.ForeignKeyConstraint(["course_id"], ["training_course.id"], name=op.f("fk_training_class_course_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_training_class_organisation_id")
        ),
        sa.ForeignKeyConstraint(["trainer_id"], ["person.id"], name=op.f("fk_training_class_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_class")),
        sa.UniqueConstraint("course_id", "name", name=op.f("uq_training_class_course_id_name")),
    )
    with op.batch_alter_table("training_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_class_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_class_trainer_id"), ["trainer_id"], unique=False)

    op.create_table(
        "training_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('enrolled', 'waiting', 'left')", name=op.f("ck_training_enrolment_state")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_enrolment_class_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_enrolment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_enrolment")),
        sa.UniqueConstraint("class_id", "person_id", name=op.f("uq_training_enrolment_class_id_person_id")),
        sa.UniqueConstraint("class_id", "turn", name=op.f("uq_training_enrolment_class_id_turn")),
    )
    with op.batch_alter_table("training_enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_enrolment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "training_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("closings", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'closed', 'cancelled')", name=op.f("ck_training_session_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_training_session_times")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_session_class_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_training_session_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session")),
    )
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.create_index("ix_training_session_class_start", ["class_id", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_session_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "training_attendance",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_attendance_person_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_training_attendance_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_training_attendance")),
    )
    with op.batch_alter_table("training_attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_attendance_person_id"), ["person_id"], unique=False)

    op.create_table(
        "training_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_training_grant_minutes_positive")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_grant_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["training_session.id"], name=op.f("fk_training_grant_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_grant")),
        sa.UniqueConstraint(
            "session_id", "person_id", "closing", name=op.f("uq_training_grant_session_id_person_id_closing")
        ),
    )
    with op.batch_alter_table("training_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_grant_person_id"), ["person_id"], unique=False)

    op.create_table(
        "training_presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('in', 'out', 'present', 'absent')", name=op.f("ck_training_presence_kind")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_training_presence_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_presence_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["training_session.id"], name=op.f("fk_training_presence_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_presence")),
    )
    with op.batch_alter_table("training_presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_presence_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_training_presence_session_person", ["session_id", "person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("training_presence", schema=None) as batch_op:
        batch_op.drop_index("ix_training_presence_session_person")
        batch_op.drop_index(batch_op.f("ix_training_presence_person_id"))

    op.drop_table("training_presence")
    with op.batch_alter_table("training_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_grant_person_id"))

    op.drop_table("training_grant")
    with op.batch_alter_table("training_attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_attendance_person_id"))

    op.drop_table("training_attendance")
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_session_starts_at"))
        batch_op.drop_index("ix_training_session_class_start")

    op.drop_table("training_session")
    with op.batch_alter_table("training_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_enrolment_person_id"))

    op.drop_table("training_enrolment")
    with op.batch_alter_table("training_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_class_trainer_id"))
        batch_op.drop_index(batch_op.f("ix_training_class_organisation_id"))

    op.drop_table("training_class")
    op.drop_table("training_course")
