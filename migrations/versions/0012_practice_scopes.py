"""Room for the names of more ways through the questions."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("practice_place") as batch_op:
        batch_op.alter_column("scope", existing_type=sa.String(24), type_=sa.String(64), existing_nullable=False)


def downgrade() -> None:
    # Places in ways that the older program does not know would not fit; they are nothing but bookmarks.
    op.execute("DELETE FROM practice_place WHERE length(scope) > 24")
    with op.batch_alter_table("practice_place") as batch_op:
        batch_op.alter_column("scope", existing_type=sa.String(64), type_=sa.String(24), existing_nullable=False)
