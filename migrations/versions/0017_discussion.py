"""What candidates ask about questions, and what trainers say to it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'shown', 'hidden')", name=op.f("ck_practice_post_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_post_person_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_practice_post_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_post")),
    )
    for column in ("question_id", "person_id", "state"):
        op.create_index(op.f(f"ix_practice_post_{column}"), "practice_post", [column])


def downgrade() -> None:
    op.drop_table("practice_post")
