"""Public notices (公示): what is about to be decided, and who objects."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.project_enums import ObjectionOutcome
from models.user import User

if TYPE_CHECKING:
    from models.claim import Claim
    from models.key_designation import KeyDesignation


class PublicNotice(Record, Base):
    """A designation or a claim laid open to the public, both days included."""

    __tablename__ = "public_notice"
    __table_args__ = (
        sa.CheckConstraint("(designation_id IS NULL) <> (claim_id IS NULL)", name="one_subject"),
        sa.CheckConstraint("starts_on <= ends_on", name="term_order"),
        sa.Index("ix_public_notice_ends", "ends_on", "id"),
    )

    designation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("key_designation.id"), index=True
    )
    claim_id: Mapped[int | None] = mapped_column(sa.ForeignKey("claim.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]

    designation: Mapped[KeyDesignation | None] = relationship(back_populates="notices")
    claim: Mapped[Claim | None] = relationship(back_populates="notices")
    author: Mapped[User | None] = relationship()
    objections: Mapped[list[Objection]] = relationship(
        order_by="Objection.id", back_populates="notice"
    )


class Objection(Record, Base):
    """What somebody, with name and contact, holds against a notice, and what was found of it."""

    __tablename__ = "objection"

    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("public_notice.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    contact: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text)
    outcome: Mapped[ObjectionOutcome | None] = mapped_column(
        enum_column(ObjectionOutcome, "outcome")
    )
    finding: Mapped[str] = mapped_column(sa.Text, default="")
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    notice: Mapped[PublicNotice] = relationship(back_populates="objections")
    settled_by: Mapped[User | None] = relationship()
