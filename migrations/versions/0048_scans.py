"""Scans of learners' own codes by staff's devices."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('in', 'out')", name="ck_training_scan_kind"),
        sa.CheckConstraint("state IN ('accepted', 'present', 'refused')", name="ck_training_scan_state"),
        sa.ForeignKeyConstraint(["session_id"], ["training_session.id"], name="fk_training_scan_session_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_training_scan_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_training_scan_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_training_scan"),
        sa.UniqueConstraint("by_id", "client_id", name="uq_training_scan_by_id_client_id"),
    )
    op.create_index("ix_training_scan_session_state", "training_scan", ["session_id", "state"])
    op.create_index("ix_training_scan_person_id", "training_scan", ["person_id"])


def downgrade() -> None:
    op.drop_table("training_scan")
