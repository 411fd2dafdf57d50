"""An index for the inbox's order of the changes to published texts."""

from alembic import op

revision = "c47e0b95d218"
down_revision = "b60d2f9e83a1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_revision_inbox", "revision")
    op.create_index("ix_revision_inbox", "revision", ["status", "updated_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_revision_inbox", "revision")
    op.create_index("ix_revision_inbox", "revision", ["status", "id"])
