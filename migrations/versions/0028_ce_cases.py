"""Policies of what follows when hours are missing, and the cases of periods that closed short."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ce_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("renewal", sa.Boolean(), nullable=False),
        sa.Column("allowance", sa.Boolean(), nullable=False),
        sa.Column("public_check", sa.Boolean(), nullable=False),
        sa.Column("employer_days", sa.Integer(), nullable=True),
        sa.Column("bureau_days", sa.Integer(), nullable=True),
        sa.Column("at_start", sa.Boolean(), nullable=False),
        sa.Column("in_between", sa.Boolean(), nullable=False),
        sa.Column("before_days", sa.JSON(), nullable=False),
        sa.Column("after_every_days", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_ce_policy_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_policy")),
        sa.UniqueConstraint("code", "since", name=op.f("uq_ce_policy_code_since")),
    )
    op.create_table(
        "ce_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("missing_minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'mended', 'waived', 'upheld')", name=op.f("ck_ce_case_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_case_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_case")),
        sa.UniqueConstraint("person_id", "code", "period_start", name=op.f("uq_ce_case_person_id_code_period_start")),
    )
    op.create_index("ix_ce_case_state", "ce_case", ["state", "code"])
    op.create_table(
        "ce_case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('opened', 'told-person', 'told-employer', 'told-bureau', 'make-up', 'mended', 'reopened', "
            "'waived', 'upheld', 'taken-back')",
            name=op.f("ck_ce_case_event_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('make-up', 'waived', 'upheld', 'taken-back') OR (by_id IS NOT NULL AND reason <> '')",
            name=op.f("ck_ce_case_event_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ce_case_event_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["ce_case.id"], name=op.f("fk_ce_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_case_event")),
    )
    op.create_index(op.f("ix_ce_case_event_case_id"), "ce_case_event", ["case_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ce_case_event_case_id"), "ce_case_event")
    op.drop_table("ce_case_event")
    op.drop_index("ix_ce_case_state", "ce_case")
    op.drop_table("ce_case")
    op.drop_table("ce_policy")
