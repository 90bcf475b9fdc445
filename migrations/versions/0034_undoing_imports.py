"""Indexes by which a database finds at once whether a person who is taken back did something."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_register_event_actor_id", "register_event", ["actor_id"])
    some = sa.text("decided_by IS NOT NULL")
    op.create_index("ix_import_row_decided_by", "import_row", ["decided_by"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index("ix_import_row_decided_by", "import_row")
    op.drop_index("ix_register_event_actor_id", "register_event")
