"""What the formulas look at, gathered from the records: rules in force, deals, what was given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.clock import today
from matchmaker.incentives.formulas import Assessment, Circumstances, Deal, assess
from matchmaker.incentives.rules import Basis, Flat, Rule, Scope, Side, read_rule
from matchmaker.lifecycle.posting import restriction
from models import (
    Claim,
    ClaimStatus,
    Contract,
    Organization,
    OrganizationKind,
    Policy,
    PolicyVersion,
    Project,
)

TAKEN = (
    ClaimStatus.SUBMITTED,
    ClaimStatus.REVIEWED,
    ClaimStatus.ON_NOTICE,
    ClaimStatus.APPROVED,
    ClaimStatus.PAID,
)
"""The states in which a claim uses up the caps."""


def in_force(session: Session, year: int) -> Sequence[PolicyVersion]:
    """Return the published versions whose term holds today or, of a year past, at its end."""
    day = min(today(), date(year, 12, 31))
    open_ended = PolicyVersion.valid_until.is_(None)
    return session.scalars(
        sa.select(PolicyVersion)
        .where(
            PolicyVersion.published_at.is_not(None),
            PolicyVersion.valid_from <= day,
            sa.or_(open_ended, PolicyVersion.valid_until >= day),
        )
        .order_by(PolicyVersion.id)
        .options(joinedload(PolicyVersion.policy).selectinload(Policy.budgets))
    ).all()


def rule_of(version: PolicyVersion) -> Rule:
    """Return a version's rule; one that names no region is for the policy's own."""
    rule = read_rule(version.rule)
    return rule if rule.regions else replace(rule, regions=(version.policy.region.code,))


def claimants(project: Project, rule: Rule) -> list[Organization]:
    """Return the organizations of a project that a rule lets claim."""
    if rule.side is Side.SERVICE:
        parties = (one for one in project.parties if one.role is OrganizationKind.SERVICE)
        return [party.organization for party in parties]
    found = (_on(rule.side, contract) for contract in project.contracts)
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Known:
    """What a reckoning looks at beside the records at hand: contracts, and what was given, in fen.

    `contracts` are by claimant, of all projects; `given_project` by project and `given_year` by
    claimant count the policy's claims that use up its caps.
    """

    contracts: Mapping[int, Sequence[Contract]]
    given_project: Mapping[int, int]
    given_year: Mapping[int, int]


def gather(
    session: Session,
    rule: Rule,
    policy: Policy,
    year: int,
    claimants: Collection[Organization],
    projects: Collection[Project],
) -> Known:
    """Return what is known of claimants and projects, in as many queries however many they are."""
    contracts: dict[int, list[Contract]] = {}
    ids = [claimant.id for claimant in claimants]
    if rule.scope is Scope.YEAR:
        side = Contract.buyer_id if rule.side is Side.BUYER else Contract.seller_id
        own = sa.select(side, Contract).where(side.in_(ids)).order_by(Contract.id)
        for claimant_id, contract in session.execute(own.options(selectinload(Contract.payments))):
            contracts.setdefault(claimant_id, []).append(contract)
    taken = sa.and_(Claim.policy_id == policy.id, Claim.status.in_(TAKEN))
    of_projects = Claim.project_id.in_([project.id for project in projects])
    of_year = sa.and_(Claim.organization_id.in_(ids), Claim.year == year)
    return Known(
        contracts,
        _given(session, Claim.project_id, taken, of_projects) if projects else {},
        _given(session, Claim.organization_id, taken, of_year),
    )


def reckon(
    rule: Rule,
    known: Known,
    claimant: Organization,
    project: Project | None,
    year: int,
    *,
    assume_paid: bool = False,
) -> Assessment:
    """Return what a rule gives an organization for a year, for one project or for all of them.

    With `assume_paid` a contract of which nothing was paid in the year counts as paid in full: an
    estimate of what is to come.
    """
    deals = tuple(
        deal
        for contract in _contracts(rule, known, claimant, project)
        if (deal := _deal(rule, contract, year, assume_paid=assume_paid)) is not None
    )
    at = Circumstances(
        kind=claimant.kind,
        region=claimant.region.code,
        tiers=frozenset(claimant.tiers),
        deals=deals,
        restricted=restriction(claimant, today()) or "",
        given_project=known.given_project.get(project.id, 0) if project else 0,
        given_year=known.given_year.get(claimant.id, 0),
    )
    return assess(rule, at)


def _given(session: Session, key: Any, *where: sa.ColumnElement[bool]) -> dict[int, int]:
    """Return by `key` what claims add up to."""
    rows = session.execute(sa.select(key, sa.func.sum(Claim.amount)).where(*where).group_by(key))
    return {row[0]: int(row[1]) for row in rows}


def _contracts(
    rule: Rule, known: Known, claimant: Organization, project: Project | None
) -> Sequence[Contract]:
    if project is None:
        return known.contracts.get(claimant.id, ())
    if rule.side is Side.SERVICE:
        return project.contracts
    return [one for one in project.contracts if _on(rule.side, one) is claimant]


def _on(side: Side, contract: Contract) -> Organization:
    return contract.buyer if side is Side.BUYER else contract.seller


def _deal(rule: Rule, contract: Contract, year: int, *, assume_paid: bool) -> Deal | None:
    """Return a contract as the formulas see it, None if it belongs to another year.

    What is paid belongs to the year of the payment; a contract as such to that of its registration
    where the rule asks for one, else of its signing. A terminated contract earns nothing.
    """
    if contract.terminated_on is not None:
        return None
    paid = sum(
        one.amount
        for one in contract.payments
        if one.cancelled_at is None and one.paid_on.year == year
    )
    if rule.basis is not Basis.PAID or isinstance(rule.formula, Flat):
        day = contract.registered_on if rule.registered else contract.signed_on
        if (day or today()).year != year:
            return None
    elif not paid and not assume_paid:
        return None
    return Deal(
        number=contract.number,
        kind=contract.kind,
        amount=contract.amount,
        technology_amount=contract.technology_amount,
        paid=contract.amount - contract.paid if assume_paid and not paid else paid,
        registered=contract.registered_on is not None,
        affiliated=contract.affiliated,
    )


def same_matter(claim: Claim) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that other claims are for the same as this one."""
    return [
        Claim.organization_id == claim.organization_id,
        Claim.year == claim.year,
        Claim.project_id.is_(None)
        if claim.project_id is None
        else Claim.project_id == claim.project_id,
        Claim.id != claim.id,
    ]
