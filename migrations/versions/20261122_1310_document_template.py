"""Edited templates of documents."""

import sqlalchemy as sa
from alembic import op

revision = "3f9a61d8c2e7"
down_revision = "7c2e94d1b6a3"
branch_labels = None
depends_on = None

KINDS = "'contract_registration', 'progress', 'supervision_letter', 'public_notice'"


def upgrade() -> None:
    op.create_table(
        "document_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("key", sa.String(40), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_document_template_kind")),
        sa.CheckConstraint(
            "(key IS NULL) = (sha256 IS NULL)", name=op.f("ck_document_template_one_file")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_document_template_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_template")),
        sa.UniqueConstraint("key", name=op.f("uq_document_template_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_document_template_public_id")),
    )
    op.create_index("ix_document_template_kind", "document_template", ["kind", "id"])


def downgrade() -> None:
    op.drop_table("document_template")
