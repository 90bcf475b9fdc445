"""Whether a refused scan was judged by hand or set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# By now the last judgement by hand of whom a scan is of, unless the scan came after it.
JUDGED = """
UPDATE training_scan SET
  settled_at = (SELECT max(line.noted_at) FROM training_presence AS line WHERE {said}),
  settled_by = (SELECT line.by_id FROM training_presence AS line WHERE {said} ORDER BY line.id DESC LIMIT 1)
WHERE state = 'refused' AND EXISTS (SELECT 1 FROM training_presence AS line WHERE {said})
"""
SAID = """line.session_id = training_scan.session_id AND line.person_id = training_scan.person_id
  AND line.kind IN ('present', 'absent') AND line.noted_at >= training_scan.noted_at"""


def upgrade() -> None:
    with op.batch_alter_table("training_scan") as table:
        table.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("settled_by", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_training_scan_settled_by", "person", ["settled_by"], ["id"])
        table.create_check_constraint("ck_training_scan_settled_refused", "settled_at IS NULL OR state = 'refused'")
        table.create_check_constraint("ck_training_scan_settled_by", "(settled_at IS NULL) = (settled_by IS NULL)")
    op.execute(JUDGED.format(said=SAID))


def downgrade() -> None:
    with op.batch_alter_table("training_scan") as table:
        table.drop_constraint("ck_training_scan_settled_by", type_="check")
        table.drop_constraint("ck_training_scan_settled_refused", type_="check")
        table.drop_constraint("fk_training_scan_settled_by", type_="foreignkey")
        table.drop_column("settled_by")
        table.drop_column("settled_at")
