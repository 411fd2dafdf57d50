"""Saved searches, what was found for them, and when posters were told of proposed pairs."""

import sqlalchemy as sa
from alembic import op

revision = "5e8c1f4a90d3"
down_revision = "7d20b9e6f314"
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
    "message_written",
)
NEW_EVENTS = ("matches_proposed", "search_found")
TOLD_AT = ("need_told_at", "result_told_at")


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("user_id", sa.Integer(), nullable=False),
        _enum("kind", "need", "result"),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        _enum("pace", "at_once", "daily", "weekly", "paused"),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("seen_upto", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("updated_at", _moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_search_public_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_search_user_id")),
    )
    op.create_index(op.f("ix_saved_search_user_id"), "saved_search", ["user_id"])
    op.create_table(
        "found_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saved_search_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("found_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_found_text")),
        sa.ForeignKeyConstraint(
            ["saved_search_id"], ["saved_search.id"], name=op.f("fk_found_text_saved_search_id")
        ),
        sa.UniqueConstraint(
            "saved_search_id", "posting_id", name=op.f("uq_found_text_saved_search_id_posting_id")
        ),
    )
    op.create_index("ix_found_text_newest", "found_text", ["saved_search_id", "id"])
    op.create_index("ix_found_text_told", "found_text", ["told", "saved_search_id"])
    op.create_index("ix_found_text_age", "found_text", ["found_at"])
    match = sa.table("match", *(sa.column(name, _moment()) for name in ("created_at", *TOLD_AT)))
    for name in TOLD_AT:
        op.add_column("match", sa.Column(name, _moment(), nullable=True))
        # What stood on the pages before anybody was told counts as told.
        op.execute(match.update().values({name: match.c.created_at}))
    _allow_events(*OLD_EVENTS, *NEW_EVENTS)


def downgrade() -> None:
    notification = sa.table("notification", sa.column("event"))
    op.execute(notification.delete().where(notification.c.event.in_(NEW_EVENTS)))
    _allow_events(*OLD_EVENTS)
    with op.batch_alter_table("match") as batch:
        for name in TOLD_AT:
            batch.drop_column(name)
    op.drop_table("found_text")
    op.drop_table("saved_search")


def _allow_events(*events: str) -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_event"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_event"), f"event IN ({listed})")


def _enum(column: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=column, native_enum=False, create_constraint=True, length=24)
    return sa.Column(column, kind, nullable=False)


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)
