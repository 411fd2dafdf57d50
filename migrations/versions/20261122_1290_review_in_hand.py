"""Who has a review in hand, when a poster was last reminded, and the order of one's own texts."""

import sqlalchemy as sa
from alembic import op

revision = "3b96e2c8d751"
down_revision = "7d20c9e4f1a6"
branch_labels = None
depends_on = None

POSTINGS = ("need", "result")
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
    "matches_proposed",
    "search_found",
    "posting_invited",
)
NEW_EVENTS = ("posting_expiring", "review_assigned")


def upgrade() -> None:
    for table in (*POSTINGS, "revision"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("reviewer_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_reviewer_id"), "user", ["reviewer_id"], ["id"]
            )
            batch.create_index(op.f(f"ix_{table}_reviewer_id"), ["reviewer_id"])
    for table in POSTINGS:
        op.add_column(table, sa.Column("reminded_on", sa.Date(), nullable=True))
        op.create_index(f"ix_{table}_own", table, ["organization_id", "updated_at", "id"])
    _allow_events(*OLD_EVENTS, *NEW_EVENTS)


def downgrade() -> None:
    notification = sa.table("notification", sa.column("event", sa.String()))
    op.execute(sa.delete(notification).where(notification.c.event.in_(NEW_EVENTS)))
    _allow_events(*OLD_EVENTS)
    for table in POSTINGS:
        op.drop_index(f"ix_{table}_own", table)
        op.drop_column(table, "reminded_on")
    for table in (*POSTINGS, "revision"):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_reviewer_id"))
            batch.drop_constraint(op.f(f"fk_{table}_reviewer_id"), type_="foreignkey")
            batch.drop_column("reviewer_id")


def _allow_events(*events: str) -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_event"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_event"), f"event IN ({listed})")
