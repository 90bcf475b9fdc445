"""Field tasks of topics, and the evidence that learners hand in."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("training_topic") as batch:
        batch.add_column(sa.Column("task", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("training_topic") as batch:
        batch.alter_column("task", existing_type=sa.String(), server_default=None)
    op.create_table(
        "training_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_kind", sa.String(length=4), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'returned')", name="ck_training_evidence_state"),
        sa.CheckConstraint("(state = 'returned') = (reason IS NOT NULL)", name="ck_training_evidence_returned_why"),
        sa.CheckConstraint("(file_kind IS NULL) = (content IS NULL)", name="ck_training_evidence_file"),
        sa.ForeignKeyConstraint(["topic_id"], ["training_topic.id"], name="fk_training_evidence_topic_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_training_evidence_person_id"),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name="fk_training_evidence_settled_by"),
        sa.PrimaryKeyConstraint("id", name="pk_training_evidence"),
    )
    op.create_index("ix_training_evidence_person_id", "training_evidence", ["person_id"])
    standing = sa.text("state <> 'returned'")
    op.create_index(
        "uq_training_evidence_standing",
        "training_evidence",
        ["topic_id", "person_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def downgrade() -> None:
    op.drop_table("training_evidence")
    with op.batch_alter_table("training_topic") as batch:
        batch.drop_column("task")
