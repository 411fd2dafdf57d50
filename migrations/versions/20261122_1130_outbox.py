"""Messages of any kind in the outbox, and the jobs that they ask for.

No earlier version wrote a message, so the table is made anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "6f1c2b7d9a40"
down_revision = "5c1d0e7a94b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("outbox_message")
    _create_messages(
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    op.create_index("ix_outbox_message_kind", "outbox_message", ["kind", "status"])
    with op.batch_alter_table("job") as batch:
        batch.add_column(sa.Column("message_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_job_message_id"), "outbox_message", ["message_id"], ["id"]
        )
        batch.create_unique_constraint(op.f("uq_job_message_id"), ["message_id"])


def downgrade() -> None:
    with op.batch_alter_table("job") as batch:
        batch.drop_constraint(op.f("uq_job_message_id"), type_="unique")
        batch.drop_constraint(op.f("fk_job_message_id"), type_="foreignkey")
        batch.drop_column("message_id")
    op.drop_table("outbox_message")
    _create_messages(
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )


def _create_messages(*own: sa.schema.SchemaItem) -> None:
    """Create the table with what both versions of it share and what is its own."""
    status = sa.Enum(
        "waiting",
        "sent",
        "failed",
        name="status",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    op.create_table(
        "outbox_message",
        *own,
        sa.Column("status", status, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outbox_message_public_id")),
    )
    op.create_index("ix_outbox_message_due", "outbox_message", ["status", "due_at"])
