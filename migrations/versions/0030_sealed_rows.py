"""What is kept of imported files is sealed, and not kept for longer than it is read.

The key is not known here: `examprep migrate` seals what this leaves readable (`imports/sealed.py`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    batches = sa.table("import_batch", sa.column("content", sa.LargeBinary), sa.column("state", sa.String))
    op.execute(batches.update().where(batches.c.state != "checked").values(content=b""))
    with op.batch_alter_table("import_row") as batch:
        batch.alter_column(
            "cells",
            existing_type=sa.JSON(),
            type_=sa.LargeBinary(),
            existing_nullable=True,
            postgresql_using="convert_to(cells::text, 'UTF8')",
        )


def downgrade() -> None:
    # Sealed cells are no JSON, and only the key would open them.
    op.execute("UPDATE import_row SET cells = NULL")
    with op.batch_alter_table("import_row") as batch:
        batch.alter_column(
            "cells",
            existing_type=sa.LargeBinary(),
            type_=sa.JSON(),
            existing_nullable=True,
            postgresql_using="NULL",
        )
