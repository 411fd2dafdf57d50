"""Needs and results by the time of their last change, for the bureau's register."""

from alembic import op

revision = "c82e5f1d7a36"
down_revision = "c93e1f48d7a6"
branch_labels = None
depends_on = None

TABLES = ("need", "result")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_changed", table, ["updated_at", "id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_changed", table_name=table)
