"""Messages on a match, and how far each user has read them."""

import sqlalchemy as sa
from alembic import op

revision = "7d20b9e6f314"
down_revision = "c41e7a9d05b8"
branch_labels = None
depends_on = None

OLD_EVENTS = (
    "posting_to_endorse",
    "posting_submitted",
    "posting_returned",
    "posting_rejected",
    "posting_published",
    "posting_suspended",
    "posting_resumed",
    "posting_expired",
    "revision_to_endorse",
    "revision_submitted",
    "revision_returned",
    "revision_approved",
    "match_assigned",
    "match_recommended",
    "match_consented",
    "match_agreed",
    "match_declined",
    "match_lapsed",
    "match_closed",
    "match_unanswered",
)
NEW_EVENT = "message_written"


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "speaker",
            sa.Enum(
                *("need", "result", "broker", "officer"),
                name="speaker",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_message_match_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_message_author_id")),
    )
    op.create_index("ix_message_match", "message", ["match_id", "id"])
    op.create_index("ix_message_author", "message", ["author_id", "match_id"])
    op.create_table(
        "message_mark",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "match_id", name=op.f("pk_message_mark")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_message_mark_user_id")),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_message_mark_match_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_mark_message_id")
        ),
    )
    op.create_index(op.f("ix_match_recommended_by_id"), "match", ["recommended_by_id"])
    _allow_events(*OLD_EVENTS, NEW_EVENT)


def downgrade() -> None:
    op.execute(f"DELETE FROM notification WHERE event = '{NEW_EVENT}'")  # noqa: S608
    _allow_events(*OLD_EVENTS)
    op.drop_index(op.f("ix_match_recommended_by_id"), "match")
    op.drop_table("message_mark")
    op.drop_table("message")


def _allow_events(*events: str) -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_event"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_event"), f"event IN ({listed})")
