"""The steps of registration, its limits by region, proofs, and what the public check shows."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OLD = ("certified", "registered", "withdrawn")
NEW = (
    *OLD, "applied", "amended", "retracted", "accepted", "returned", "first-passed", "first-failed", "final-passed",
    "final-failed", "completed", "issued", "platform", "moved", "undone",
)  # fmt: skip
ADDED = (
    ("status", sa.String()),
    ("applied_on", sa.Date()),
    ("place_code", sa.String(6)),
    ("subject_years", sa.JSON()),
    ("undoes_id", sa.Integer()),
)
CERTIFICATE = (
    "subject_years JSON",
    "status VARCHAR NOT NULL DEFAULT 'status-not-applied'",
    "accepted BOOLEAN NOT NULL DEFAULT false",
    "applied_on DATE",
    "place_code VARCHAR(6)",
    "note VARCHAR",
)


def _kinds(kinds):
    return "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"


def _event(kinds, *columns):
    """The table of events as SQLite is to copy it: there a check cannot be changed in place."""
    return sa.Table(
        "register_event",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("qualified_year", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("validity", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("registered_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        *columns,
        sa.CheckConstraint(_kinds(kinds), name="ck_register_event_kind"),
        sa.CheckConstraint("(kind = 'certified') = (certificate_id IS NULL)", name="ck_register_event_begins"),
        sa.CheckConstraint("kind <> 'withdrawn' OR reason IS NOT NULL", name="ck_register_event_withdrawn_why"),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_register_event_actor_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_register_event_batch_id"),
        sa.ForeignKeyConstraint(["certificate_id"], ["register_event.id"], name="fk_register_event_certificate_id"),
        sa.PrimaryKeyConstraint("id", name="pk_register_event"),
        sa.Index("ix_register_event_batch_id", "batch_id"),
        sa.Index("ix_register_event_certificate_id", "certificate_id"),
        sa.Index("ix_register_event_person_id", "person_id"),
    )


def upgrade() -> None:
    with op.batch_alter_table("register_event", copy_from=_event(OLD)) as batch:
        batch.drop_constraint("ck_register_event_kind", type_="check")
        for name, kind in ADDED:
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.create_check_constraint("ck_register_event_kind", _kinds(NEW))
        batch.create_check_constraint("ck_register_event_undone_what", "(kind = 'undone') = (undoes_id IS NOT NULL)")
        batch.create_unique_constraint("uq_register_event_undoes_id", ["undoes_id"])
        batch.create_foreign_key("fk_register_event_undoes_id", "register_event", ["undoes_id"], ["id"])
    for column in CERTIFICATE:
        op.execute(f"ALTER TABLE register_certificate ADD COLUMN {column}")
    op.execute("UPDATE register_certificate SET status = 'status-completed' WHERE registered_on IS NOT NULL")
    op.create_table(
        "register_limits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(6), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("first_months", sa.Integer(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("renew_from_months", sa.Integer(), nullable=False),
        sa.Column("renew_to_months", sa.Integer(), nullable=False),
        sa.Column("batches", sa.JSON(), nullable=False),
        sa.Column("accept_by", sa.Integer(), nullable=False),
        sa.Column("review_by", sa.Integer(), nullable=False),
        sa.Column("approve_by", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("certainty", sa.String(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("term_months > 0", name=op.f("ck_register_limits_term")),
        sa.CheckConstraint("renew_to_months > renew_from_months", name=op.f("ck_register_limits_renewal")),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=op.f("ck_register_limits_certainty")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_register_limits_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_limits")),
    )
    op.create_index(op.f("ix_register_limits_region_code"), "register_limits", ["region_code"])
    op.create_table(
        "register_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["register_event.id"], name=op.f("fk_register_file_certificate_id")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_register_file_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_file")),
    )
    op.create_index(op.f("ix_register_file_certificate_id"), "register_file", ["certificate_id"])
    op.create_table(
        "register_senior_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("passed_year", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'passed', 'not-passed')", name=op.f("ck_register_senior_proof_outcome")
        ),
        sa.CheckConstraint(
            "(outcome = 'waiting') = (decided_on IS NULL)", name=op.f("ck_register_senior_proof_decided")
        ),
        sa.CheckConstraint("valid_until > issued_on", name=op.f("ck_register_senior_proof_term")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_register_senior_proof_person_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["register_event.id"], name=op.f("fk_register_senior_proof_certificate_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_register_senior_proof_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_senior_proof")),
        sa.UniqueConstraint("number", name=op.f("uq_register_senior_proof_number")),
    )
    op.create_index(op.f("ix_register_senior_proof_person_id"), "register_senior_proof", ["person_id"])
    op.create_table(
        "register_disclosure",
        sa.Column("certificate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("shows", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("shows IN ('nothing', 'validity', 'name')", name=op.f("ck_register_disclosure_shows")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["register_event.id"], name=op.f("fk_register_disclosure_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_register_disclosure")),
        sa.UniqueConstraint("code", name=op.f("uq_register_disclosure_code")),
    )


def downgrade() -> None:
    for table in ("register_disclosure", "register_senior_proof", "register_file", "register_limits"):
        op.drop_table(table)
    for column in reversed(CERTIFICATE):
        op.execute(f"ALTER TABLE register_certificate DROP COLUMN {column.split()[0]}")
    op.execute("DELETE FROM register_event WHERE kind NOT IN ('certified', 'registered', 'withdrawn')")
    more = [sa.Column(name, kind, nullable=True) for name, kind in ADDED]
    unique = sa.UniqueConstraint("undoes_id", name="uq_register_event_undoes_id")
    refers = sa.ForeignKeyConstraint(["undoes_id"], ["register_event.id"], name="fk_register_event_undoes_id")
    check = sa.CheckConstraint("(kind = 'undone') = (undoes_id IS NOT NULL)", name="ck_register_event_undone_what")
    with op.batch_alter_table("register_event", copy_from=_event(NEW, *more, unique, refers, check)) as batch:
        batch.drop_constraint("fk_register_event_undoes_id", type_="foreignkey")
        batch.drop_constraint("uq_register_event_undoes_id", type_="unique")
        batch.drop_constraint("ck_register_event_undone_what", type_="check")
        batch.drop_constraint("ck_register_event_kind", type_="check")
        for name, _ in reversed(ADDED):
            batch.drop_column(name)
        batch.create_check_constraint("ck_register_event_kind", _kinds(OLD))
