"""Whoever asked trainers or a class something may withdraw it."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

ALLOWED = {
    "practice_post": "withdrawn_at IS NULL OR state = 'waiting'",
    "training_question": "withdrawn_at IS NULL OR (state = 'shown' AND answer_id IS NULL)",
}


def upgrade() -> None:
    for table, allowed in ALLOWED.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
            batch.create_check_constraint(f"ck_{table}_withdrawn", allowed)


def downgrade() -> None:
    for table in ALLOWED:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"ck_{table}_withdrawn", type_="check")
        # What its asker took back comes before nobody's eyes again.
        op.execute(
            f"UPDATE {table} SET state = 'hidden', reason = '提问人已撤回'"  # noqa: S608 -- of constants
            " WHERE withdrawn_at IS NOT NULL"
        )
        with op.batch_alter_table(table) as batch:
            batch.drop_column("withdrawn_at")
