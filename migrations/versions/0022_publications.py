"""What a bureau publishes, states and sets as its targets."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bureau_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("withheld", sa.JSON(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'withdrawn', 'discarded')", name=op.f("ck_bureau_publication_state")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_reason IS NOT NULL)", name=op.f("ck_bureau_publication_withdrawn_why")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'discarded') OR published_at IS NOT NULL",
            name=op.f("ck_bureau_publication_published_when"),
        ),
        *_references("bureau_publication", "prepared_by", "published_by", "withdrawn_by"),
    )
    op.create_table(
        "bureau_threshold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("persons BETWEEN 3 AND 1000", name=op.f("ck_bureau_threshold_persons")),
        *_references("bureau_threshold", "set_by"),
    )
    op.create_table(
        "bureau_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("precision", sa.String(8), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("value >= 0", name=op.f("ck_bureau_statement_value")),
        sa.CheckConstraint("precision IN ('exact', 'at-least', 'about')", name=op.f("ck_bureau_statement_precision")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_bureau_statement_batch_id")),
        *_references("bureau_statement", "stated_by"),
    )
    for table, column in (
        ("bureau_publication", "organisation_id"),
        ("bureau_publication", "state"),
        ("bureau_threshold", "organisation_id"),
        ("bureau_statement", "batch_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index("ix_bureau_statement_what", "bureau_statement", ["organisation_id", "kind", "holds_from"])


def _references(table: str, *persons: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        *(sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}")) for column in persons),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    for table in ("bureau_statement", "bureau_threshold", "bureau_publication"):
        op.drop_table(table)
