"""Notifications: what a user is told on the platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import Event, NoticeKind
from models.user import User


class Notification(Record, Base):
    """One event told to one user; `kind` is what their settings go by.

    `payload` holds ids and codes, never text: whoever reads it is shown what they may see then.
    """

    __tablename__ = "notification"
    __table_args__ = (
        sa.Index("ix_notification_unread", "user_id", "read_at", "id"),
        sa.Index("ix_notification_subject", "subject_kind", "subject_id"),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind, "kind"))
    event: Mapped[Event] = mapped_column(enum_column(Event, "event"))
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    read_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
