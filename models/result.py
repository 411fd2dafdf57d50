"""Results: what universities and institutes have to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, enum_column
from models.enums import (
    CooperationMode,
    PropertyKind,
    PropertyStatus,
    ResultAttribute,
    ResultStage,
)
from models.posting import Posting, posting_indexes
from models.posting_invitation import PostingInvitation

if TYPE_CHECKING:
    from models.attachment import Attachment


class ResultMode(Base):
    """One cooperation mode that a result is offered under."""

    __tablename__ = "result_mode"

    result_id: Mapped[int] = mapped_column(sa.ForeignKey("result.id"), primary_key=True)
    mode: Mapped[CooperationMode] = mapped_column(
        enum_column(CooperationMode, "mode"), primary_key=True, index=True
    )


class ResultProperty(Base):
    """One intellectual property right that a result rests on."""

    __tablename__ = "result_property"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(sa.ForeignKey("result.id"), index=True)
    position: Mapped[int]
    kind: Mapped[PropertyKind] = mapped_column(enum_column(PropertyKind, "kind"))
    number: Mapped[str] = mapped_column(sa.String(60), default="")
    status: Mapped[PropertyStatus] = mapped_column(enum_column(PropertyStatus, "status"))
    holder: Mapped[str] = mapped_column(sa.String(120), default="")


class Result(Posting, Base):
    """A research result; the price in fen, None when negotiable.

    Technology readiness levels run from 1 to 9 (GB/T 22900-2022).
    """

    __tablename__ = "result"
    __table_args__ = (
        *posting_indexes("result"),
        sa.CheckConstraint("trl BETWEEN 1 AND 9", name="trl_range"),
        sa.Index("ix_result_trl", "status", "trl", "id"),
    )

    abstract: Mapped[str] = mapped_column(sa.Text, default="")
    problem_solved: Mapped[str] = mapped_column(sa.Text, default="")
    advantage: Mapped[str] = mapped_column(sa.Text, default="")
    applications: Mapped[str] = mapped_column(sa.Text, default="")
    trl: Mapped[int | None]
    stage: Mapped[ResultStage | None] = mapped_column(enum_column(ResultStage, "stage"))
    attribute: Mapped[ResultAttribute | None] = mapped_column(
        enum_column(ResultAttribute, "attribute")
    )
    registration_no: Mapped[str | None] = mapped_column(sa.String(12), unique=True)
    asking_price: Mapped[int | None] = mapped_column(sa.BigInteger)
    team: Mapped[str] = mapped_column(sa.Text, default="")
    contact: Mapped[dict[str, Any]] = mapped_column(default=dict)

    mode_rows: Mapped[list[ResultMode]] = relationship(cascade="all, delete-orphan")
    properties: Mapped[list[ResultProperty]] = relationship(
        cascade="all, delete-orphan", order_by=ResultProperty.position
    )

    invitations: Mapped[list[PostingInvitation]] = relationship(
        cascade="all, delete-orphan", order_by=PostingInvitation.id
    )
    attachments: Mapped[list[Attachment]] = relationship(
        viewonly=True,
        primaryjoin="and_(Result.id == Attachment.result_id, Attachment.attached)",
        order_by="Attachment.id",
    )

    @property
    def modes(self) -> list[CooperationMode]:
        """The cooperation modes offered, in the order of the enumeration."""
        offered = {row.mode for row in self.mode_rows}
        return [mode for mode in CooperationMode if mode in offered]
