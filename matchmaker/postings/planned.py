"""Approvals that wait in the outbox until the time to undo them is over."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import MessageStatus, Need, OutboxMessage, Result, Revision

APPROVE = "approve"


def name_of(record: Need | Result | Revision) -> str:
    """Return what a record's kind is called in messages, addresses and the audit trail."""
    return type(record).__name__.lower()


def planned(
    session: Session, records: Sequence[Need | Result | Revision]
) -> dict[Need | Result | Revision, OutboxMessage]:
    """Return the approvals that are planned for the records as they stand, in one query."""
    ids = {record.id for record in records}
    messages = session.scalars(
        sa.select(OutboxMessage).where(
            OutboxMessage.kind == APPROVE,
            OutboxMessage.status == MessageStatus.WAITING,
            OutboxMessage.payload["record_id"].as_integer().in_(ids),
        )
    )
    parts = ("record_kind", "record_id", "version")
    named = {tuple(message.payload[part] for part in parts): message for message in messages}
    keys = {record: (name_of(record), record.id, record.version) for record in records}
    return {record: named[key] for record, key in keys.items() if key in named}
