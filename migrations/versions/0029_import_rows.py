"""How every row of an import ended, and what was decided of the doubtful ones."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("doubtful", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("heads", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("told", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("digest", sa.String(), nullable=True))
        batch.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_import_batch_parent_id"), "import_batch", ["parent_id"], ["id"])
    with op.batch_alter_table("import_batch") as batch:
        batch.alter_column("doubtful", server_default=None)
    op.create_index(op.f("ix_import_batch_parent_id"), "import_batch", ["parent_id"])
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=True),
        sa.Column("candidates", sa.JSON(), nullable=True),
        sa.Column("cells", sa.JSON(), nullable=True),
        sa.Column("decided", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('matched', 'created', 'doubtful', 'refused')", name=op.f("ck_import_row_state")),
        sa.CheckConstraint("effect IN ('new', 'changed', 'same')", name=op.f("ck_import_row_effect")),
        sa.CheckConstraint("decided IN ('person', 'new', 'refused')", name=op.f("ck_import_row_decided")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")),
        sa.ForeignKeyConstraint(["child_id"], ["import_batch.id"], name=op.f("fk_import_row_child_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_import_row_decided_by")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_import_row")),
    )
    op.create_index(
        "ix_import_row_doubtful",
        "import_row",
        ["batch_id"],
        sqlite_where=sa.text("state = 'doubtful'"),
        postgresql_where=sa.text("state = 'doubtful'"),
    )


def downgrade() -> None:
    op.drop_table("import_row")
    op.drop_index(op.f("ix_import_batch_parent_id"), "import_batch")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint(op.f("fk_import_batch_parent_id"), type_="foreignkey")
        for name in ("parent_id", "digest", "told", "heads", "doubtful"):
            batch.drop_column(name)
