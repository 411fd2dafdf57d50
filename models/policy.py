"""Incentive policies, their dated versions, and the money of each year."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record
from models.region import Region
from models.user import User


class Policy(Record, Base):
    """A policy that rewards what projects do; `region` is whose money it is."""

    __tablename__ = "policy"

    title: Mapped[str] = mapped_column(sa.String(200))
    issuer: Mapped[str] = mapped_column(sa.String(120))
    document: Mapped[str] = mapped_column(sa.String(200))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)

    region: Mapped[Region] = relationship()
    versions: Mapped[list[PolicyVersion]] = relationship(
        order_by="PolicyVersion.ordinal", back_populates="policy"
    )
    budgets: Mapped[list[Budget]] = relationship(order_by="Budget.year", back_populates="policy")


class PolicyVersion(Record, Base):
    """The rule of a policy for a term, both days included; without a last day until replaced.

    `rule` is what `incentives.rules.Rule` reads. One that is not published is a draft that binds
    nobody.
    """

    __tablename__ = "policy_version"
    __table_args__ = (
        sa.CheckConstraint("valid_from <= valid_until", name="term_order"),
        sa.UniqueConstraint("policy_id", "ordinal"),
        sa.Index("ix_policy_version_valid", "published_at", "valid_from"),
    )

    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("policy.id"))
    ordinal: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    rule: Mapped[dict[str, Any]]
    published_at: Mapped[datetime | None]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    policy: Mapped[Policy] = relationship(back_populates="versions")
    author: Mapped[User | None] = relationship()


class Budget(Record, Base):
    """A policy's money of one year, in fen.

    `committed` is what was approved, paid or not; `paid` is the part of it that was. After
    `closed_at` nothing more is claimed from it.
    """

    __tablename__ = "budget"
    __table_args__ = (
        sa.CheckConstraint("0 <= paid AND paid <= committed AND committed <= amount", name="cover"),
        sa.UniqueConstraint("policy_id", "year"),
    )

    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("policy.id"))
    year: Mapped[int]
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    committed: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    paid: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    closed_at: Mapped[datetime | None]

    policy: Mapped[Policy] = relationship(back_populates="budgets")
