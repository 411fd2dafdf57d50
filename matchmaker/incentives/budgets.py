"""The money of a policy's year: set, committed, paid, given back, closed.

However many approve at once, no more is committed than there is: one conditional UPDATE decides.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import lock, transaction
from matchmaker.i18n import _
from matchmaker.incentives.estimates import FLUID, hold
from matchmaker.inputs import InputError, need_amount
from matchmaker.lifecycle.engine import GuardedError, follow
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, demand
from models import Budget, Claim, Policy, User, now


def set_amount(session: Session, actor: User, policy: Policy, year: int, amount: int) -> Budget:
    """Give a policy so much money, in fen, for a year; it may be raised and lowered.

    Raises:
        Refused: the policy is another region's.
        InputError: the amount is out of range or less than is committed, or the year is closed.
    """
    demand(actor, Permission.BUDGET_SET, policy)
    need_amount("amount", amount)
    with transaction(session):
        hold(session)
        budget = _of(session, policy.id, year)
        if budget is None:
            budget = Budget(policy=policy, year=year)
            session.add(budget)
        if budget.closed_at is not None:
            raise InputError("year", _("The books of %(year)s are closed.", year=year))
        if amount < budget.committed:
            raise InputError("amount", _("More than this has been approved already."))
        budget.amount = amount
        session.flush()
        audit.record(session, actor, "budget:set", budget, year=year, amount=amount)
    return budget


def close(session: Session, actor: User, budget: Budget) -> None:
    """Close the books of a year: what was not submitted by now lapses.

    Raises:
        Refused: the policy is another region's.
        InputError: the year is closed already.
    """
    demand(actor, Permission.BUDGET_SET, budget)
    with transaction(session):
        hold(session)
        lock(session, budget)
        if budget.closed_at is not None:
            raise InputError("year", _("The books of %(year)s are closed.", year=budget.year))
        unclaimed = sa.select(Claim).where(
            Claim.policy_id == budget.policy_id,
            Claim.year == budget.year,
            Claim.status.in_(FLUID),
        )
        reason = _("The books of %(year)s are closed.", year=budget.year)
        for claim in session.scalars(unclaimed).all():
            follow(session, actor, claim, Action.CLOSE, reason=reason)
        budget.closed_at = now()
        session.flush()
        audit.record(session, actor, "budget:close", budget, year=budget.year)


def commit(session: Session, claim: Claim) -> None:
    """Take a claim's amount from its budget, in the transaction under way.

    Raises:
        GuardedError: there is no budget for its year, or not enough is left.
    """
    taken = _change(
        session,
        claim,
        Budget.committed + claim.amount <= Budget.amount,
        committed=Budget.committed + claim.amount,
    )
    if not taken:
        raise GuardedError(claim, Action.APPROVE, _left(session, claim))


def release(session: Session, claim: Claim) -> None:
    """Give back what an approval took that is not to be paid."""
    _change(session, claim, committed=Budget.committed - claim.amount)


def spend(session: Session, claim: Claim) -> None:
    """Count a claim's amount as paid."""
    _change(session, claim, paid=Budget.paid + claim.amount)


def take_back(session: Session, claim: Claim) -> None:
    """Count a claim's amount as neither paid nor committed: the money has come back."""
    _change(
        session,
        claim,
        paid=Budget.paid - claim.amount,
        committed=Budget.committed - claim.amount,
    )


def _of(session: Session, policy_id: int, year: int) -> Budget | None:
    return session.scalar(
        sa.select(Budget).where(Budget.policy_id == policy_id, Budget.year == year)
    )


def _change(
    session: Session, claim: Claim, *where: sa.ColumnElement[bool], **values: sa.ColumnElement[int]
) -> bool:
    """Change the budget of a claim's year where the conditions hold; return whether they did."""
    own = (Budget.policy_id == claim.policy_id, Budget.year == claim.year)
    done = session.execute(
        sa.update(Budget)
        .where(*own, *where)
        .values(**values, version=Budget.version + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    for budget in claim.policy.budgets:
        session.expire(budget)
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _left(session: Session, claim: Claim) -> str:
    budget = _of(session, claim.policy_id, claim.year)
    if budget is None:
        return _("No budget has been set for %(year)s.", year=claim.year)
    left = f"{(budget.amount - budget.committed) / 100:,.2f}"
    return _("The budget of %(year)s has %(left)s yuan left.", year=claim.year, left=left)
