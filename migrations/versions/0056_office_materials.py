"""Materials may be Word, PowerPoint and Excel files."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _kinds("file_kind IN ('pdf', 'png', 'jpeg', 'docx', 'pptx', 'xlsx')")


def downgrade() -> None:
    op.execute(
        "DELETE FROM training_material_opening WHERE material_id IN "
        "(SELECT id FROM training_material WHERE file_kind IN ('docx', 'pptx', 'xlsx'))"
    )
    op.execute("DELETE FROM training_material WHERE file_kind IN ('docx', 'pptx', 'xlsx')")
    _kinds("file_kind IN ('pdf', 'png', 'jpeg')")


def _kinds(condition: str) -> None:
    with op.batch_alter_table("training_material") as batch:
        batch.drop_constraint("ck_training_material_file_kind", type_="check")
        batch.create_check_constraint("ck_training_material_file_kind", condition)
