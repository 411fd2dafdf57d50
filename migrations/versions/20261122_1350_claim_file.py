"""Files of claims, each under an item of the policy's checklist."""

import sqlalchemy as sa
from alembic import op

revision = "b60d2f9e83a1"
down_revision = "8e15c3a7f042"
branch_labels = None
depends_on = None

ATTACHED_TO = "ck_attachment_attached_to"
ORIGIN = "ck_attachment_origin"
ONE_RECORD = "ck_attachment_one_record"
CLAIM_ITEM = "ck_attachment_claim_item"
CLAIM = "fk_attachment_claim_id"
INDEX = "ix_attachment_claim_id"

BEFORE = {
    ATTACHED_TO: "NOT attached OR need_id IS NOT NULL OR result_id IS NOT NULL"
    " OR project_id IS NOT NULL",
    ORIGIN: "(typed_form_id IS NULL) = (project_id IS NOT NULL)",
}
AFTER = {
    ATTACHED_TO: f"{BEFORE[ATTACHED_TO]} OR claim_id IS NOT NULL",
    ORIGIN: "(typed_form_id IS NULL) = (project_id IS NOT NULL OR claim_id IS NOT NULL)",
    ONE_RECORD: "project_id IS NULL OR claim_id IS NULL",
    CLAIM_ITEM: "claim_id IS NULL OR evidence <> ''",
}


def upgrade() -> None:
    with op.batch_alter_table("attachment") as batch:
        batch.add_column(sa.Column("claim_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("evidence", sa.String(40), nullable=False, server_default=""))
        batch.create_foreign_key(op.f(CLAIM), "claim", ["claim_id"], ["id"])
        for name in BEFORE:
            batch.drop_constraint(op.f(name), type_="check")
        for name, condition in AFTER.items():
            batch.create_check_constraint(op.f(name), condition)
    with op.batch_alter_table("attachment") as batch:
        batch.alter_column("evidence", existing_type=sa.String(40), server_default=None)
    op.create_index(op.f(INDEX), "attachment", ["claim_id"])


def downgrade() -> None:
    op.execute("DELETE FROM attachment WHERE claim_id IS NOT NULL")
    op.drop_index(op.f(INDEX), "attachment")
    with op.batch_alter_table("attachment") as batch:
        for name in AFTER:
            batch.drop_constraint(op.f(name), type_="check")
        batch.drop_constraint(op.f(CLAIM), type_="foreignkey")
        for column in ("evidence", "claim_id"):
            batch.drop_column(column)
        for name, condition in BEFORE.items():
            batch.create_check_constraint(op.f(name), condition)
