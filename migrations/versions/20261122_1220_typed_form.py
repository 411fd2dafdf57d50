"""What people are typing into the forms of needs and results."""

import sqlalchemy as sa
from alembic import op

revision = "c41e7a9d05b8"
down_revision = "e41a7c93b05d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "typed_form",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_form")),
        sa.UniqueConstraint("public_id", name=op.f("uq_typed_form_public_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_typed_form_user_id")),
    )
    op.create_index("ix_typed_form_user", "typed_form", ["user_id", "subject_kind", "subject_id"])


def downgrade() -> None:
    op.drop_table("typed_form")
