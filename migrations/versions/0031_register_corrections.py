"""What a later list says otherwise of a certificate is an event of its own."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

OLD = (
    "certified", "registered", "withdrawn", "applied", "amended", "retracted", "accepted", "returned", "first-passed",
    "first-failed", "final-passed", "final-failed", "completed", "issued", "platform", "moved", "undone",
)  # fmt: skip
NEW = (*OLD[:-2], "corrected", *OLD[-2:])


def _kinds(kinds):
    return "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"


def _change(kinds) -> None:
    with op.batch_alter_table("register_event") as batch:
        batch.drop_constraint("ck_register_event_kind", type_="check")
        batch.create_check_constraint("ck_register_event_kind", _kinds(kinds))


def upgrade() -> None:
    _change(NEW)


def downgrade() -> None:
    # What is then kept of those certificates is mended by `examprep verify`.
    op.execute("DELETE FROM register_event WHERE undoes_id IN (SELECT id FROM register_event WHERE kind = 'corrected')")
    op.execute("DELETE FROM register_event WHERE kind = 'corrected'")
    _change(OLD)
