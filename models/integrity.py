"""Integrity restrictions (失信): why and how long an organization may not post."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class IntegrityRestriction(Record, Base):
    """One restriction of one organization, both days included; without a last day until lifted.

    `starts_on` and `ends_on` stay as they were imposed; one that was lifted holds no more.
    """

    __tablename__ = "integrity_restriction"
    __table_args__ = (sa.CheckConstraint("starts_on <= ends_on", name="term_order"),)

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    ground: Mapped[str] = mapped_column(sa.String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    source_document: Mapped[str] = mapped_column(sa.String(200))
    imposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    lifted_at: Mapped[datetime | None]

    def holds_on(self, day: date) -> bool:
        """Return whether the restriction is in force on `day`."""
        return self.starts_on <= day and self.runs_on(day)

    def runs_on(self, day: date) -> bool:
        """Return whether the restriction is in force on `day` or yet to come."""
        return self.lifted_at is None and (self.ends_on is None or day <= self.ends_on)
