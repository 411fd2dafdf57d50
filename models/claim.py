"""Claims: what an organization may ask for under a policy, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.attachment import Attachment
from models.base import Base, Record, enum_column
from models.organization import Organization
from models.policy import Policy, PolicyVersion
from models.project import Project
from models.project_enums import ClaimStatus
from models.region import Region
from models.user import User

if TYPE_CHECKING:
    from models.public_notice import PublicNotice

_LIVE = "status NOT IN ('rejected', 'withdrawn', 'clawed_back')"


def _one_live(name: str, where: str, *columns: str) -> sa.Index:
    """Return the index that lets there be one live claim for the same thing."""
    live = sa.text(f"{where} AND {_LIVE}")
    return sa.Index(name, *columns, unique=True, sqlite_where=live, postgresql_where=live)


class Claim(Record, Base):
    """An organization's claim for one year, for one project or, without one, for the year's work.

    `amount` is in fen, as `arithmetic` says line by line; `evidence` holds what was handed in by
    the names of the policy's checklist, and each of `files` says under which name it belongs.
    `region` is whose officers review it: the organization's.
    """

    __tablename__ = "claim"
    __table_args__ = (
        sa.CheckConstraint("amount >= 0", name="amount_range"),
        _one_live(
            "uq_claim_project",
            "project_id IS NOT NULL",
            *("policy_id", "project_id"),
            "organization_id",
            "year",
        ),
        _one_live("uq_claim_year", "project_id IS NULL", "policy_id", "organization_id", "year"),
        sa.Index("ix_claim_inbox", "region_id", "status", "id"),
        sa.Index("ix_claim_organization", "organization_id", "year"),
        sa.Index("ix_claim_budget", "policy_id", "year", "status"),
        sa.Index("ix_claim_project", "project_id", "status"),
        sa.Index("ix_claim_status", "status", "id"),
    )

    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("policy.id"))
    policy_version_id: Mapped[int] = mapped_column(sa.ForeignKey("policy_version.id"))
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    year: Mapped[int]
    stacking_group: Mapped[str] = mapped_column(sa.String(40), default="")
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    arithmetic: Mapped[list[Any]] = mapped_column(default=list)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[ClaimStatus] = mapped_column(
        enum_column(ClaimStatus, "status"), default=ClaimStatus.ESTIMATED
    )
    reviewed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    paid_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    paid_on: Mapped[date | None]
    payment_reference: Mapped[str] = mapped_column(sa.String(80), default="")

    policy: Mapped[Policy] = relationship()
    policy_version: Mapped[PolicyVersion] = relationship()
    project: Mapped[Project | None] = relationship(back_populates="claims")
    organization: Mapped[Organization] = relationship()
    region: Mapped[Region] = relationship()
    reviewed_by: Mapped[User | None] = relationship(foreign_keys=[reviewed_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    paid_by: Mapped[User | None] = relationship(foreign_keys=[paid_by_id])
    notices: Mapped[list[PublicNotice]] = relationship(
        order_by="PublicNotice.id", back_populates="claim"
    )
    files: Mapped[list[Attachment]] = relationship(
        viewonly=True,
        primaryjoin="and_(Claim.id == Attachment.claim_id, Attachment.attached)",
        order_by="Attachment.id",
    )
