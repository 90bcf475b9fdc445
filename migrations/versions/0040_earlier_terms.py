"""Certificates know when the registrations before the last one end."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_FILL = """
UPDATE register_certificate SET earlier_until = (
    SELECT MAX(event.registered_until) FROM register_event AS event
    WHERE (event.id = register_certificate.id OR event.certificate_id = register_certificate.id)
    AND event.kind <> 'undone' AND event.registered_on IS NOT NULL
    AND (event.registered_on <> register_certificate.registered_on
         OR event.registered_until <> register_certificate.registered_until)
    AND NOT EXISTS (SELECT 1 FROM register_event AS undone WHERE undone.undoes_id = event.id)
) WHERE id IN (SELECT certificate_id FROM register_event WHERE certificate_id IS NOT NULL)
"""


def upgrade() -> None:
    op.add_column("register_certificate", sa.Column("earlier_until", sa.Date()))
    op.execute(_FILL)


def downgrade() -> None:
    op.drop_column("register_certificate", "earlier_until")
