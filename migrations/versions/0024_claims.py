"""Claims of hours: evidence, thread, providers and their keys, random audits."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ce_claim_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("frame_hash", sa.String(length=64), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_ce_claim_audit_percent")),
        sa.ForeignKeyConstraint(["drawn_by"], ["person.id"], name=op.f("fk_ce_claim_audit_drawn_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ce_claim_audit_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_claim_audit")),
    )
    with op.batch_alter_table("ce_claim_audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_claim_audit_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ce_provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_ce_provider_created_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ce_provider_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_provider")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_ce_provider_organisation_id_name")),
    )
    op.create_table(
        "ce_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("organiser", sa.String(), nullable=True),
        sa.Column("category", sa.String(length=12), nullable=True),
        sa.Column("timed", sa.Boolean(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("from_minute", sa.Integer(), nullable=True),
        sa.Column("to_minute", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("granted_minutes", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("day_reason", sa.String(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("provider_key", sa.String(length=100), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'approved') = (line_id IS NOT NULL)", name=op.f("ck_ce_claim_posted")),
        sa.CheckConstraint("category IN ('professional', 'general', 'elective')", name=op.f("ck_ce_claim_category")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_ce_claim_state"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (minutes IS NOT NULL AND minutes > 0 "
            "AND units IS NOT NULL AND units > 0 "
            "AND first_on IS NOT NULL AND last_on IS NOT NULL AND first_on <= last_on AND category IS NOT NULL)",
            name=op.f("ck_ce_claim_filled"),
        ),
        sa.CheckConstraint(
            "(from_minute IS NULL) = (to_minute IS NULL) AND to_minute > from_minute", name=op.f("ck_ce_claim_order")
        ),
        sa.CheckConstraint("(provider_id IS NULL) = (provider_key IS NULL)", name=op.f("ck_ce_claim_provider")),
        sa.CheckConstraint(
            "from_minute IS NULL OR (from_minute >= 0 AND to_minute <= 1440)", name=op.f("ck_ce_claim_times")
        ),
        sa.CheckConstraint("granted_minutes <= minutes AND granted_minutes > 0", name=op.f("ck_ce_claim_granted")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_ce_claim_batch_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_ce_claim_decided_by")),
        sa.ForeignKeyConstraint(["line_id"], ["ce_line.id"], name=op.f("fk_ce_claim_line_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_claim_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["ce_provider.id"], name=op.f("fk_ce_claim_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_claim")),
        sa.UniqueConstraint("line_id", name=op.f("uq_ce_claim_line_id")),
        sa.UniqueConstraint("person_id", "form_key", name=op.f("uq_ce_claim_person_id_form_key")),
        sa.UniqueConstraint("provider_id", "provider_key", name=op.f("uq_ce_claim_provider_id_provider_key")),
    )
    with op.batch_alter_table("ce_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_claim_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_ce_claim_person_days", ["person_id", "state", "first_on", "last_on"], unique=False)
        batch_op.create_index("ix_ce_claim_queue", ["state", "submitted_at"], unique=False)

    op.create_table(
        "ce_provider_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("begins", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_ce_provider_token_created_by")),
        sa.ForeignKeyConstraint(["provider_id"], ["ce_provider.id"], name=op.f("fk_ce_provider_token_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_provider_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_ce_provider_token_token_hash")),
    )
    with op.batch_alter_table("ce_provider_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_provider_token_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "ce_claim_audit_item",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("looked_by", sa.Integer(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("result <> 'finding' OR words IS NOT NULL", name=op.f("ck_ce_claim_audit_item_why")),
        sa.CheckConstraint("result IN ('sound', 'finding')", name=op.f("ck_ce_claim_audit_item_result")),
        sa.CheckConstraint("(result IS NULL) = (looked_at IS NULL)", name=op.f("ck_ce_claim_audit_item_looked")),
        sa.ForeignKeyConstraint(["audit_id"], ["ce_claim_audit.id"], name=op.f("fk_ce_claim_audit_item_audit_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["ce_claim.id"], name=op.f("fk_ce_claim_audit_item_claim_id")),
        sa.ForeignKeyConstraint(["looked_by"], ["person.id"], name=op.f("fk_ce_claim_audit_item_looked_by")),
        sa.PrimaryKeyConstraint("audit_id", "claim_id", name=op.f("pk_ce_claim_audit_item")),
    )
    op.create_table(
        "ce_claim_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_ce_claim_event_actor_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["ce_claim.id"], name=op.f("fk_ce_claim_event_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_claim_event")),
    )
    with op.batch_alter_table("ce_claim_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_claim_event_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "ce_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'png', 'jpeg')", name=op.f("ck_ce_evidence_kind")),
        sa.ForeignKeyConstraint(["claim_id"], ["ce_claim.id"], name=op.f("fk_ce_evidence_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_evidence")),
    )
    with op.batch_alter_table("ce_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ce_evidence_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ce_evidence_fingerprint"), ["fingerprint"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("ce_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ce_evidence_fingerprint"))
        batch_op.drop_index(batch_op.f("ix_ce_evidence_claim_id"))

    op.drop_table("ce_evidence")
    with op.batch_alter_table("ce_claim_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ce_claim_event_claim_id"))

    op.drop_table("ce_claim_event")
    op.drop_table("ce_claim_audit_item")
    with op.batch_alter_table("ce_provider_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ce_provider_token_provider_id"))

    op.drop_table("ce_provider_token")
    with op.batch_alter_table("ce_claim", schema=None) as batch_op:
        batch_op.drop_index("ix_ce_claim_queue")
        batch_op.drop_index("ix_ce_claim_person_days")
        batch_op.drop_index(batch_op.f("ix_ce_claim_batch_id"))

    op.drop_table("ce_claim")
    op.drop_table("ce_provider")
    with op.batch_alter_table("ce_claim_audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ce_claim_audit_organisation_id"))

    op.drop_table("ce_claim_audit")
