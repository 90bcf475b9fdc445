"""What was said otherwise later; class questions are found by folded words and may name a topic or a chapter."""

import unicodedata
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('post', 'answer', 'question', 'reply')", name="ck_practice_wording_kind"),
        sa.ForeignKeyConstraint(["replaced_by"], ["person.id"], name="fk_practice_wording_replaced_by"),
        sa.PrimaryKeyConstraint("id", name="pk_practice_wording"),
    )
    op.create_index("ix_practice_wording_thing", "practice_wording", ["kind", "thing_id"])
    op.create_index("ix_practice_wording_replaced_by", "practice_wording", ["replaced_by"])
    with op.batch_alter_table("training_question") as table:
        table.add_column(sa.Column("folded", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("topic_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("chapter_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_training_question_topic_id", "training_topic", ["topic_id"], ["id"])
        table.create_foreign_key("fk_training_question_chapter_id", "syllabus_chapter", ["chapter_id"], ["id"])
    _fold()
    with op.batch_alter_table("training_question") as table:
        table.alter_column("folded", existing_type=sa.String(), server_default=None)


def _fold() -> None:
    bind, replies = op.get_bind(), defaultdict(list)
    for number, words in bind.execute(
        sa.text("SELECT question_id, words FROM training_reply WHERE state = 'shown' ORDER BY at, id")
    ).all():
        replies[number].append(words)
    questions = sa.table("training_question", *map(sa.column, ("id", "words", "folded")))
    for number, words in bind.execute(sa.select(questions.c.id, questions.c.words)).all():
        said = unicodedata.normalize("NFKC", " ".join((words, *replies[number])))
        folded = " ".join(said.split()).casefold()
        op.execute(questions.update().where(questions.c.id == number).values(folded=folded))


def downgrade() -> None:
    with op.batch_alter_table("training_question") as table:
        table.drop_constraint("fk_training_question_chapter_id", type_="foreignkey")
        table.drop_constraint("fk_training_question_topic_id", type_="foreignkey")
        for column in ("chapter_id", "topic_id", "folded"):
            table.drop_column(column)
    op.drop_table("practice_wording")
