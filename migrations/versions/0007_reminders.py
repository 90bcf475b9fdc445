"""The tables of reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminders_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'sent', 'dropped', 'failed')", name=op.f("ck_reminders_outbox_state")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminders_outbox_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_reminders_outbox_key")),
    )
    with op.batch_alter_table("reminders_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_outbox_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_reminders_outbox_waiting", ["state", "not_before"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminders_outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_reminders_outbox_waiting")
        batch_op.drop_index(batch_op.f("ix_reminders_outbox_person_id"))

    op.drop_table("reminders_outbox")
