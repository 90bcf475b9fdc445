"""How long people were at a session and how we know; codes refused; what a class makes of being there."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

LENGTH = {
    "sqlite": "CAST(round((julianday(ends_at) - julianday(starts_at)) * 1440) AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM ends_at - starts_at) / 60 AS INTEGER)",
}


def upgrade() -> None:
    with op.batch_alter_table("training_class", schema=None) as batch:
        batch.add_column(sa.Column("hours_rule", sa.String(), nullable=False, server_default="all"))
        batch.add_column(sa.Column("hours_percent", sa.Integer(), nullable=False, server_default="80"))
    with op.batch_alter_table("training_class", schema=None) as batch:
        batch.alter_column("hours_rule", existing_type=sa.String(), server_default=None)
        batch.alter_column("hours_percent", existing_type=sa.Integer(), server_default=None)
        batch.create_check_constraint(
            "ck_training_class_hours_rule", "hours_rule IN ('all', 'proportional', 'threshold')"
        )
        batch.create_check_constraint("ck_training_class_hours_percent", "hours_percent BETWEEN 1 AND 100")
    with op.batch_alter_table("training_presence", schema=None) as batch:
        batch.add_column(sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reason", sa.String(32), nullable=False, server_default=""))
        batch.add_column(sa.Column("note", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("code_window", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("device", sa.String(64), nullable=True))
    op.execute("UPDATE training_presence SET noted_at = at")
    with op.batch_alter_table("training_presence", schema=None) as batch:
        batch.alter_column("noted_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.alter_column("reason", existing_type=sa.String(32), server_default=None)
        batch.alter_column("note", existing_type=sa.String(), server_default=None)
        batch.drop_constraint("ck_training_presence_kind", type_="check")
        batch.create_check_constraint(
            "ck_training_presence_kind", "kind IN ('in', 'out', 'present', 'absent', 'unseen')"
        )
        batch.create_check_constraint("ck_training_presence_minutes_not_negative", "minutes >= 0")
        batch.create_unique_constraint(
            "uq_training_presence_session_id_person_id_kind_code_window",
            ["session_id", "person_id", "kind", "code_window"],
        )
    with op.batch_alter_table("training_attendance", schema=None) as batch:
        batch.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
    length = LENGTH[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE training_attendance SET minutes = CASE WHEN present THEN (SELECT {length} FROM training_session"  # noqa: S608 -- of the two words above
        " WHERE training_session.id = session_id) ELSE 0 END"
    )
    with op.batch_alter_table("training_attendance", schema=None) as batch:
        batch.alter_column("minutes", existing_type=sa.Integer(), nullable=False)
    op.create_table(
        "training_refused_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("why", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_training_refused_code_session_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_refused_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_refused_code")),
        sa.UniqueConstraint(
            "session_id", "person_id", "code", "why",
            name=op.f("uq_training_refused_code_session_id_person_id_code_why"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_training_refused_code_person_id"), "training_refused_code", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_training_refused_code_person_id"), "training_refused_code")
    op.drop_table("training_refused_code")
    with op.batch_alter_table("training_attendance", schema=None) as batch:
        batch.drop_column("minutes")
    # What older versions cannot read is told as they told it.
    op.execute("UPDATE training_presence SET kind = 'absent' WHERE kind = 'unseen'")
    with op.batch_alter_table("training_presence", schema=None) as batch:
        batch.drop_constraint("uq_training_presence_session_id_person_id_kind_code_window", type_="unique")
        batch.drop_constraint("ck_training_presence_minutes_not_negative", type_="check")
        batch.drop_constraint("ck_training_presence_kind", type_="check")
        batch.create_check_constraint("ck_training_presence_kind", "kind IN ('in', 'out', 'present', 'absent')")
        for name in ("device", "code_window", "note", "reason", "minutes", "noted_at"):
            batch.drop_column(name)
    with op.batch_alter_table("training_class", schema=None) as batch:
        batch.drop_constraint("ck_training_class_hours_percent", type_="check")
        batch.drop_constraint("ck_training_class_hours_rule", type_="check")
        batch.drop_column("hours_percent")
        batch.drop_column("hours_rule")
