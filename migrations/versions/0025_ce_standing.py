"""Requirements with all their terms, exemptions with documents, and standings kept beside the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ce_requirement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("terms", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("replaces", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("certainty", sa.String(1), nullable=False, server_default="M"))
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_ce_requirement_certainty"), "certainty IN ('H', 'M', 'L')")
        batch_op.create_foreign_key(
            op.f("fk_ce_requirement_organisation_id"), "organisation", ["organisation_id"], ["id"]
        )
    op.execute("UPDATE ce_requirement SET certainty = 'H' WHERE code = 'mohrss-25'")
    with op.batch_alter_table("ce_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="hours"))
        batch_op.add_column(sa.Column("units", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("counts_on", sa.Date(), nullable=True))
    op.execute("UPDATE ce_line SET counts_on = earned_on")
    with op.batch_alter_table("ce_line", schema=None) as batch_op:
        batch_op.alter_column("counts_on", existing_type=sa.Date(), nullable=False)
        batch_op.create_check_constraint(op.f("ck_ce_line_units"), "units > 0")
        batch_op.create_check_constraint(op.f("ck_ce_line_made_up"), "counts_on <= earned_on")
        batch_op.drop_index("ix_ce_line_person_day")
        batch_op.create_index(
            "ix_ce_line_sums",
            ["person_id", "counts_on", "earned_on", "category", "kind", "units", "minutes"],
            unique=False,
        )
    op.create_table(
        "ce_standing",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(3), nullable=False),
        sa.Column("owed_days", sa.Integer(), nullable=False),
        sa.Column("required_minutes", sa.Integer(), nullable=False),
        sa.Column("recorded_minutes", sa.Integer(), nullable=False),
        sa.Column("professional", sa.Integer(), nullable=False),
        sa.Column("general", sa.Integer(), nullable=False),
        sa.Column("elective", sa.Integer(), nullable=False),
        sa.Column("carried_minutes", sa.Integer(), nullable=False),
        sa.Column("counted_minutes", sa.Integer(), nullable=False),
        sa.Column("missing_minutes", sa.Integer(), nullable=False),
        sa.Column("surplus_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_standing_person_id")),
        sa.ForeignKeyConstraint(["requirement_id"], ["ce_requirement.id"], name=op.f("fk_ce_standing_requirement_id")),
        sa.PrimaryKeyConstraint("person_id", "code", "period_start", name=op.f("pk_ce_standing")),
    )
    op.create_index("ix_ce_standing_period", "ce_standing", ["code", "period_start", "person_id"])
    op.create_table(
        "ce_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'png', 'jpeg')", name=op.f("ck_ce_document_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_document_person_id")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_ce_document_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_document")),
    )
    op.create_index(op.f("ix_ce_document_person_id"), "ce_document", ["person_id"])
    op.create_table(
        "ce_exemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("postponed_to", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('exempt', 'postponed')", name=op.f("ck_ce_exemption_kind")),
        sa.CheckConstraint("(kind = 'postponed') = (postponed_to IS NOT NULL)", name=op.f("ck_ce_exemption_postponed")),
        sa.CheckConstraint("until > since", name=op.f("ck_ce_exemption_days")),
        sa.CheckConstraint("postponed_to >= until", name=op.f("ck_ce_exemption_later")),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_why IS NOT NULL", name=op.f("ck_ce_exemption_withdrawn")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_exemption_person_id")),
        sa.ForeignKeyConstraint(["document_id"], ["ce_document.id"], name=op.f("fk_ce_exemption_document_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_ce_exemption_decided_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_ce_exemption_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_exemption")),
    )
    op.create_index(op.f("ix_ce_exemption_person_id"), "ce_exemption", ["person_id"])


def downgrade() -> None:
    op.drop_table("ce_exemption")
    op.drop_table("ce_document")
    op.drop_table("ce_standing")
    with op.batch_alter_table("ce_line", schema=None) as batch_op:
        batch_op.drop_index("ix_ce_line_sums")
        batch_op.create_index("ix_ce_line_person_day", ["person_id", "earned_on"], unique=False)
        batch_op.drop_constraint(op.f("ck_ce_line_made_up"), type_="check")
        batch_op.drop_constraint(op.f("ck_ce_line_units"), type_="check")
        batch_op.drop_column("counts_on")
        batch_op.drop_column("units")
        batch_op.drop_column("kind")
    with op.batch_alter_table("ce_requirement", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_ce_requirement_organisation_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_ce_requirement_certainty"), type_="check")
        batch_op.drop_column("entered_at")
        batch_op.drop_column("certainty")
        batch_op.drop_column("replaces")
        batch_op.drop_column("organisation_id")
        batch_op.drop_column("terms")
