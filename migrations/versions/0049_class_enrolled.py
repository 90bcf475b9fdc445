"""A class keeps how many seats are given in it."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("training_class") as batch:
        batch.add_column(sa.Column("enrolled", sa.Integer(), nullable=False, server_default="0"))
        batch.create_check_constraint("ck_training_class_enrolled", "enrolled >= 0")
    op.execute(
        "UPDATE training_class SET enrolled = (SELECT count(*) FROM training_enrolment "
        "WHERE training_enrolment.class_id = training_class.id AND training_enrolment.state = 'enrolled')"
    )
    with op.batch_alter_table("training_class") as batch:
        batch.alter_column("enrolled", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("training_class") as batch:
        batch.drop_constraint("ck_training_class_enrolled", type_="check")
        batch.drop_column("enrolled")
