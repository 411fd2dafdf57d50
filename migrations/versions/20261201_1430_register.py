"""Needs and results by their last change and by their title, for the bureau's register."""

from alembic import op

revision = "c82e5f1d7a36"
down_revision = "c93e1f48d7a6"
branch_labels = None
depends_on = None

TABLES = ("need", "result")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_changed", table, ["updated_at", "id"])
        op.create_index(f"ix_{table}_title", table, ["visibility", "title", "reference", "id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_title", table_name=table)
        op.drop_index(f"ix_{table}_changed", table_name=table)
