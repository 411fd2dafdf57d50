"""Approvals that wait in the outbox until the time to undo them is over."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from matchmaker import notifications, outbox
from models import Event, MessageStatus, Need, OutboxMessage, Record, Result, Revision, User

Reviewed = Need | Result | Revision

APPROVE = "approve"
_WAITING = sa.and_(OutboxMessage.kind == APPROVE, OutboxMessage.status == MessageStatus.WAITING)


def name_of(record: Reviewed) -> str:
    """Return what a record's kind is called in messages, addresses and the audit trail."""
    return type(record).__name__.lower()


def planned(session: Session, records: Sequence[Reviewed]) -> dict[Reviewed, OutboxMessage]:
    """Return the approvals that are planned for the records as they stand, in one query."""
    ids = {record.id for record in records}
    messages = session.scalars(sa.select(OutboxMessage).where(_WAITING, _record_id().in_(ids)))
    parts = ("record_kind", "record_id", "version")
    named = {tuple(message.payload[part] for part in parts): message for message in messages}
    keys = {record: (name_of(record), record.id, record.version) for record in records}
    return {record: named[key] for record, key in keys.items() if key in named}


@cache
def where_planned(kind: Any) -> sa.ColumnElement[bool]:
    """Return the condition that an approval is planned for a record as it stands, or under way.

    One that has to be tried again is planned no more: its reviewers see the text. The plans, which
    are few, are looked up once for all records. The condition is always the same and takes longer
    to put together than to ask.
    """
    record = aliased(kind)
    plan = OutboxMessage.payload
    as_it_stands = sa.and_(
        _record_id() == record.id, plan["version"].as_integer() == record.version
    )
    plans = (
        sa.select(record.id)
        .select_from(sa.join(OutboxMessage, record, as_it_stands))
        .where(_WAITING, OutboxMessage.attempts <= 1)
        .where(plan["record_kind"].as_string() == kind.__name__.lower())
    )
    where: sa.ColumnElement[bool] = kind.id.in_(plans)
    return where


def plans(session: Session) -> Sequence[OutboxMessage]:
    """Return the approvals that are planned and that no worker has begun."""
    begun = OutboxMessage.attempts > 0
    return session.scalars(sa.select(OutboxMessage).where(_WAITING, ~begun)).all()


def call_off(session: Session, records: Sequence[Reviewed]) -> list[Reviewed]:
    """Drop the approvals that are planned for records and not under way; return whose."""
    messages = planned(session, records)
    return [record for record in messages if outbox.call_off(session, messages[record])]


@contextmanager
def taken_back(session: Session, actor: User, record: Reviewed) -> Iterator[None]:
    """Call off the approval planned for a text that its poster takes back within the block.

    Whoever gave it is told of that after the block; the officer who has the text in hand is told
    by the lifecycle.
    """
    plan = planned(session, [record]).get(record)
    called_off = plan is not None and outbox.call_off(session, plan)
    yield
    if plan is None or not called_off:
        return
    approver = session.get_one(User, plan.payload["actor_id"])
    if approver.active and approver is not record.reviewer:
        told: dict[Record, list[User]] = {record: [approver]}
        notifications.tell_each(session, Event.POSTING_RECALLED, told, actor)


def _record_id() -> sa.ColumnElement[int]:
    record_id: sa.ColumnElement[int] = OutboxMessage.payload["record_id"].as_integer()
    return record_id
