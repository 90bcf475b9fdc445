"""A draft of tables keeps which publications it was judged by."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bureau_publication", sa.Column("beside", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("bureau_publication", "beside")
