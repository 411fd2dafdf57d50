"""The text as each stage of a review last returned it."""

import sqlalchemy as sa
from alembic import op

revision = "d5a90c3e6f12"
down_revision = "c82e5f1d7a36"
branch_labels = None
depends_on = None

TABLES = ("need", "result", "revision")


def upgrade() -> None:
    for table in TABLES:
        texts = sa.Column("returned_texts", sa.JSON(), nullable=False, server_default="{}")
        op.add_column(table, texts)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "returned_texts")
