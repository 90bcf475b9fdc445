"""Two rows of one person are merged, and un-merged."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.alter_column("organisation_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_person_merged_into_id", "person", ["merged_into_id"], ["id"])
        batch.create_check_constraint("ck_person_merged", "(organisation_id IS NULL) = (merged_into_id IS NOT NULL)")
    merged = sa.text("merged_into_id IS NOT NULL")
    op.create_index(
        "ix_person_merged_into_id", "person", ["merged_into_id"], sqlite_where=merged, postgresql_where=merged
    )
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("filled", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("merged_by", sa.Integer(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_why", sa.String(), nullable=True),
        sa.CheckConstraint("gone_id <> kept_id", name=op.f("ck_person_merge_two_rows")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_why IS NULL)", name=op.f("ck_person_merge_undone")),
        sa.ForeignKeyConstraint(["gone_id"], ["person.id"], name=op.f("fk_person_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_person_merge_kept_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_merge_organisation_id")),
        sa.ForeignKeyConstraint(["merged_by"], ["person.id"], name=op.f("fk_person_merge_merged_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_person_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    standing = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_person_merge_standing",
        "person_merge",
        ["gone_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(op.f("ix_person_merge_kept_id"), "person_merge", ["kept_id"])
    op.create_index(op.f("ix_person_merge_organisation_id"), "person_merge", ["organisation_id"])
    op.create_table(
        "person_merged_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("fate", sa.String(length=8), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.CheckConstraint("fate IN ('moved', 'stayed', 'taken', 'carried')", name=op.f("ck_person_merged_row_fate")),
        sa.ForeignKeyConstraint(["merge_id"], ["person_merge.id"], name=op.f("fk_person_merged_row_merge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merged_row")),
    )
    op.create_index(op.f("ix_person_merged_row_merge_id"), "person_merged_row", ["merge_id"])


def downgrade() -> None:
    op.drop_table("person_merged_row")
    # Before this, a person without an organisation could not be; what was merged appears beside the other row again.
    op.execute(
        "UPDATE person SET organisation_id = (SELECT m.organisation_id FROM person_merge m"
        " WHERE m.gone_id = person.id AND m.undone_at IS NULL), merged_into_id = NULL"
        " WHERE merged_into_id IS NOT NULL"
    )
    op.drop_table("person_merge")
    op.drop_index("ix_person_merged_into_id", "person")
    with op.batch_alter_table("person") as batch:
        batch.drop_constraint("ck_person_merged", type_="check")
        batch.drop_constraint("fk_person_merged_into_id", type_="foreignkey")
        batch.drop_column("merged_into_id")
        batch.alter_column("organisation_id", existing_type=sa.Integer(), nullable=False)
