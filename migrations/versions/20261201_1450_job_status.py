"""Jobs by their status, for the administrators' list of those that failed."""

from alembic import op

revision = "b5d72e90c418"
down_revision = "d5a90c3e6f12"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_status", "job", ["status", "id"])


def downgrade() -> None:
    op.drop_index("ix_job_status", table_name="job")
