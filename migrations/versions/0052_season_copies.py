"""Copies of a whole season, to be taken back in one act."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_season_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_training_season_copy_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_training_season_copy"),
    )
    op.create_table(
        "training_season_class",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name="fk_training_season_class_class_id"),
        sa.ForeignKeyConstraint(["copy_id"], ["training_season_copy.id"], name="fk_training_season_class_copy_id"),
        sa.ForeignKeyConstraint(["source_id"], ["training_class.id"], name="fk_training_season_class_source_id"),
        sa.PrimaryKeyConstraint("class_id", name="pk_training_season_class"),
    )
    op.create_index("ix_training_season_class_copy_id", "training_season_class", ["copy_id"])


def downgrade() -> None:
    op.drop_table("training_season_class")
    op.drop_table("training_season_copy")
