"""Seats of classes: offers that end, approvals, seats kept for organisations, who may ask."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

OLD = "state IN ('enrolled', 'waiting', 'left')"
NEW = "state IN ('asked', 'waiting', 'offered', 'enrolled', 'left', 'lapsed', 'refused')"
CHECKS = {
    "offer": "(state = 'offered') = (offered_until IS NOT NULL)",
    "step": "step IN ('employer', 'trainer')",
    "asked_step": "state <> 'asked' OR step IS NOT NULL",
}
OFFERED = "ix_training_enrolment_offered_until"


def upgrade() -> None:
    op.create_table(
        "training_seat_rule",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=True),
        sa.Column("approval", sa.String(), nullable=False),
        sa.Column("offer_hours", sa.Integer(), nullable=True),
        sa.Column("members_only", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "needs IN ('nothing', 'registered', 'certificate', 'no-certificate')",
            name=op.f("ck_training_seat_rule_needs"),
        ),
        sa.CheckConstraint(
            "approval IN ('none', 'employer', 'trainer', 'both')", name=op.f("ck_training_seat_rule_approval")
        ),
        sa.CheckConstraint("offer_hours > 0", name=op.f("ck_training_seat_rule_offer_hours_positive")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_seat_rule_class_id")),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_training_seat_rule")),
    )
    op.create_table(
        "training_seat_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_training_seat_share_seats_not_negative")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_seat_share_class_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_training_seat_share_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_seat_share")),
        sa.UniqueConstraint(
            "class_id", "organisation_id", name=op.f("uq_training_seat_share_class_id_organisation_id")
        ),
    )
    op.create_index(op.f("ix_training_seat_share_organisation_id"), "training_seat_share", ["organisation_id"])
    with op.batch_alter_table("training_enrolment") as batch:
        batch.add_column(sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("step", sa.String(), nullable=True))
        batch.add_column(sa.Column("reason", sa.String(), nullable=True))
        batch.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        batch.drop_constraint("ck_training_enrolment_state", type_="check")
        batch.create_check_constraint("ck_training_enrolment_state", NEW)
        for name, condition in CHECKS.items():
            batch.create_check_constraint(f"ck_training_enrolment_{name}", condition)
        batch.create_foreign_key("fk_training_enrolment_by_id", "person", ["by_id"], ["id"])
        batch.create_foreign_key("fk_training_enrolment_batch_id", "import_batch", ["batch_id"], ["id"])
    op.create_index(op.f("ix_training_enrolment_batch_id"), "training_enrolment", ["batch_id"])
    there = sa.text("offered_until IS NOT NULL")
    op.create_index(OFFERED, "training_enrolment", ["offered_until"], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    op.drop_index(OFFERED, "training_enrolment")
    op.drop_index(op.f("ix_training_enrolment_batch_id"), "training_enrolment")
    # An offer, or a wish that waits for an approval, becomes a place in the waiting list; what ended is left.
    with op.batch_alter_table("training_enrolment") as batch:
        for name in CHECKS:
            batch.drop_constraint(f"ck_training_enrolment_{name}", type_="check")
        batch.drop_constraint("ck_training_enrolment_state", type_="check")
        batch.drop_constraint("fk_training_enrolment_by_id", type_="foreignkey")
        batch.drop_constraint("fk_training_enrolment_batch_id", type_="foreignkey")
        for name in ("batch_id", "by_id", "reason", "step", "offered_until"):
            batch.drop_column(name)
    op.execute("UPDATE training_enrolment SET state = 'waiting' WHERE state IN ('asked', 'offered')")
    op.execute("UPDATE training_enrolment SET state = 'left' WHERE state IN ('lapsed', 'refused')")
    with op.batch_alter_table("training_enrolment") as batch:
        batch.create_check_constraint("ck_training_enrolment_state", OLD)
    op.drop_table("training_seat_share")
    op.drop_table("training_seat_rule")
