"""Work that runs beside a request: outgoing messages, jobs and import batches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column, now
from models.enums import ImportStatus, JobStatus, MessageStatus
from models.organization import Organization
from models.user import User


class OutboxMessage(Record, Base):
    """Something to be done once the transaction that wrote it has committed: a mail or a job.

    `payload` names records by their ids and holds no text of theirs. Of messages with the same
    `key` only the first is written. A worker that takes the message moves `due_at` ahead while it
    works on it; `attempts` counts how often one has taken it.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.Index("ix_outbox_message_due", "status", "due_at"),
        sa.Index("ix_outbox_message_kind", "kind", "status"),
    )

    kind: Mapped[str] = mapped_column(sa.String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    status: Mapped[MessageStatus] = mapped_column(
        enum_column(MessageStatus, "status"), default=MessageStatus.WAITING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.Text, default="")


class Job(Record, Base):
    """A piece of work with its progress; `done` of `total` steps, total None while unknown.

    `message` is what asked for it, None where a command runs it itself.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_job_kind", "kind", "id"),
        sa.Index("ix_job_status", "status", "id"),
    )

    kind: Mapped[str] = mapped_column(sa.String(40))
    status: Mapped[JobStatus] = mapped_column(
        enum_column(JobStatus, "status"), default=JobStatus.QUEUED
    )
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox_message.id"), unique=True)

    message: Mapped[OutboxMessage | None] = relationship()


class ImportBatch(Record, Base):
    """A spreadsheet that is imported as a whole; `sha256` is the file's own.

    `user` brought it through the pages, None from the command line. Until it is imported `places`
    says which column (from 0) each field is taken from, and `found` what a look into the file
    found. `submits` says that its drafts are handed in once they are there.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        sa.Index("ix_import_batch_user", "user_id", "kind", "id"),
        sa.Index("ix_import_batch_status", "status", "updated_at"),
    )

    kind: Mapped[str] = mapped_column(sa.String(20))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    status: Mapped[ImportStatus] = mapped_column(
        enum_column(ImportStatus, "status"), default=ImportStatus.WAITING
    )
    file_name: Mapped[str] = mapped_column(sa.String(255))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    sheet: Mapped[str] = mapped_column(sa.String(120), default="")
    row_count: Mapped[int]
    places: Mapped[dict[str, Any]] = mapped_column(default=dict)
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    submits: Mapped[bool] = mapped_column(default=False)

    organization: Mapped[Organization] = relationship()
    user: Mapped[User | None] = relationship()
