"""Technology contracts: the terms in force, every version of them, and what was paid."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column, now
from models.organization import Organization
from models.project import Project
from models.project_enums import ContractChange, ContractKind
from models.user import User

LARGEST_AMOUNT = 10**13
"""No amount in fen is larger: a hundred billion yuan is a slip of the keyboard."""


class ContractTerms:
    """What the parties agreed: kind, money in fen, days; `document` names the signed paper."""

    kind: Mapped[ContractKind] = mapped_column(enum_column(ContractKind, "kind"))
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    technology_amount: Mapped[int] = mapped_column(sa.BigInteger)
    signed_on: Mapped[date]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    document: Mapped[str] = mapped_column(sa.String(200), default="")


def _terms_hold() -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint(f"amount BETWEEN 1 AND {LARGEST_AMOUNT}", name="amount_range"),
        sa.CheckConstraint("technology_amount BETWEEN 0 AND amount", name="technology_part"),
        sa.CheckConstraint("starts_on <= ends_on", name="term_order"),
    )


class Contract(Record, ContractTerms, Base):
    """A contract of a project with the terms in force; `versions` holds all terms it ever had.

    The buyer pays the seller. `affiliated` says that one controls the other. A terminated contract
    keeps its last terms.
    """

    __tablename__ = "contract"
    __table_args__ = (
        *_terms_hold(),
        sa.CheckConstraint("buyer_id <> seller_id", name="two_parties"),
        sa.CheckConstraint(
            "(registration_no IS NULL) = (registered_on IS NULL)", name="registration"
        ),
        sa.UniqueConstraint("project_id", "number"),
        sa.Index("ix_contract_number", "number"),
        sa.Index("ix_contract_buyer", "buyer_id", "registered_on"),
        sa.Index("ix_contract_seller", "seller_id", "registered_on"),
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    number: Mapped[str] = mapped_column(sa.String(60))
    buyer_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    affiliated: Mapped[bool] = mapped_column(default=False)
    registration_no: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    registered_on: Mapped[date | None]
    terminated_on: Mapped[date | None]

    project: Mapped[Project] = relationship(back_populates="contracts")
    buyer: Mapped[Organization] = relationship(foreign_keys=[buyer_id])
    seller: Mapped[Organization] = relationship(foreign_keys=[seller_id])
    versions: Mapped[list[ContractVersion]] = relationship(order_by="ContractVersion.ordinal")
    payments: Mapped[list[Payment]] = relationship(
        order_by="Payment.paid_on, Payment.id", back_populates="contract"
    )

    @property
    def paid(self) -> int:
        """What was paid so far, in fen."""
        return sum(payment.amount for payment in self.payments if payment.cancelled_at is None)


class ContractVersion(ContractTerms, Base):
    """One version of a contract's terms: what made it, why, who wrote it down and when."""

    __tablename__ = "contract_version"
    __table_args__ = (*_terms_hold(), sa.UniqueConstraint("contract_id", "ordinal"))

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contract.id"))
    ordinal: Mapped[int]
    change: Mapped[ContractChange] = mapped_column(enum_column(ContractChange, "change"))
    changed_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User | None] = relationship()


class Payment(Record, Base):
    """Money the buyer paid under a contract, in fen; one entered by mistake is cancelled."""

    __tablename__ = "payment"
    __table_args__ = (
        sa.CheckConstraint(f"amount BETWEEN 1 AND {LARGEST_AMOUNT}", name="amount_range"),
        sa.Index("ix_payment_contract", "contract_id", "paid_on"),
    )

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contract.id"))
    paid_on: Mapped[date]
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    evidence: Mapped[str] = mapped_column(sa.String(200))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str] = mapped_column(sa.Text, default="")

    contract: Mapped[Contract] = relationship(back_populates="payments")
    author: Mapped[User | None] = relationship()
