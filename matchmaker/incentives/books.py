"""The money of a region's policies in one year: set, committed, paid, asked for, expected."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from matchmaker.incentives.estimates import FLUID
from matchmaker.incentives.facts import TAKEN
from matchmaker.relations import where_in_region
from models import Budget, Claim, ClaimStatus, Policy, PolicyVersion, User

CLAIMED = (ClaimStatus.SUBMITTED, ClaimStatus.REVIEWED, ClaimStatus.ON_NOTICE)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is in the books of a year, in fen.

    `claimed` is handed in and not decided, `estimated` not handed in yet; of estimates that exclude
    each other the largest counts.
    """

    amount: int
    committed: int
    paid: int
    claimed: int
    estimated: int

    @property
    def left(self) -> int:
        """What has not been committed."""
        return self.amount - self.committed

    @property
    def forecast(self) -> int:
        """What would be committed if all that is expected were approved."""
        return self.committed + self.claimed + self.estimated

    @property
    def short(self) -> int:
        """By how much the forecast is more than there is, 0 where it is not."""
        return max(self.forecast - self.amount, 0)


@dataclass(frozen=True, slots=True)
class Account:
    """A policy's year; `budget` is None where none was set."""

    policy: Policy
    budget: Budget | None
    figures: Figures


def accounts(session: Session, actor: User, year: int) -> list[Account]:
    """Return the accounts of the published policies of the actor's region, the oldest first."""
    published = sa.select(PolicyVersion.policy_id).where(PolicyVersion.published_at.is_not(None))
    policies = session.scalars(
        sa.select(Policy)
        .where(where_in_region(actor, Policy.region_id), Policy.id.in_(published))
        .order_by(Policy.id)
        .options(joinedload(Policy.region))
    ).all()
    ids = [policy.id for policy in policies]
    found = session.scalars(sa.select(Budget).where(Budget.year == year, Budget.policy_id.in_(ids)))
    budgets = {budget.policy_id: budget for budget in found}
    claimed = _sums(session, ids, year, Claim.status.in_(CLAIMED))
    estimated = _sums(session, ids, year, Claim.status.in_(FLUID), ~_excluded())
    return [
        Account(
            policy,
            budget := budgets.get(policy.id),
            _figures(budget, claimed.get(policy.id, 0), estimated.get(policy.id, 0)),
        )
        for policy in policies
    ]


def together(accounts: Iterable[Account]) -> Figures:
    """Return what accounts add up to."""
    every = [account.figures for account in accounts]
    return Figures(
        amount=sum(one.amount for one in every),
        committed=sum(one.committed for one in every),
        paid=sum(one.paid for one in every),
        claimed=sum(one.claimed for one in every),
        estimated=sum(one.estimated for one in every),
    )


def _figures(budget: Budget | None, claimed: int, estimated: int) -> Figures:
    if budget is None:
        return Figures(0, 0, 0, claimed, estimated)
    return Figures(budget.amount, budget.committed, budget.paid, claimed, estimated)


def _sums(
    session: Session, policies: list[int], year: int, *where: sa.ColumnElement[bool]
) -> dict[int, int]:
    """Return by policy what the claims of a year add up to."""
    rows = session.execute(
        sa.select(Claim.policy_id, sa.func.sum(Claim.amount))
        .where(Claim.policy_id.in_(policies), Claim.year == year, *where)
        .group_by(Claim.policy_id)
    )
    return {policy_id: int(total) for policy_id, total in rows}


def _excluded() -> sa.ColumnElement[bool]:
    """Return the condition that another claim of the same stacking group takes a claim's place."""
    other = aliased(Claim)
    larger = sa.or_(
        other.amount > Claim.amount, sa.and_(other.amount == Claim.amount, other.id < Claim.id)
    )
    return sa.exists().where(
        Claim.stacking_group != "",
        other.stacking_group == Claim.stacking_group,
        other.organization_id == Claim.organization_id,
        other.year == Claim.year,
        other.project_id.is_not_distinct_from(Claim.project_id),
        other.id != Claim.id,
        sa.or_(other.status.in_(TAKEN), sa.and_(other.status.in_(FLUID), larger)),
    )
