"""Spreadsheets brought through the pages, and which one a posting came in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "e83d5a07c9b2"
down_revision = "b5f0c83e1d72"
branch_labels = None
depends_on = None

POSTINGS = ("need", "result")
STATUS = sa.Enum(
    *("waiting", "queued", "done", "undone", "discarded"),
    name="status",
    native_enum=False,
    create_constraint=False,
    length=24,
)
WORDS = "status IN ('waiting', 'queued', 'done', 'undone', 'discarded')"
ADDED: dict[str, tuple[Any, Any]] = {
    "status": (STATUS, "done"),
    "places": (sa.JSON(), "{}"),
    "found": (sa.JSON(), "{}"),
    "submits": (sa.Boolean(), sa.false()),
}
"""The columns that no row may lack, and what those that are there get."""


def upgrade() -> None:
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_import_batch_user_id"), "user", ["user_id"], ["id"])
        for name, (kind, given) in ADDED.items():
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=given))
        batch.create_check_constraint(op.f("ck_import_batch_status"), WORDS)
        batch.create_index("ix_import_batch_user", ["user_id", "kind", "id"])
        batch.create_index("ix_import_batch_status", ["status", "updated_at"])
    with op.batch_alter_table("import_batch") as batch:
        for name in ADDED:
            batch.alter_column(name, server_default=None)
    for table in POSTINGS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("import_batch_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_import_batch_id"), "import_batch", ["import_batch_id"], ["id"]
            )
            batch.create_index(op.f(f"ix_{table}_import_batch_id"), ["import_batch_id"])


def downgrade() -> None:
    for table in POSTINGS:
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_import_batch_id"))
            batch.drop_constraint(op.f(f"fk_{table}_import_batch_id"), type_="foreignkey")
            batch.drop_column("import_batch_id")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_index("ix_import_batch_status")
        batch.drop_index("ix_import_batch_user")
        batch.drop_constraint(op.f("ck_import_batch_status"), type_="check")
        batch.drop_constraint(op.f("fk_import_batch_user_id"), type_="foreignkey")
        for name in ("user_id", *ADDED):
            batch.drop_column(name)
