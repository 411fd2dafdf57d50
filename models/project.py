"""Projects: what grows out of a match, from lead to completion."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import ProjectOrigin, ProjectStage
from models.match import Match
from models.need import Need
from models.region import Region
from models.result import Result
from models.user import User


class Project(Record, Base):
    """A piece of cooperation, known by its code (`AH-2026-0001`).

    A match leads to one project at most. `region` is where it counts: the need's.
    """

    __tablename__ = "project"
    __table_args__ = (sa.Index("ix_project_board", "region_id", "stage", "id"),)

    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    origin: Mapped[ProjectOrigin] = mapped_column(enum_column(ProjectOrigin, "origin"))
    stage: Mapped[ProjectStage] = mapped_column(
        enum_column(ProjectStage, "stage"), default=ProjectStage.LEAD
    )
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id"), unique=True)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("need.id"), index=True)
    result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"), index=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    officer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    broker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)

    match: Mapped[Match | None] = relationship()
    need: Mapped[Need | None] = relationship()
    result: Mapped[Result | None] = relationship()
    region: Mapped[Region] = relationship()
    officer: Mapped[User | None] = relationship(foreign_keys=[officer_id])
    broker: Mapped[User | None] = relationship(foreign_keys=[broker_id])
