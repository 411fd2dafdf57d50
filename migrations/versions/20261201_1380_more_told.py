"""More that people are told of, and changes to published texts that are rejected."""

import sqlalchemy as sa
from alembic import op

revision = "0d6f2b81c9e4"
down_revision = "e92f5c7a30b4"
branch_labels = None
depends_on = None

NEW_EVENTS = (
    "organization_registered",
    "organization_restricted",
    "organization_released",
    "posting_recalled",
    "revision_rejected",
    "match_recalled",
    "matches_to_recommend",
    "match_handed_back",
)
OLD_EVENTS = (
    "posting_to_endorse",
    "posting_submitted",
    "posting_returned",
    "posting_rejected",
    "posting_published",
    "posting_suspended",
    "posting_resumed",
    "posting_expiring",
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
    "matches_proposed",
    "search_found",
    "message_written",
    "posting_invited",
    "project_opened",
    "project_advanced",
    "project_terminated",
    "project_issue_raised",
    "report_due",
    "report_overdue",
    "order_issued",
    "order_answered",
    "order_returned",
    "order_closed",
    "order_climbed",
    "key_nominated",
    "key_reserved",
    "key_designated",
    "key_removal_proposed",
    "key_removed",
    "claim_estimated",
    "claim_drafted",
    "claim_submitted",
    "claim_returned",
    "claim_rejected",
    "claim_reviewed",
    "claim_on_notice",
    "notice_ended",
    "claim_approved",
    "claim_paid",
    "claim_clawed_back",
    "review_assigned",
)
OLD_STATES = ("draft", "internal_review", "submitted", "returned", "approved", "withdrawn")


def upgrade() -> None:
    _allow("notification", "event", OLD_EVENTS + NEW_EVENTS)
    _allow("revision", "status", (*OLD_STATES, "rejected"))


def downgrade() -> None:
    notification = sa.table("notification", sa.column("event", sa.String()))
    op.execute(sa.delete(notification).where(notification.c.event.in_(NEW_EVENTS)))
    revised = sa.table("revision", sa.column("status", sa.String()))
    rejected = revised.c.status == "rejected"
    op.execute(sa.update(revised).where(rejected).values(status="withdrawn"))
    _allow("revision", "status", OLD_STATES)
    _allow("notification", "event", OLD_EVENTS)


def _allow(table: str, column: str, values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{column}"), f"{column} IN ({listed})")
