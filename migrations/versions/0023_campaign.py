"""The campaign: statements, announcements, the plan of reminders, rounds of chasing, profiles; mails switched off."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LEVEL = "level IN ('ASW', 'SW', 'SSW')"


def upgrade() -> None:
    _statements()
    _announcements()
    op.create_table(
        "campaign_plan",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("edge", sa.String(8), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("edge IN ('first', 'last')", name=op.f("ck_campaign_plan_edge")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_campaign_plan")),
    )
    op.create_table(
        "campaign_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("show", sa.String(16), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_campaign_round_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_round")),
    )
    op.create_index(op.f("ix_campaign_round_by_id"), "campaign_round", ["by_id"])
    op.create_table(
        "campaign_profile",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_campaign_profile_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_campaign_profile")),
    )
    op.create_table(
        "reminders_mute",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminders_mute_person_id")),
        sa.PrimaryKeyConstraint("person_id", "template", name=op.f("pk_reminders_mute")),
    )


def _statements() -> None:
    op.create_table(
        "campaign_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("says", sa.String(12), nullable=False),
        sa.Column("level", sa.String(3), nullable=True),
        sa.Column("subjects", sa.JSON(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "says IN ('will', 'registered', 'undecided', 'wont')", name=op.f("ck_campaign_statement_says")
        ),
        sa.CheckConstraint(LEVEL, name=op.f("ck_campaign_statement_level")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_campaign_statement_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_campaign_statement_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_statement")),
    )
    op.create_index(op.f("ix_campaign_statement_person_id"), "campaign_statement", ["person_id"])
    op.create_index("ix_campaign_statement_year_person", "campaign_statement", ["exam_year", "person_id", "id"])


def _announcements() -> None:
    op.create_table(
        "campaign_announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("bodies", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("until > since", name=op.f("ck_campaign_announcement_days_in_order")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_campaign_announcement_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_campaign_announcement_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_announcement")),
    )
    op.create_index(op.f("ix_campaign_announcement_organisation_id"), "campaign_announcement", ["organisation_id"])
    op.create_table(
        "campaign_announcement_file",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["campaign_announcement.id"],
            name=op.f("fk_campaign_announcement_file_announcement_id"),
        ),
        sa.PrimaryKeyConstraint("announcement_id", name=op.f("pk_campaign_announcement_file")),
    )
    op.create_table(
        "campaign_read",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["campaign_announcement.id"], name=op.f("fk_campaign_read_announcement_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_campaign_read_person_id")),
        sa.PrimaryKeyConstraint("announcement_id", "person_id", name=op.f("pk_campaign_read")),
    )
    op.create_index(op.f("ix_campaign_read_person_id"), "campaign_read", ["person_id"])


def downgrade() -> None:
    for table in (
        "reminders_mute",
        "campaign_profile",
        "campaign_round",
        "campaign_plan",
        "campaign_read",
        "campaign_announcement_file",
        "campaign_announcement",
        "campaign_statement",
    ):
        op.drop_table(table)
