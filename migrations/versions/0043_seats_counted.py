"""A class's seats are counted by an index."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_training_enrolment_class_state", "training_enrolment", ["class_id", "state"])


def downgrade() -> None:
    op.drop_index("ix_training_enrolment_class_state", "training_enrolment")
