"""Why something asked about a question is hidden stands apart from its answer; a folded text; whether it helped."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("practice_post") as batch:
        batch.add_column(sa.Column("folded", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("reason", sa.String(), nullable=True))
        batch.add_column(sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE practice_post SET reason = answer, answer = '' WHERE state = 'hidden'")
    posts = sa.table("practice_post", *map(sa.column, ("id", "words", "answer", "folded")))
    for number, words, answer in op.get_bind().execute(sa.select(posts.c.id, posts.c.words, posts.c.answer)).all():
        folded = " ".join(unicodedata.normalize("NFKC", f"{words} {answer}").split()).casefold()
        op.execute(posts.update().where(posts.c.id == number).values(folded=folded))
    with op.batch_alter_table("practice_post") as batch:
        batch.alter_column("folded", existing_type=sa.String(), server_default=None)
        batch.create_check_constraint("ck_practice_post_hidden_why", "(state = 'hidden') = (reason IS NOT NULL)")


def downgrade() -> None:
    op.execute("UPDATE practice_post SET answer = reason WHERE state = 'hidden'")
    with op.batch_alter_table("practice_post") as batch:
        batch.drop_constraint("ck_practice_post_hidden_why", type_="check")
        for column in ("helped_at", "reason", "folded"):
            batch.drop_column(column)
