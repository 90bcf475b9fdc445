"""Awards by versioned schemes, claims that two persons approve, and payment runs."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OLD_KINDS, NEW_KINDS = "kind IN ('one-off', 'monthly')", "kind IN ('one-off', 'monthly', 'grade')"
WHY = "why IN ('paid', 'clawback', 'reinstated', 'cancelled', 'moved')"
LIVE = "state IN ('applied', 'checked', 'approved')"
ONCE = "reverses_id IS NULL"
MOVED_ON = (
    ("fen_by_level", sa.JSON),
    ("cap_months", sa.Integer),
    ("since", sa.Date),
    ("until", sa.Date),
    ("source", sa.String),
)


def _scheme(kinds, unique, columns=()):
    """The table of schemes as SQLite is to copy it: there a check cannot be changed in place."""
    return sa.Table(
        "award_scheme",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        *(sa.Column(name, kind(), nullable=True) for name, kind in columns),
        sa.CheckConstraint(kinds, name="ck_award_scheme_kind"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_award_scheme_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_award_scheme"),
        sa.UniqueConstraint(*unique, name=f"uq_award_scheme_{'_'.join(unique)}"),
        sa.Index("ix_award_scheme_organisation_id", "organisation_id"),
    )


def upgrade() -> None:
    op.create_table(
        "award_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("fen_by_level", sa.JSON(), nullable=False),
        sa.Column("cap_months", sa.Integer(), nullable=True),
        sa.Column("stacking", sa.String(), nullable=False),
        sa.Column("upgrade", sa.String(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("stacking IN ('add', 'highest')", name=op.f("ck_award_version_stacking")),
        sa.CheckConstraint("upgrade IN ('full', 'difference', 'nothing')", name=op.f("ck_award_version_upgrade")),
        sa.CheckConstraint("cap_months > 0", name=op.f("ck_award_version_cap")),
        sa.CheckConstraint("until > since", name=op.f("ck_award_version_until")),
        sa.ForeignKeyConstraint(["scheme_id"], ["award_scheme.id"], name=op.f("fk_award_version_scheme_id")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_award_version_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_version")),
    )
    op.create_index(op.f("ix_award_version_scheme_id"), "award_version", ["scheme_id"])
    # A scheme was a row for each version; now the first of them is the scheme.
    op.execute(
        """INSERT INTO award_version
             (scheme_id, since, until, fen_by_level, cap_months, stacking, upgrade, conditions, source)
           SELECT
             (SELECT MIN(b.id) FROM award_scheme b WHERE b.organisation_id = s.organisation_id AND b.name = s.name),
             s.since, s.until, s.fen_by_level, s.cap_months, 'add', 'full', '{}', s.source FROM award_scheme s"""
    )
    op.execute(
        """UPDATE award_line SET scheme_id = (
             SELECT MIN(b.id) FROM award_scheme a
             JOIN award_scheme b ON b.organisation_id = a.organisation_id AND b.name = a.name
             WHERE a.id = award_line.scheme_id)"""
    )
    op.execute(
        "DELETE FROM award_scheme WHERE id NOT IN (SELECT id FROM (SELECT MIN(id) AS id FROM award_scheme"
        " GROUP BY organisation_id, name) AS firsts)"
    )
    old = _scheme(OLD_KINDS, ("organisation_id", "name", "since"), MOVED_ON)
    with op.batch_alter_table("award_scheme", copy_from=old) as batch:
        batch.drop_constraint("uq_award_scheme_organisation_id_name_since", type_="unique")
        batch.drop_constraint("ck_award_scheme_kind", type_="check")
        for name, _ in MOVED_ON:
            batch.drop_column(name)
        batch.create_check_constraint("ck_award_scheme_kind", NEW_KINDS)
        batch.create_unique_constraint("uq_award_scheme_organisation_id_name", ["organisation_id", "name"])
    op.create_table(
        "award_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("employed_since", sa.Date(), nullable=True),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("until_month", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("applied_by", sa.Integer(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=True),
        sa.Column("second_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('applied', 'checked', 'approved', 'stopped', 'refused', 'retracted')",
            name=op.f("ck_award_claim_state"),
        ),
        sa.CheckConstraint("first_by <> second_by", name=op.f("ck_award_claim_two_persons")),
        sa.CheckConstraint("first_by <> applied_by AND first_by <> person_id", name=op.f("ck_award_claim_first_other")),
        sa.CheckConstraint(
            "second_by <> applied_by AND second_by <> person_id", name=op.f("ck_award_claim_second_other")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'stopped') OR (first_by IS NOT NULL AND second_by IS NOT NULL)",
            name=op.f("ck_award_claim_approved"),
        ),
        sa.CheckConstraint("until_month >= from_month", name=op.f("ck_award_claim_months")),
        sa.ForeignKeyConstraint(["scheme_id"], ["award_scheme.id"], name=op.f("fk_award_claim_scheme_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_claim_person_id")),
        sa.ForeignKeyConstraint(["certificate_id"], ["register_event.id"], name=op.f("fk_award_claim_certificate_id")),
        sa.ForeignKeyConstraint(["applied_by"], ["person.id"], name=op.f("fk_award_claim_applied_by")),
        sa.ForeignKeyConstraint(["first_by"], ["person.id"], name=op.f("fk_award_claim_first_by")),
        sa.ForeignKeyConstraint(["second_by"], ["person.id"], name=op.f("fk_award_claim_second_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_claim")),
    )
    for column in ("scheme_id", "person_id"):
        op.create_index(op.f(f"ix_award_claim_{column}"), "award_claim", [column])
    op.create_index(
        "uq_award_claim_live",
        "award_claim",
        ["scheme_id", "person_id", "level"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
    # Added as columns, without copying the table.
    op.execute(
        "ALTER TABLE award_line ADD COLUMN claim_id INTEGER"
        " CONSTRAINT fk_award_line_claim_id REFERENCES award_claim (id)"
    )
    op.execute("ALTER TABLE award_line ADD COLUMN entitlement VARCHAR NOT NULL DEFAULT ''")
    op.execute(
        "ALTER TABLE award_line ADD COLUMN why VARCHAR NOT NULL DEFAULT 'paid'"
        f" CONSTRAINT ck_award_line_why CHECK ({WHY})"
    )
    op.execute("UPDATE award_line SET entitlement = substr(CAST(month AS VARCHAR), 1, 7)")
    op.execute("UPDATE award_line SET why = 'clawback' WHERE reverses_id IS NOT NULL")
    op.drop_index("uq_award_line_once", "award_line")
    _once("entitlement")
    op.create_table(
        "award_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed', 'cancelled')", name=op.f("ck_award_run_state")),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("ck_award_run_settled")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_award_run_organisation_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_award_run_made_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_award_run_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_run")),
    )
    op.create_index(op.f("ix_award_run_organisation_id"), "award_run", ["organisation_id"])
    op.create_table(
        "award_run_line",
        sa.Column("line_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["award_line.id"], name=op.f("fk_award_run_line_line_id")),
        sa.ForeignKeyConstraint(["run_id"], ["award_run.id"], name=op.f("fk_award_run_line_run_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_award_run_line")),
    )
    op.create_index(op.f("ix_award_run_line_run_id"), "award_run_line", ["run_id"])


def _once(column: str) -> None:
    op.create_index(
        "uq_award_line_once",
        "award_line",
        ["scheme_id", "person_id", column],
        unique=True,
        sqlite_where=sa.text(ONCE),
        postgresql_where=sa.text(ONCE),
    )


def downgrade() -> None:
    op.drop_table("award_run_line")
    op.drop_table("award_run")
    op.drop_index("uq_award_line_once", "award_line")
    # What the older tables cannot tell: one-off levels of one month, and chains longer than paid and taken back.
    op.execute("DELETE FROM award_line WHERE entitlement LIKE 'once:%' OR why NOT IN ('paid', 'clawback')")
    _once("month")
    with op.batch_alter_table("award_line", copy_from=_line()) as batch:
        batch.drop_constraint("ck_award_line_why", type_="check")
        batch.drop_constraint("fk_award_line_claim_id", type_="foreignkey")
        for column in ("why", "entitlement", "claim_id"):
            batch.drop_column(column)
    op.drop_table("award_claim")
    new = _scheme(NEW_KINDS, ("organisation_id", "name"))
    op.execute("DELETE FROM award_line WHERE scheme_id IN (SELECT id FROM award_scheme WHERE kind = 'grade')")
    op.execute("DELETE FROM award_version WHERE scheme_id IN (SELECT id FROM award_scheme WHERE kind = 'grade')")
    op.execute("DELETE FROM award_scheme WHERE kind = 'grade'")
    with op.batch_alter_table("award_scheme", copy_from=new) as batch:
        batch.drop_constraint("uq_award_scheme_organisation_id_name", type_="unique")
        batch.drop_constraint("ck_award_scheme_kind", type_="check")
        for name, kind in MOVED_ON:
            batch.add_column(sa.Column(name, kind(), nullable=True))
        batch.create_check_constraint("ck_award_scheme_kind", OLD_KINDS)
    for name, _ in MOVED_ON:
        op.execute(
            f"UPDATE award_scheme SET {name} = (SELECT v.{name} FROM award_version v"  # noqa: S608 -- our own names
            " WHERE v.scheme_id = award_scheme.id ORDER BY v.since DESC, v.id DESC LIMIT 1)"
        )
    done = _scheme(OLD_KINDS, ("organisation_id", "name"), MOVED_ON)
    done.constraints = {each for each in done.constraints if not isinstance(each, sa.UniqueConstraint)}
    with op.batch_alter_table("award_scheme", copy_from=done) as batch:
        for name in ("fen_by_level", "since", "source"):
            batch.alter_column(name, nullable=False)
        batch.create_unique_constraint(
            "uq_award_scheme_organisation_id_name_since", ["organisation_id", "name", "since"]
        )
    op.drop_table("award_version")


def _line():
    return sa.Table(
        "award_line",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("posted_by", sa.Integer(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("entitlement", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("fen <> 0", name="ck_award_line_fen"),
        sa.CheckConstraint(WHY, name="ck_award_line_why"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_award_line_person_id"),
        sa.ForeignKeyConstraint(["posted_by"], ["person.id"], name="fk_award_line_posted_by"),
        sa.ForeignKeyConstraint(["reverses_id"], ["award_line.id"], name="fk_award_line_reverses_id"),
        sa.ForeignKeyConstraint(["scheme_id"], ["award_scheme.id"], name="fk_award_line_scheme_id"),
        sa.ForeignKeyConstraint(["claim_id"], ["award_claim.id"], name="fk_award_line_claim_id"),
        sa.PrimaryKeyConstraint("id", name="pk_award_line"),
        sa.UniqueConstraint("reverses_id", name="uq_award_line_reverses_id"),
        sa.Index("ix_award_line_person_id", "person_id"),
        sa.Index(
            "uq_award_line_once",
            "scheme_id",
            "person_id",
            "month",
            unique=True,
            sqlite_where=sa.text(ONCE),
            postgresql_where=sa.text(ONCE),
        ),
    )
