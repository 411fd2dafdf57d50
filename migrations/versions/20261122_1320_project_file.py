"""Files of projects: of contracts, payments and milestones."""

import sqlalchemy as sa
from alembic import op

revision = "d4a7f1c60b93"
down_revision = "3f9a61d8c2e7"
branch_labels = None
depends_on = None

OF_TEXTS = "NOT attached OR need_id IS NOT NULL OR result_id IS NOT NULL"
ATTACHED_TO = "ck_attachment_attached_to"
ORIGIN = "ck_attachment_origin"
PART = "ck_attachment_project_part"
PROJECT = "fk_attachment_project_id"


def upgrade() -> None:
    with op.batch_alter_table("attachment") as batch:
        batch.alter_column("typed_form_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("project_id", sa.Integer(), nullable=True))
        batch.add_column(
            sa.Column("subject_kind", sa.String(40), nullable=False, server_default="")
        )
        batch.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f(PROJECT), "project", ["project_id"], ["id"])
        batch.drop_constraint(op.f(ATTACHED_TO), type_="check")
        batch.create_check_constraint(op.f(ATTACHED_TO), f"{OF_TEXTS} OR project_id IS NOT NULL")
        batch.create_check_constraint(
            op.f(ORIGIN), "(typed_form_id IS NULL) = (project_id IS NOT NULL)"
        )
        batch.create_check_constraint(op.f(PART), "(project_id IS NULL) = (subject_id IS NULL)")
    with op.batch_alter_table("attachment") as batch:
        batch.alter_column("subject_kind", existing_type=sa.String(40), server_default=None)
    op.create_index(op.f("ix_attachment_project_id"), "attachment", ["project_id"])


def downgrade() -> None:
    op.execute("DELETE FROM attachment WHERE project_id IS NOT NULL")
    op.drop_index(op.f("ix_attachment_project_id"), "attachment")
    with op.batch_alter_table("attachment") as batch:
        for constraint in (PART, ORIGIN, ATTACHED_TO):
            batch.drop_constraint(op.f(constraint), type_="check")
        batch.drop_constraint(op.f(PROJECT), type_="foreignkey")
        for column in ("subject_id", "subject_kind", "project_id"):
            batch.drop_column(column)
        batch.create_check_constraint(op.f(ATTACHED_TO), OF_TEXTS)
        batch.alter_column("typed_form_id", existing_type=sa.Integer(), nullable=False)
