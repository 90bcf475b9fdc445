"""The tables of register ce."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ce_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("period_kind", sa.String(), nullable=False),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("minimums", sa.JSON(), nullable=False),
        sa.Column("caps", sa.JSON(), nullable=False),
        sa.Column("minutes_per_hour", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint(
            "period_kind IN ('calendar_year', 'registration_period')", name=op.f("ck_ce_requirement_period_kind")
        ),
        sa.CheckConstraint("minutes_per_hour > 0", name=op.f("ck_ce_requirement_minutes_per_hour")),
        sa.CheckConstraint("until > since", name=op.f("ck_ce_requirement_until")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_requirement")),
        sa.UniqueConstraint("code", "since", name=op.f("uq_ce_requirement_code_since")),
    )
    op.create_table(
        "ce_balance",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("category IN ('professional', 'general', 'elective')", name=op.f("ck_ce_balance_category")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_balance_person_id")),
        sa.PrimaryKeyConstraint("person_id", "year", "category", name=op.f("pk_ce_balance")),
    )
    with op.batch_alter_table("ce_balance", schema=None) as batch_op:
        batch_op.create_index("ix_ce_balance_year", ["year", "person_id", "category", "minutes"], unique=False)

    op.create_table(
        "ce_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("source_kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("posted_by", sa.Integer(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("category IN ('professional', 'general', 'elective')", name=op.f("ck_ce_line_category")),
        sa.CheckConstraint("minutes <> 0", name=op.f("ck_ce_line_minutes")),
        sa.CheckConstraint(
            "reverses_id IS NULL OR (minutes < 0 AND reason IS NOT NULL)", name=op.f("ck_ce_line_reversal")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ce_line_person_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["person.id"], name=op.f("fk_ce_line_posted_by")),
        sa.ForeignKeyConstraint(["reverses_id"], ["ce_line.id"], name=op.f("fk_ce_line_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_line")),
        sa.UniqueConstraint(
            "person_id", "source_kind", "source_id", name=op.f("uq_ce_line_person_id_source_kind_source_id")
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ce_line_reverses_id")),
    )
    with op.batch_alter_table("ce_line", schema=None) as batch_op:
        batch_op.create_index("ix_ce_line_person_day", ["person_id", "earned_on"], unique=False)

    op.create_table(
        "register_event",
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
        sa.CheckConstraint("(kind = 'certified') = (certificate_id IS NULL)", name=op.f("ck_register_event_begins")),
        sa.CheckConstraint("kind <> 'withdrawn' OR reason IS NOT NULL", name=op.f("ck_register_event_withdrawn_why")),
        sa.CheckConstraint("kind IN ('certified', 'registered', 'withdrawn')", name=op.f("ck_register_event_kind")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_register_event_actor_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_register_event_batch_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["register_event.id"], name=op.f("fk_register_event_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_event")),
    )
    with op.batch_alter_table("register_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_event_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_register_event_certificate_id"), ["certificate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_register_event_person_id"), ["person_id"], unique=False)

    op.create_table(
        "register_certificate",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("qualified_year", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("validity", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("registered_until", sa.Date(), nullable=True),
        sa.CheckConstraint("level IN ('ASW', 'SW', 'SSW')", name=op.f("ck_register_certificate_level")),
        sa.CheckConstraint("validity IN ('national', 'local')", name=op.f("ck_register_certificate_validity")),
        sa.CheckConstraint(
            "(registered_on IS NULL) = (registered_until IS NULL)", name=op.f("ck_register_certificate_registration")
        ),
        sa.CheckConstraint("registered_until > registered_on", name=op.f("ck_register_certificate_term")),
        sa.ForeignKeyConstraint(["id"], ["register_event.id"], name=op.f("fk_register_certificate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_register_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_register_certificate_number")),
    )
    with op.batch_alter_table("register_certificate", schema=None) as batch_op:
        batch_op.create_index("ix_register_certificate_person", ["person_id", "issued_on", "rank"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("register_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_register_certificate_person")

    op.drop_table("register_certificate")
    with op.batch_alter_table("register_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_event_person_id"))
        batch_op.drop_index(batch_op.f("ix_register_event_certificate_id"))
        batch_op.drop_index(batch_op.f("ix_register_event_batch_id"))

    op.drop_table("register_event")
    with op.batch_alter_table("ce_line", schema=None) as batch_op:
        batch_op.drop_index("ix_ce_line_person_day")

    op.drop_table("ce_line")
    with op.batch_alter_table("ce_balance", schema=None) as batch_op:
        batch_op.drop_index("ix_ce_balance_year")

    op.drop_table("ce_balance")
    op.drop_table("ce_requirement")
