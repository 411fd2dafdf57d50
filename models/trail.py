"""What happened: status changes and the append-only audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, now


class StatusChange(Base):
    """One change of one record's status; every statistic derives from these rows."""

    __tablename__ = "status_change"
    __table_args__ = (
        sa.Index("ix_status_change_subject", "subject_kind", "subject_id", "id"),
        sa.Index("ix_status_change_kind", "subject_kind", "id"),
        sa.Index("ix_status_change_at", "subject_kind", "target", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    source: Mapped[str | None] = mapped_column(sa.String(24))
    target: Mapped[str] = mapped_column(sa.String(24))
    action: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class AuditEntry(Base):
    """One entry of the audit trail.

    `digest` is the SHA-256 of the entry's content and of the digest before it, so that a changed
    or missing row breaks the chain (GB/T 22239-2019, level 3, 8.1.4.3).
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_at", "at"),
        sa.Index("ix_audit_entry_kind", "subject_kind", "id"),
        sa.Index("ix_audit_entry_outcome", "outcome", "id"),
        sa.Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(60))
    subject_kind: Mapped[str] = mapped_column(sa.String(40), default="")
    subject_id: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(sa.String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous: Mapped[str] = mapped_column(sa.String(64), unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
