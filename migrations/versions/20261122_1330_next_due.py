"""What a project has to see to next is looked up by project."""

from alembic import op

revision = "7c2e9b41d5f8"
down_revision = "d4a7f1c60b93"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_milestone_open", "milestone", ["project_id", "done_on", "due_on"])
    op.create_index(
        "ix_supervision_order_open", "supervision_order", ["project_id", "status", "due_on"]
    )
    op.create_index(
        "ix_project_issue_open", "project_issue", ["project_id", "resolved_on", "due_on"]
    )
    op.drop_index("ix_project_issue_project", "project_issue")


def downgrade() -> None:
    op.create_index("ix_project_issue_project", "project_issue", ["project_id", "resolved_on"])
    op.drop_index("ix_project_issue_open", "project_issue")
    op.drop_index("ix_supervision_order_open", "supervision_order")
    op.drop_index("ix_milestone_open", "milestone")
