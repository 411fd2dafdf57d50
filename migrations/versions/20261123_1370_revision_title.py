"""The title that a revision would give its text, to be searched and shown without the text."""

import sqlalchemy as sa
from alembic import op

revision = "e92f5c7a30b4"
down_revision = "c47e0b95d218"
branch_labels = None
depends_on = None

TITLE = sa.String(200)


def upgrade() -> None:
    op.add_column("revision", sa.Column("title", TITLE, nullable=False, server_default=""))
    table = sa.table("revision", sa.column("title", TITLE), sa.column("values", sa.JSON()))
    given = table.c["values"]["title"].as_string()
    op.execute(sa.update(table).values(title=sa.func.coalesce(given, "")))


def downgrade() -> None:
    op.drop_column("revision", "title")
