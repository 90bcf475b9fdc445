"""The tables of awards mentoring."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "award_scheme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fen_by_level", sa.JSON(), nullable=False),
        sa.Column("cap_months", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('one-off', 'monthly')", name=op.f("ck_award_scheme_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_award_scheme_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_scheme")),
        sa.UniqueConstraint(
            "organisation_id", "name", "since", name=op.f("uq_award_scheme_organisation_id_name_since")
        ),
    )
    with op.batch_alter_table("award_scheme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_scheme_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "award_line",
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
        sa.CheckConstraint("fen <> 0", name=op.f("ck_award_line_fen")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_line_person_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["person.id"], name=op.f("fk_award_line_posted_by")),
        sa.ForeignKeyConstraint(["reverses_id"], ["award_line.id"], name=op.f("fk_award_line_reverses_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["award_scheme.id"], name=op.f("fk_award_line_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_line")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_award_line_reverses_id")),
    )
    with op.batch_alter_table("award_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_line_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_award_line_once",
            ["scheme_id", "person_id", "month"],
            unique=True,
            sqlite_where=sa.text("reverses_id IS NULL"),
            postgresql_where=sa.text("reverses_id IS NULL"),
        )

    op.create_table(
        "training_mentor_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column("mentee_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("mentor_id <> mentee_id", name=op.f("ck_training_mentor_pair_two_people")),
        sa.ForeignKeyConstraint(["mentee_id"], ["person.id"], name=op.f("fk_training_mentor_pair_mentee_id")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_training_mentor_pair_mentor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_mentor_pair")),
    )
    with op.batch_alter_table("training_mentor_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_mentor_pair_mentee_id"), ["mentee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_mentor_pair_mentor_id"), ["mentor_id"], unique=False)
        batch_op.create_index(
            "uq_training_mentor_pair_present",
            ["mentor_id", "mentee_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("training_mentor_pair", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_training_mentor_pair_present",
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_training_mentor_pair_mentor_id"))
        batch_op.drop_index(batch_op.f("ix_training_mentor_pair_mentee_id"))

    op.drop_table("training_mentor_pair")
    with op.batch_alter_table("award_line", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_award_line_once",
            sqlite_where=sa.text("reverses_id IS NULL"),
            postgresql_where=sa.text("reverses_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_award_line_person_id"))

    op.drop_table("award_line")
    with op.batch_alter_table("award_scheme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_scheme_organisation_id"))

    op.drop_table("award_scheme")
