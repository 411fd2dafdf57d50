"""Monthly progress reports of projects, and the issues that stand in their way."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.contract import LARGEST_AMOUNT
from models.project import Project
from models.project_enums import DelayReason, Progress
from models.user import User


class ProgressReport(Record, Base):
    """What a project's parties tell of one month, named by its first day.

    `percent` is how much of the whole is done; funds are the month's own, in fen.
    """

    __tablename__ = "progress_report"
    __table_args__ = (
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        sa.CheckConstraint(f"funds_in BETWEEN 0 AND {LARGEST_AMOUNT}", name="funds_in_range"),
        sa.CheckConstraint(f"funds_spent BETWEEN 0 AND {LARGEST_AMOUNT}", name="funds_spent_range"),
        sa.CheckConstraint(
            "overall IN ('ahead', 'on_plan') OR reason IS NOT NULL", name="delay_explained"
        ),
        sa.UniqueConstraint("project_id", "month"),
        sa.Index("ix_progress_report_month", "month", "project_id"),
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    month: Mapped[date]
    overall: Mapped[Progress] = mapped_column(enum_column(Progress, "overall"))
    reason: Mapped[DelayReason | None] = mapped_column(enum_column(DelayReason, "reason"))
    percent: Mapped[int]
    funds_in: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    funds_spent: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    project: Mapped[Project] = relationship(back_populates="reports")
    author: Mapped[User | None] = relationship()


class ProjectIssue(Record, Base):
    """Something that stands in a project's way, who sees to it and by when."""

    __tablename__ = "project_issue"
    __table_args__ = (
        sa.Index("ix_project_issue_open", "project_id", "resolved_on", "due_on"),
        sa.Index("ix_project_issue_owner", "owner_id", "resolved_on", "due_on"),
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    raised_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    due_on: Mapped[date]
    resolved_on: Mapped[date | None]
    resolution: Mapped[str] = mapped_column(sa.Text, default="")

    project: Mapped[Project] = relationship(back_populates="issues")
    raised_by: Mapped[User] = relationship(foreign_keys=[raised_by_id])
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
