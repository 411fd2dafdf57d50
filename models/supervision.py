"""Supervision orders (督办): what a bureau demands of a project, and the answer."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import RegionLevel
from models.project import Project
from models.project_enums import OrderStatus
from models.user import User

_RED_LIGHT_OPEN = sa.text("issuer_id IS NULL AND status <> 'closed'")


class SupervisionOrder(Record, Base):
    """An order, the level of the bureau that watches it, and what was answered.

    Without an issuer a red light raised it, one at a time for each project.
    """

    __tablename__ = "supervision_order"
    __table_args__ = (
        sa.Index("ix_supervision_order_project", "project_id", "id"),
        sa.Index("ix_supervision_order_due", "status", "due_on", "id"),
        sa.Index("ix_supervision_order_open", "project_id", "status", "due_on"),
        sa.Index(
            "uq_supervision_order_red_light",
            "project_id",
            unique=True,
            sqlite_where=_RED_LIGHT_OPEN,
            postgresql_where=_RED_LIGHT_OPEN,
        ),
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    level: Mapped[RegionLevel] = mapped_column(enum_column(RegionLevel, "level"))
    status: Mapped[OrderStatus] = mapped_column(
        enum_column(OrderStatus, "status"), default=OrderStatus.ISSUED
    )
    text: Mapped[str] = mapped_column(sa.Text)
    due_on: Mapped[date]
    issuer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    answered_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship(back_populates="orders")
    issuer: Mapped[User | None] = relationship(foreign_keys=[issuer_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
