"""Sessions planned as series, what calendars need to know of them, and the private addresses of calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_series_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_series")),
    )
    op.create_index(op.f("ix_training_series_class_id"), "training_series", ["class_id"])
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_key", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("occurs_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    # The key is near enough to how rooms are compared, and is written anew whenever a session is moved.
    op.execute(
        "UPDATE training_session SET revision = 0, place_key = replace(lower(place), ' ', ''), changed_at ="
        " (SELECT created_at FROM training_class WHERE training_class.id = class_id)"
    )
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        for name, kind in (
            ("place_key", sa.String()), ("revision", sa.Integer()), ("changed_at", sa.DateTime(timezone=True)),
        ):  # fmt: skip
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.create_foreign_key(op.f("fk_training_session_series_id"), "training_series", ["series_id"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_training_session_series_id_occurs_on"), ["series_id", "occurs_on"])
    op.create_table(
        "training_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("key_sealed", sa.String(), nullable=False),
        sa.Column("alarm_minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_feed_class_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_feed")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_training_feed_key_hash")),
    )
    op.create_index(op.f("ix_training_feed_class_id"), "training_feed", ["class_id"])
    op.create_index(op.f("ix_training_feed_person_id"), "training_feed", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_training_feed_person_id"), "training_feed")
    op.drop_index(op.f("ix_training_feed_class_id"), "training_feed")
    op.drop_table("training_feed")
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_training_session_series_id_occurs_on"), type_="unique")
        batch_op.drop_constraint(op.f("fk_training_session_series_id"), type_="foreignkey")
        for name in ("changed_at", "revision", "occurs_on", "series_id", "place_key"):
            batch_op.drop_column(name)
    op.drop_index(op.f("ix_training_series_class_id"), "training_series")
    op.drop_table("training_series")
