"""Key dates of every kind, how exactly each is known, a remark, and taking one back."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = "syllabus_key_date"
BEFORE = ("registration", "fee", "ticket", "exam", "scores")
AFTER = (*BEFORE, "recheck", "review", "certificate", "line", "register", "experience")
ADDED = ("precision", "note", "withdrawn_at")


def upgrade() -> None:
    rows = [{**row, "precision": "day", "note": None, "withdrawn_at": None} for row in _taken_out()]
    known = ", ".join(f"'{kind}'" for kind in AFTER)
    _make(
        sa.Column("precision", sa.String(8), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"kind IN ({known})", name=op.f(f"ck_{TABLE}_kind")),
        sa.CheckConstraint("precision IN ('day', 'month', 'about')", name=op.f(f"ck_{TABLE}_precision")),
    )
    _put_in(rows)


def downgrade() -> None:
    # The older program knows neither the new kinds nor days that were taken back.
    found = [row for row in _taken_out() if row["kind"] in BEFORE and row["withdrawn_at"] is None]
    known = ", ".join(f"'{kind}'" for kind in BEFORE)
    _make(sa.CheckConstraint(f"kind IN ({known})", name=op.f(f"ck_{TABLE}_kind")))
    _put_in([{name: value for name, value in row.items() if name not in ADDED} for row in found])


def _taken_out() -> list[dict]:
    """All rows; the table is then gone, since SQLite cannot change a constraint."""
    table = sa.Table(TABLE, sa.MetaData(), autoload_with=op.get_bind())
    rows = [dict(row) for row in op.get_bind().execute(sa.select(table)).mappings()]
    op.drop_table(TABLE)
    return rows


def _make(*more: sa.Column | sa.CheckConstraint) -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(6), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("certainty", sa.String(1), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        *more,
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=op.f(f"ck_{TABLE}_certainty")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f(f"ck_{TABLE}_days_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("exam_year", "kind", "region_code", name=op.f(f"uq_{TABLE}_exam_year_kind_region_code")),
    )
    op.create_index(
        f"uq_{TABLE}_national",
        TABLE,
        ["exam_year", "kind"],
        unique=True,
        sqlite_where=sa.text("region_code IS NULL"),
        postgresql_where=sa.text("region_code IS NULL"),
    )


def _put_in(rows: list[dict]) -> None:
    if rows:
        op.bulk_insert(sa.Table(TABLE, sa.MetaData(), autoload_with=op.get_bind()), rows)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval('{TABLE}_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {TABLE}), false)")  # noqa: S608
