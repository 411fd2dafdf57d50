"""Officers' judgements of matches."""

import sqlalchemy as sa
from alembic import op

revision = "5c1d0e7a94b2"
down_revision = "acc61fcd90ee"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_judgement",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_match_judgement_level_range")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_match_judgement_match_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_match_judgement_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_judgement")),
        sa.UniqueConstraint(
            "match_id", "user_id", name=op.f("uq_match_judgement_match_id_user_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_match_judgement_public_id")),
    )


def downgrade() -> None:
    op.drop_table("match_judgement")
