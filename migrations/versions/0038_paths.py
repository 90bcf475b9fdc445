"""Topics of learning paths, case notes with comments, tutoring meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("session_number", sa.Integer(), nullable=True),
        sa.Column("chapter_id", sa.Integer(), nullable=False),
        sa.Column("rights", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(unit_id IS NULL) <> (session_number IS NULL)", name=op.f("ck_training_topic_learn")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (reason IS NULL)", name=op.f("ck_training_topic_withdrawn")),
        sa.CheckConstraint(
            "session_number > 0 AND rights > 0 AND comments > 0", name=op.f("ck_training_topic_numbers")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_training_topic_added_by")),
        sa.ForeignKeyConstraint(["chapter_id"], ["syllabus_chapter.id"], name=op.f("fk_training_topic_chapter_id")),
        sa.ForeignKeyConstraint(["course_id"], ["training_course.id"], name=op.f("fk_training_topic_course_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["training_unit.id"], name=op.f("fk_training_topic_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_topic")),
    )
    op.create_index(op.f("ix_training_topic_course_id"), "training_topic", ["course_id"], unique=False)
    op.create_table(
        "training_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'shown', 'hidden')", name=op.f("ck_training_note_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_note_person_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_training_note_settled_by")),
        sa.ForeignKeyConstraint(["topic_id"], ["training_topic.id"], name=op.f("fk_training_note_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_note")),
        sa.UniqueConstraint("topic_id", "person_id", name=op.f("uq_training_note_topic_id_person_id")),
    )
    op.create_index(op.f("ix_training_note_person_id"), "training_note", ["person_id"], unique=False)
    op.create_table(
        "training_tutoring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("chapter_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name=op.f("ck_training_tutoring_voided")),
        sa.ForeignKeyConstraint(["chapter_id"], ["syllabus_chapter.id"], name=op.f("fk_training_tutoring_chapter_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_tutoring_person_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["training_topic.id"], name=op.f("fk_training_tutoring_topic_id")),
        sa.ForeignKeyConstraint(["trainer_id"], ["person.id"], name=op.f("fk_training_tutoring_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_tutoring")),
    )
    op.create_index(op.f("ix_training_tutoring_person_id"), "training_tutoring", ["person_id"], unique=False)
    op.create_index(op.f("ix_training_tutoring_topic_id"), "training_tutoring", ["topic_id"], unique=False)
    op.create_table(
        "training_note_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'shown', 'hidden')", name=op.f("ck_training_note_comment_state")),
        sa.ForeignKeyConstraint(["note_id"], ["training_note.id"], name=op.f("fk_training_note_comment_note_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_note_comment_person_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_training_note_comment_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_note_comment")),
        sa.UniqueConstraint("note_id", "person_id", name=op.f("uq_training_note_comment_note_id_person_id")),
    )
    op.create_index(op.f("ix_training_note_comment_person_id"), "training_note_comment", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_training_note_comment_person_id"), table_name="training_note_comment")
    op.drop_table("training_note_comment")
    op.drop_index(op.f("ix_training_tutoring_topic_id"), table_name="training_tutoring")
    op.drop_index(op.f("ix_training_tutoring_person_id"), table_name="training_tutoring")
    op.drop_table("training_tutoring")
    op.drop_index(op.f("ix_training_note_person_id"), table_name="training_note")
    op.drop_table("training_note")
    op.drop_index(op.f("ix_training_topic_course_id"), table_name="training_topic")
    op.drop_table("training_topic")
