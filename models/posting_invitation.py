"""Invitations to read: which organizations may read a text that is not for everybody."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, now
from models.organization import Organization


class PostingInvitation(Base):
    """One organization that may read a need or a result whose visibility is `invited`.

    `told` says whether its managers have been told, which is when the text is published.
    """

    __tablename__ = "posting_invitation"
    __table_args__ = (
        sa.CheckConstraint("(need_id IS NULL) <> (result_id IS NULL)", name="one_subject"),
        sa.UniqueConstraint("need_id", "organization_id"),
        sa.UniqueConstraint("result_id", "organization_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("need.id"))
    result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    invited_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    told: Mapped[bool] = mapped_column(default=False)

    organization: Mapped[Organization] = relationship()
