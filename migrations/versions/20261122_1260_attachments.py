"""Attachments of needs and results, and the organizations invited to read one."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "b5f0c83e1d72"
down_revision = "5e8c1f4a90d3"
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
    "matches_proposed",
    "search_found",
)
NEW_EVENT = "posting_invited"
WITH_TEXTS = sa.table(
    "revision",
    sa.column("id", sa.Integer()),
    sa.column("values", sa.JSON()),
    sa.column("before", sa.JSON()),
)


def upgrade() -> None:
    _create_attachment()
    _create_invitation()
    _change_texts(lambda text: {**text, "attachments": []})
    _allow_events(*OLD_EVENTS, NEW_EVENT)


def downgrade() -> None:
    op.execute(f"DELETE FROM notification WHERE event = '{NEW_EVENT}'")  # noqa: S608
    _allow_events(*OLD_EVENTS)
    _change_texts(lambda text: {k: v for k, v in text.items() if k != "attachments"})
    op.drop_table("posting_invitation")
    op.drop_table("attachment")


def _create_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("typed_form_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("attached", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachment_public_id")),
        sa.UniqueConstraint("key", name=op.f("uq_attachment_key")),
        sa.CheckConstraint(
            "need_id IS NULL OR result_id IS NULL", name=op.f("ck_attachment_one_subject")
        ),
        sa.CheckConstraint(
            "NOT attached OR need_id IS NOT NULL OR result_id IS NOT NULL",
            name=op.f("ck_attachment_attached_to"),
        ),
        *_foreign_keys(
            "attachment",
            organization_id="organization",
            uploaded_by_id="user",
            typed_form_id="typed_form",
            need_id="need",
            result_id="result",
            revision_id="revision",
        ),
    )
    for column in ("organization_id", "typed_form_id", "need_id", "result_id", "revision_id"):
        op.create_index(op.f(f"ix_attachment_{column}"), "attachment", [column])


def _create_invitation() -> None:
    op.create_table(
        "posting_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_invitation")),
        sa.UniqueConstraint(
            "need_id", "organization_id", name=op.f("uq_posting_invitation_need_id_organization_id")
        ),
        sa.UniqueConstraint(
            "result_id",
            "organization_id",
            name=op.f("uq_posting_invitation_result_id_organization_id"),
        ),
        sa.CheckConstraint(
            "(need_id IS NULL) <> (result_id IS NULL)",
            name=op.f("ck_posting_invitation_one_subject"),
        ),
        *_foreign_keys(
            "posting_invitation",
            need_id="need",
            result_id="result",
            organization_id="organization",
            invited_by_id="user",
        ),
    )
    op.create_index(
        op.f("ix_posting_invitation_organization_id"), "posting_invitation", ["organization_id"]
    )


def _change_texts(changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Give the texts that revisions keep the part that texts have from now on, or take it away."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(WITH_TEXTS)).all():
        connection.execute(
            sa.update(WITH_TEXTS)
            .where(WITH_TEXTS.c.id == row.id)
            .values(values=changed(row.values), before=changed(row.before))
        )


def _foreign_keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def _allow_events(*events: str) -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_event"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_event"), f"event IN ({listed})")
