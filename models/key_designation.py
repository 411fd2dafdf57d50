"""Key projects (重点项目): a project's place on the list, and the frozen list of a year."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import RegionLevel
from models.project import Project
from models.project_enums import KeyStatus
from models.region import Region
from models.user import User

if TYPE_CHECKING:
    from models.public_notice import PublicNotice

_ON_THE_LIST = sa.text("status <> 'removed'")


class KeyDesignation(Record, Base):
    """A project's way from nomination to the list of a year; at most one open way at a time.

    `level` is that of the bureau that decided last. `reason` says why it was removed, or is to be
    where `removal_proposed_by` stands and it is not yet.
    """

    __tablename__ = "key_designation"
    __table_args__ = (
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name="year_range"),
        sa.Index("ix_key_designation_list", "year", "status", "id"),
        sa.Index("ix_key_designation_project", "project_id"),
        sa.Index(
            "uq_key_designation_open",
            "project_id",
            unique=True,
            sqlite_where=_ON_THE_LIST,
            postgresql_where=_ON_THE_LIST,
        ),
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    year: Mapped[int]
    level: Mapped[RegionLevel] = mapped_column(enum_column(RegionLevel, "level"))
    status: Mapped[KeyStatus] = mapped_column(
        enum_column(KeyStatus, "status"), default=KeyStatus.NOMINATED
    )
    evidence: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    nominated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    reserved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    designated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    designated_at: Mapped[datetime | None]
    removal_proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    project: Mapped[Project] = relationship(back_populates="designations")
    nominated_by: Mapped[User | None] = relationship(foreign_keys=[nominated_by_id])
    reserved_by: Mapped[User | None] = relationship(foreign_keys=[reserved_by_id])
    designated_by: Mapped[User | None] = relationship(foreign_keys=[designated_by_id])
    removal_proposed_by: Mapped[User | None] = relationship(foreign_keys=[removal_proposed_by_id])
    notices: Mapped[list[PublicNotice]] = relationship(
        order_by="PublicNotice.id", back_populates="designation"
    )


class Snapshot(Record, Base):
    """The counter of one year and region as it stood when the year was closed.

    `digest` is the SHA-256 of `content`, so that a changed word shows.
    """

    __tablename__ = "snapshot"
    __table_args__ = (sa.UniqueConstraint("year", "region_id"),)

    year: Mapped[int]
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    counted: Mapped[int]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    region: Mapped[Region] = relationship()
    author: Mapped[User | None] = relationship()
