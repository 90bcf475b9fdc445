"""The name of a cancelled class is free again; those taken back with their season have their own names back."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

STANDS = "state <> 'cancelled'"
# What an undone season put behind its classes' names.
MARK = (
    "(SELECT '（已撤销 ' || made.copy_id || '）' FROM training_season_class AS made"
    " WHERE made.class_id = training_class.id)"
)


def upgrade() -> None:
    with op.batch_alter_table("training_class") as batch:
        batch.drop_constraint("uq_training_class_course_id_name", type_="unique")
    op.create_index(
        "uq_training_class_name_standing",
        "training_class",
        ["course_id", "name"],
        unique=True,
        sqlite_where=sa.text(STANDS),
        postgresql_where=sa.text(STANDS),
    )
    op.execute(
        f"UPDATE training_class SET name = replace(name, {MARK}, '')"  # noqa: S608 -- of constants
        f" WHERE state = 'cancelled' AND name LIKE '%' || {MARK}"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE training_class SET name = name || '（' || id || '）' WHERE state = 'cancelled' AND EXISTS"
        " (SELECT 1 FROM training_class AS other WHERE other.course_id = training_class.course_id"
        " AND other.name = training_class.name AND other.id <> training_class.id)"
    )
    op.drop_index("uq_training_class_name_standing", "training_class")
    with op.batch_alter_table("training_class") as batch:
        batch.create_unique_constraint("uq_training_class_course_id_name", ["course_id", "name"])
