"""Revisions: changes to a published text that wait for approval while the old text stays."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import RevisionStatus
from models.need import Need
from models.result import Result
from models.user import User

OPEN_REVISION = (
    RevisionStatus.DRAFT,
    RevisionStatus.INTERNAL_REVIEW,
    RevisionStatus.SUBMITTED,
    RevisionStatus.RETURNED,
)
"""The states in which a revision may yet be approved."""


def _one_open(column: str) -> sa.Index:
    """Return the index that lets a posting have one open revision at a time."""
    is_open = sa.text("status IN ('draft', 'internal_review', 'submitted', 'returned')")
    return sa.Index(
        f"uq_revision_open_{column}",
        column,
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


class Revision(Record, Base):
    """The text as its poster wants it (`values`), beside the text it was made from (`before`).

    Both hold what `postings.texts.written` returns; `title` is that of `values`. `reviewer_id` and
    `returned_texts` are as for a posting.
    """

    __tablename__ = "revision"
    __table_args__ = (
        sa.CheckConstraint("(need_id IS NULL) <> (result_id IS NULL)", name="one_subject"),
        sa.Index("ix_revision_inbox", "status", "updated_at", "id"),
        _one_open("need_id"),
        _one_open("result_id"),
    )

    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("need.id"), index=True)
    result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"), index=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200), server_default="")
    values: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    returned_texts: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}", deferred=True
    )
    status: Mapped[RevisionStatus] = mapped_column(enum_column(RevisionStatus, "status"))

    need: Mapped[Need | None] = relationship()
    result: Mapped[Result | None] = relationship()
    reviewer: Mapped[User | None] = relationship(foreign_keys=[reviewer_id])

    @property
    def posting(self) -> Need | Result:
        """The need or the result whose text is to change."""
        posting = self.need or self.result
        if posting is None:
            raise LookupError("a revision without a subject")
        return posting
