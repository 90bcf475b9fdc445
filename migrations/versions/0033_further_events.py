"""The index of events by certificate holds only those that name one: most events begin theirs and name none."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

NAME, TABLE, COLUMNS = "ix_register_event_certificate_id", "register_event", ["certificate_id"]


def upgrade() -> None:
    op.drop_index(op.f(NAME), TABLE)
    named = sa.text("certificate_id IS NOT NULL")
    op.create_index(op.f(NAME), TABLE, COLUMNS, sqlite_where=named, postgresql_where=named)


def downgrade() -> None:
    op.drop_index(op.f(NAME), TABLE)
    op.create_index(op.f(NAME), TABLE, COLUMNS)
