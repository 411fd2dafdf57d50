"""What each side thinks of a pair that is only proposed."""

import sqlalchemy as sa
from alembic import op

revision = "c93e1f48d7a6"
down_revision = "a4d27e91b053"
branch_labels = None
depends_on = None

SIDES = ("need", "result")
REASONS = (
    "too_early",
    "unclear_advantage",
    "metrics_unmet",
    "price",
    "solved_otherwise",
    "irrelevant",
    "unclear_text",
    "other",
)


def upgrade() -> None:
    op.create_table(
        "match_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("side", _one_of("side", SIDES), nullable=False),
        sa.Column("interested", sa.Boolean(), nullable=False),
        sa.Column("reason", _one_of("reason", REASONS), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "interested = (reason IS NULL)", name=op.f("ck_match_interest_reason_given")
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_match_interest_match_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_match_interest_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_interest")),
        sa.UniqueConstraint("match_id", "side", name=op.f("uq_match_interest_match_id_side")),
    )
    op.create_index("ix_match_interest_interested", "match_interest", ["interested", "match_id"])


def downgrade() -> None:
    op.drop_index("ix_match_interest_interested", table_name="match_interest")
    op.drop_table("match_interest")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)
