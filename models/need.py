"""Needs: the technology problems that enterprises post."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, enum_column
from models.enums import CooperationMode, NeedKind
from models.posting import Posting, posting_indexes
from models.posting_invitation import PostingInvitation

if TYPE_CHECKING:
    from models.attachment import Attachment


class NeedMode(Base):
    """One cooperation mode that a need accepts."""

    __tablename__ = "need_mode"

    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), primary_key=True)
    mode: Mapped[CooperationMode] = mapped_column(
        enum_column(CooperationMode, "mode"), primary_key=True, index=True
    )


class NeedMetric(Base):
    """One target metric of a need: where it stands, where it must get to, how that is tested."""

    __tablename__ = "need_metric"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(80))
    current: Mapped[str] = mapped_column(sa.String(80), default="")
    target: Mapped[str] = mapped_column(sa.String(80))
    unit: Mapped[str] = mapped_column(sa.String(30), default="")
    test_method: Mapped[str] = mapped_column(sa.String(200), default="")


class Need(Posting, Base):
    """A technology problem; budgets in fen."""

    __tablename__ = "need"
    __table_args__ = (
        *posting_indexes("need"),
        sa.CheckConstraint("budget_min <= budget_max", name="budget_order"),
        sa.Index("ix_need_kind", "status", "kind", "published_at", "id"),
        sa.Index("ix_need_deadline", "status", "deadline", "id"),
        sa.Index("ix_need_budget", "status", "budget_max", "id"),
    )

    kind: Mapped[NeedKind] = mapped_column(
        enum_column(NeedKind, "kind"), default=NeedKind.TECHNOLOGY
    )
    background: Mapped[str] = mapped_column(sa.Text, default="")
    problem: Mapped[str] = mapped_column(sa.Text, default="")
    tried: Mapped[str] = mapped_column(sa.Text, default="")
    budget_min: Mapped[int | None] = mapped_column(sa.BigInteger)
    budget_max: Mapped[int | None] = mapped_column(sa.BigInteger)
    deadline: Mapped[date | None]
    chain_link: Mapped[str] = mapped_column(sa.String(60), default="")
    contact: Mapped[dict[str, Any]] = mapped_column(default=dict)

    mode_rows: Mapped[list[NeedMode]] = relationship(cascade="all, delete-orphan")
    metrics: Mapped[list[NeedMetric]] = relationship(
        cascade="all, delete-orphan", order_by=NeedMetric.position
    )

    invitations: Mapped[list[PostingInvitation]] = relationship(
        cascade="all, delete-orphan", order_by=PostingInvitation.id
    )
    attachments: Mapped[list[Attachment]] = relationship(
        viewonly=True,
        primaryjoin="and_(Need.id == Attachment.need_id, Attachment.attached)",
        order_by="Attachment.id",
    )

    @property
    def modes(self) -> list[CooperationMode]:
        """The cooperation modes accepted, in the order of the enumeration."""
        accepted = {row.mode for row in self.mode_rows}
        return [mode for mode in CooperationMode if mode in accepted]
