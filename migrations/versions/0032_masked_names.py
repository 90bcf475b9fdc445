"""Names of files that were sent, and of rows, are kept with the ID numbers in them masked."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NUMBER = re.compile(r"(?<!\d)\d{14,19}[Xx]?(?!\d)")
NAMES = (
    ("import_batch", ("id",), "filename"),
    ("import_row", ("batch_id", "number"), "name"),
    ("register_file", ("id",), "name"),
    ("ce_document", ("id",), "filename"),
    ("ce_evidence", ("id",), "name"),
)


def upgrade() -> None:
    connection = op.get_bind()
    for name, keys, column in NAMES:
        table = sa.table(name, *(sa.column(each) for each in (*keys, column)))
        rows = connection.execute(sa.select(table).where(sa.func.length(table.c[column]) >= 14)).mappings().all()
        for row in rows:
            masked = NUMBER.sub(lambda found: f"{found[0][:6]}{'*' * (len(found[0]) - 8)}{found[0][-2:]}", row[column])
            if masked != row[column]:
                same = [table.c[key] == row[key] for key in keys]
                connection.execute(table.update().where(*same).values({column: masked}))


def downgrade() -> None:
    pass  # what is masked cannot be known again
