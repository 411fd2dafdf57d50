"""Indexes for reading the audit trail by day, outcome and kind of record."""

from alembic import op

revision = "f1b8d3a6c274"
down_revision = "0d6f2b81c9e4"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_audit_entry_at": ["at"],
    "ix_audit_entry_kind": ["subject_kind", "id"],
    "ix_audit_entry_outcome": ["outcome", "id"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "audit_entry", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "audit_entry")
