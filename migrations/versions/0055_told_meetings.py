"""Meetings that a mentor tells and the learner confirms."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

MEETING = sa.table(
    "training_mentor_meeting",
    sa.column("mentor_line_id", sa.Integer),
    sa.column("mentee_line_id", sa.Integer),
    sa.column("hours_for", sa.JSON),
    sa.column("postings", sa.Integer),
)


def upgrade() -> None:
    with op.batch_alter_table("training_mentor_meeting") as batch:
        batch.add_column(sa.Column("hours_for", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("state", sa.String(length=8), nullable=False, server_default="stands"))
        batch.add_column(sa.Column("settled_by", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("objection", sa.String(), nullable=True))
        batch.add_column(sa.Column("postings", sa.Integer(), nullable=False, server_default="0"))
        batch.create_foreign_key("fk_training_mentor_meeting_settled_by", "person", ["settled_by"], ["id"])
        batch.create_check_constraint(
            op.f("ck_training_mentor_meeting_state"), "state IN ('told', 'stands', 'objected')"
        )
        batch.create_check_constraint(
            op.f("ck_training_mentor_meeting_objection"), "(state = 'objected') = (objection IS NOT NULL)"
        )
    mentor, mentee = MEETING.c.mentor_line_id.is_not(None), MEETING.c.mentee_line_id.is_not(None)
    for condition, sides in (
        (mentor & mentee, ["mentor", "mentee"]),
        (mentor & ~mentee, ["mentor"]),
        (mentee & ~mentor, ["mentee"]),
    ):
        op.execute(MEETING.update().where(condition).values(hours_for=sides, postings=1))
    with op.batch_alter_table("training_mentor_meeting") as batch:
        batch.alter_column("hours_for", existing_type=sa.JSON(), server_default=None)
        batch.alter_column("state", existing_type=sa.String(length=8), server_default=None)
        batch.alter_column("postings", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("training_mentor_meeting") as batch:
        batch.drop_constraint(op.f("ck_training_mentor_meeting_objection"), type_="check")
        batch.drop_constraint(op.f("ck_training_mentor_meeting_state"), type_="check")
        batch.drop_constraint("fk_training_mentor_meeting_settled_by", type_="foreignkey")
        for name in ("postings", "objection", "settled_at", "settled_by", "state", "hours_for"):
            batch.drop_column(name)
