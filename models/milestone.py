"""Milestones: the plan of a project, weighted in percent."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record
from models.project import Project


class Milestone(Record, Base):
    """One step of a project's plan; the weights of all its steps sum to 100.

    `evidence` names what shows that it was reached.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight_range"),
        sa.CheckConstraint("starts_on <= due_on", name="term_order"),
        sa.UniqueConstraint("project_id", "position"),
        sa.Index("ix_milestone_due", "done_on", "due_on"),
        sa.Index("ix_milestone_open", "project_id", "done_on", "due_on"),
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120))
    weight: Mapped[int]
    starts_on: Mapped[date]
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(sa.Text, default="")

    project: Mapped[Project] = relationship(back_populates="milestones")
