"""Projects, what grows out of a match or a registered lead, and their parties."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from models.base import Base, Record, enum_column
from models.enums import OrganizationKind
from models.match import Match
from models.need import Need
from models.organization import Organization
from models.project_enums import Light, ProjectOrigin, ProjectStage
from models.region import Region
from models.result import Result
from models.user import User

if TYPE_CHECKING:
    from models.acceptance import Acceptance
    from models.claim import Claim
    from models.contract import Contract
    from models.key_designation import KeyDesignation
    from models.milestone import Milestone
    from models.progress import ProgressReport, ProjectIssue
    from models.supervision import SupervisionOrder


class Project(Record, Base):
    """A piece of cooperation, known by its code (`AH-2026-0001`).

    A match leads to one project at most. `region` is where it counts: the need's. `reference` is
    the number it had in the ledger it was imported from. The light was computed on `light_on`, by
    `light_lines`; a project that is not being tracked has none. `no_policy` says why nothing is to
    be claimed, where that was found. `reminders_sent` counts those for the report of
    `reminded_month`, its first day.
    """

    __tablename__ = "project"
    __table_args__ = (
        sa.Index("ix_project_board", "region_id", "stage", "id"),
        sa.Index("ix_project_stage", "stage", "id"),
        sa.Index("ix_project_light", "light", "id"),
        sa.Index("ix_project_officer", "officer_id", "stage"),
    )

    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    reference: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    origin: Mapped[ProjectOrigin] = mapped_column(enum_column(ProjectOrigin, "origin"))
    stage: Mapped[ProjectStage] = mapped_column(
        enum_column(ProjectStage, "stage"), default=ProjectStage.LEAD
    )
    light: Mapped[Light | None] = mapped_column(enum_column(Light, "light"))
    light_on: Mapped[date | None]
    light_lines: Mapped[list[Any]] = mapped_column(default=list)
    no_policy: Mapped[str] = mapped_column(sa.Text, default="")
    reminded_month: Mapped[date | None]
    reminders_sent: Mapped[int] = mapped_column(default=0)
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id"), unique=True)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("need.id"), index=True)
    result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"), index=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    officer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    broker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)

    status = synonym("stage")
    match: Mapped[Match | None] = relationship()
    need: Mapped[Need | None] = relationship()
    result: Mapped[Result | None] = relationship()
    region: Mapped[Region] = relationship()
    officer: Mapped[User | None] = relationship(foreign_keys=[officer_id])
    broker: Mapped[User | None] = relationship(foreign_keys=[broker_id])
    parties: Mapped[list[ProjectParty]] = relationship(
        order_by="ProjectParty.id", cascade="all, delete-orphan"
    )
    contracts: Mapped[list[Contract]] = relationship(
        order_by="Contract.id", back_populates="project"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        order_by="Milestone.position", back_populates="project"
    )
    reports: Mapped[list[ProgressReport]] = relationship(
        order_by="ProgressReport.month", back_populates="project"
    )
    issues: Mapped[list[ProjectIssue]] = relationship(
        order_by="ProjectIssue.id", back_populates="project"
    )
    orders: Mapped[list[SupervisionOrder]] = relationship(
        order_by="SupervisionOrder.id", back_populates="project"
    )
    acceptances: Mapped[list[Acceptance]] = relationship(
        order_by="Acceptance.held_on", back_populates="project"
    )
    designations: Mapped[list[KeyDesignation]] = relationship(
        order_by="KeyDesignation.id", back_populates="project"
    )
    claims: Mapped[list[Claim]] = relationship(order_by="Claim.id", back_populates="project")


class ProjectParty(Base):
    """One organization's part in a project: 政 产 学 研 金 服 用."""

    __tablename__ = "project_party"
    __table_args__ = (sa.UniqueConstraint("project_id", "organization_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    role: Mapped[OrganizationKind] = mapped_column(enum_column(OrganizationKind, "role"))

    organization: Mapped[Organization] = relationship()
