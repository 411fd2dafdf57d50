"""The summary of key projects has a template that can be edited, too."""

from alembic import op

revision = "8e15c3a7f042"
down_revision = "7c2e9b41d5f8"
branch_labels = None
depends_on = None

BEFORE = "'contract_registration', 'progress', 'supervision_letter', 'public_notice'"
NAME = "ck_document_template_kind"


def upgrade() -> None:
    _allow(f"{BEFORE}, 'key_project_summary'")


def downgrade() -> None:
    op.execute("DELETE FROM document_template WHERE kind = 'key_project_summary'")
    _allow(BEFORE)


def _allow(kinds: str) -> None:
    with op.batch_alter_table("document_template") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), f"kind IN ({kinds})")
