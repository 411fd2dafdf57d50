"""Organizations: 政 产 学 研 金 服 用."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.dialects import unindexed
from models.enums import MatchStatus, OrganizationKind, OrganizationStatus
from models.industry import Industry
from models.integrity import IntegrityRestriction
from models.region import Region

if TYPE_CHECKING:
    from models.need import Need
    from models.result import Result

organization_industry = sa.Table(
    "organization_industry",
    Base.metadata,
    sa.Column("organization_id", sa.ForeignKey("organization.id"), primary_key=True),
    sa.Column("industry_id", sa.ForeignKey("industry.id"), primary_key=True, index=True),
)


def _matches_of(side: str) -> sa.FromClause:
    """Return the matches joined with the postings on one of their sides."""
    match, posting = Base.metadata.tables["match"], Base.metadata.tables[side]
    return match.join(posting, match.c[f"{side}_id"] == posting.c.id)


def _has_agreed(side: str) -> sa.ColumnElement[bool]:
    """Return whether an organization's posting on one side is in a match that was agreed on."""
    match, posting = Base.metadata.tables["match"], Base.metadata.tables[side]
    own = Organization.id == posting.c.organization_id
    return sa.and_(own, unindexed(match.c.status) == MatchStatus.AGREED)


class Organization(Record, Base):
    """A legal person known by its unified social credit code (GB 32100-2015).

    `opened_needs` and `opened_results` are those of others with which it has agreed on a match,
    `inviting_needs` and `inviting_results` those that it was invited to read.
    """

    __tablename__ = "organization"
    __table_args__ = (sa.Index("ix_organization_status", "status", "id"),)

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
    opened_needs: Mapped[list[Need]] = relationship(
        viewonly=True,
        secondary=lambda: _matches_of("result"),
        primaryjoin=lambda: _has_agreed("result"),
        secondaryjoin="Match.need_id == Need.id",
    )
    opened_results: Mapped[list[Result]] = relationship(
        viewonly=True,
        secondary=lambda: _matches_of("need"),
        primaryjoin=lambda: _has_agreed("need"),
        secondaryjoin="Match.result_id == Result.id",
    )
    inviting_needs: Mapped[list[Need]] = relationship(viewonly=True, secondary="posting_invitation")
    inviting_results: Mapped[list[Result]] = relationship(
        viewonly=True, secondary="posting_invitation"
    )
