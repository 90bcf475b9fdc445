"""Materials of classes and courses, and who has opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_kind", sa.String(length=4), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(kind = 'file') = (file_kind IS NOT NULL)", name=op.f("ck_training_material_file")),
        sa.CheckConstraint("(kind = 'link') = (link IS NOT NULL)", name=op.f("ck_training_material_link")),
        sa.CheckConstraint("file_kind IN ('pdf', 'png', 'jpeg')", name=op.f("ck_training_material_file_kind")),
        sa.CheckConstraint("kind IN ('file', 'link')", name=op.f("ck_training_material_kind")),
        sa.CheckConstraint("(voided_at IS NULL) = (reason IS NULL)", name=op.f("ck_training_material_voided")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_training_material_added_by")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_material_class_id")),
        sa.ForeignKeyConstraint(["course_id"], ["training_course.id"], name=op.f("fk_training_material_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_material")),
    )
    op.create_index(op.f("ix_training_material_class_id"), "training_material", ["class_id"], unique=False)
    op.create_index(
        "ix_training_material_course_class", "training_material", ["course_id", "class_id", "place"], unique=False
    )
    op.create_table(
        "training_material_opening",
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["training_material.id"], name=op.f("fk_training_material_opening_material_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_material_opening_person_id")),
        sa.PrimaryKeyConstraint("material_id", "person_id", name=op.f("pk_training_material_opening")),
    )
    op.create_index(
        op.f("ix_training_material_opening_person_id"), "training_material_opening", ["person_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_training_material_opening_person_id"), table_name="training_material_opening")
    op.drop_table("training_material_opening")
    op.drop_index("ix_training_material_course_class", table_name="training_material")
    op.drop_index(op.f("ix_training_material_class_id"), table_name="training_material")
    op.drop_table("training_material")
