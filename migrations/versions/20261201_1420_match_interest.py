"""What each side thinks of a proposal, and news of a match that a broker gave back."""

import sqlalchemy as sa
from alembic import op

revision = "c93e1f48d7a6"
down_revision = "a4d27e91b053"
branch_labels = None
depends_on = None

HANDED_BACK = "match_handed_back"
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
    "organization_registered",
    "organization_restricted",
    "organization_released",
    "posting_recalled",
    "revision_rejected",
    "match_recalled",
    "matches_to_recommend",
)
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
    _allow((*OLD_EVENTS, HANDED_BACK))


def downgrade() -> None:
    notification = sa.table("notification", sa.column("event", sa.String()))
    op.execute(sa.delete(notification).where(notification.c.event == HANDED_BACK))
    _allow(OLD_EVENTS)
    op.drop_index("ix_match_interest_interested", table_name="match_interest")
    op.drop_table("match_interest")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _allow(events: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_event"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_event"), f"event IN ({listed})")
