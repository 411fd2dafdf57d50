"""Marking notifications as read; each use case is one transaction."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import transaction
from matchmaker.permissions import visible
from models import Notification, User, now


def mark_read(session: Session, actor: User, notification: Notification) -> None:
    """Note that one's own notification has been read."""
    _mark(session, actor, Notification.id == notification.id)


def mark_all_read(session: Session, actor: User, newest: Notification) -> None:
    """Note that one's own notifications up to the newest on the page have been read."""
    _mark(session, actor, Notification.id <= newest.id)


def _mark(session: Session, actor: User, which: sa.ColumnElement[bool]) -> None:
    with transaction(session):
        unread = visible(actor, Notification).where(Notification.read_at.is_(None), which)
        notifications = session.scalars(unread).all()
        for notification in notifications:
            notification.read_at = now()
        if notifications:
            audit.record(session, actor, "notice:read", count=len(notifications))
