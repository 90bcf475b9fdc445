"""Question types answered in words, pictures, tags, proposals, rulings on wrong versions, and changes of the law."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ADDED = (
    ("bank_question", "proposed_number INTEGER"),
    ("bank_question", "assigned_to INTEGER CONSTRAINT fk_bank_question_assigned_to REFERENCES person (id)"),
    (
        "bank_version",
        "markup VARCHAR(8) DEFAULT 'plain' NOT NULL "
        "CONSTRAINT ck_bank_version_markup CHECK (markup IN ('plain', 'html'))",
    ),
    ("bank_version", "passage VARCHAR DEFAULT '' NOT NULL"),
    ("bank_version", "passage_mark VARCHAR(64)"),
    ("bank_version", "approved_by INTEGER CONSTRAINT fk_bank_version_approved_by REFERENCES person (id)"),
    ("practice_answer", "written JSON"),
)


def upgrade() -> None:
    op.create_table(
        "bank_media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mimetype", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_bank_media")),
    )
    op.create_table(
        "bank_law_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statute", sa.String(length=200), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_bank_law_change_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_law_change")),
    )
    with op.batch_alter_table("bank_law_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_law_change_statute"), ["statute"], unique=False)

    op.create_table(
        "bank_tag",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["bank_question.id"], name=op.f("fk_bank_tag_question_id")),
        sa.PrimaryKeyConstraint("question_id", "tag", name=op.f("pk_bank_tag")),
    )
    with op.batch_alter_table("bank_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_tag_tag"), ["tag"], unique=False)

    op.create_table(
        "bank_ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("by_version_id", sa.Integer(), nullable=True),
        sa.Column("treatment", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ruled_by", sa.Integer(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_by", sa.Integer(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(treatment = 'void') = (by_version_id IS NULL)", name=op.f("ck_bank_ruling_void_has_no_key")
        ),
        sa.CheckConstraint("treatment IN ('remark', 'accept', 'void')", name=op.f("ck_bank_ruling_treatment")),
        sa.ForeignKeyConstraint(["by_version_id"], ["bank_version.id"], name=op.f("fk_bank_ruling_by_version_id")),
        sa.ForeignKeyConstraint(["question_id"], ["bank_question.id"], name=op.f("fk_bank_ruling_question_id")),
        sa.ForeignKeyConstraint(["reversed_by"], ["person.id"], name=op.f("fk_bank_ruling_reversed_by")),
        sa.ForeignKeyConstraint(["ruled_by"], ["person.id"], name=op.f("fk_bank_ruling_ruled_by")),
        sa.ForeignKeyConstraint(["version_id"], ["bank_version.id"], name=op.f("fk_bank_ruling_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_ruling")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("bank_ruling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_ruling_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bank_ruling_version_id"), ["version_id"], unique=False)

    # Added as columns, without copying the tables: a copy on SQLite would lose AUTOINCREMENT and the named checks.
    for table, column in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.create_index(op.f("ix_bank_question_assigned_to"), "bank_question", ["assigned_to"])
    op.create_index(op.f("ix_bank_version_passage_mark"), "bank_version", ["passage_mark"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bank_version_passage_mark"), "bank_version")
    op.drop_index(op.f("ix_bank_question_assigned_to"), "bank_question")
    for table, column in reversed(ADDED):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")

    with op.batch_alter_table("bank_ruling", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_ruling_version_id"))
        batch_op.drop_index(batch_op.f("ix_bank_ruling_question_id"))

    op.drop_table("bank_ruling")
    with op.batch_alter_table("bank_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_tag_tag"))

    op.drop_table("bank_tag")
    with op.batch_alter_table("bank_law_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_law_change_statute"))

    op.drop_table("bank_law_change")
    op.drop_table("bank_media")
