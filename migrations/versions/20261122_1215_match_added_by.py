"""Who put a match together by hand, and the orders in which the board lists matches."""

import sqlalchemy as sa
from alembic import op

revision = "e41a7c93b05d"
down_revision = "9b3f6e0d72c5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("match") as batch:
        batch.add_column(sa.Column("added_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_match_added_by_id"), "user", ["added_by_id"], ["id"])
    op.create_index("ix_match_age", "match", ["status", "id"])
    op.create_index("ix_match_grade", "match", ["status", "grade", "score", "id"])


def downgrade() -> None:
    op.drop_index("ix_match_grade", "match")
    op.drop_index("ix_match_age", "match")
    with op.batch_alter_table("match") as batch:
        batch.drop_constraint(op.f("fk_match_added_by_id"), type_="foreignkey")
        batch.drop_column("added_by_id")
