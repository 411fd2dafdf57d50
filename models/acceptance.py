"""Acceptance (验收): experts' verdict on a finished project."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.project import Project
from models.project_enums import Verdict
from models.user import User


class Acceptance(Record, Base):
    """One meeting of experts about a project; one that failed may be held again."""

    __tablename__ = "acceptance"
    __table_args__ = (sa.UniqueConstraint("project_id", "held_on"),)

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    held_on: Mapped[date]
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict, "verdict"))
    experts: Mapped[list[Any]] = mapped_column(default=list)
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    document: Mapped[str] = mapped_column(sa.String(200), default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    project: Mapped[Project] = relationship(back_populates="acceptances")
    author: Mapped[User | None] = relationship()
