"""The few certificates that had a term before their last one are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    had_one = sa.text("earlier_until IS NOT NULL")
    op.create_index(
        "ix_register_certificate_earlier",
        "register_certificate",
        ["person_id"],
        sqlite_where=had_one,
        postgresql_where=had_one,
    )


def downgrade() -> None:
    op.drop_index("ix_register_certificate_earlier", "register_certificate")
