"""Organisations: 政 产 学 研 金 服 用."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import OrganizationKind, OrganizationStatus
from models.industry import Industry
from models.integrity import IntegrityRestriction
from models.region import Region

organization_industry = sa.Table(
    "organization_industry",
    Base.metadata,
    sa.Column("organization_id", sa.ForeignKey("organization.id"), primary_key=True),
    sa.Column("industry_id", sa.ForeignKey("industry.id"), primary_key=True, index=True),
)


class Organization(Record, Base):
    """A legal person known by its unified social credit code (GB 32100-2015)."""

    __tablename__ = "organization"

    kind: Mapped[OrganizationKind] = mapped_column(enum_column(OrganizationKind, "kind"))
    name: Mapped[str] = mapped_column(sa.String(120))
    uscc: Mapped[str] = mapped_column(sa.String(18), unique=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    tiers: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[OrganizationStatus] = mapped_column(
        enum_column(OrganizationStatus, "status"), default=OrganizationStatus.PENDING
    )
    requires_internal_review: Mapped[bool] = mapped_column(default=False)

    region: Mapped[Region] = relationship()
    industries: Mapped[list[Industry]] = relationship(secondary=organization_industry)
    restrictions: Mapped[list[IntegrityRestriction]] = relationship(
        order_by=IntegrityRestriction.starts_on
    )
