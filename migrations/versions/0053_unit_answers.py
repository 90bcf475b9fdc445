"""Answers to the tests of on-line units enter the log of practice."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _modes("mode IN ('learn', 'cram', 'unit')")


def downgrade() -> None:
    op.execute("UPDATE practice_answer SET mode = 'learn' WHERE mode = 'unit'")
    _modes("mode IN ('learn', 'cram')")


def _modes(condition: str) -> None:
    with op.batch_alter_table("practice_answer") as batch:
        batch.drop_constraint("ck_practice_answer_mode", type_="check")
        batch.create_check_constraint("ck_practice_answer_mode", condition)
