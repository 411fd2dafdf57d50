"""What may be claimed, from the day of the contract on; drafted without being asked where allowed.

Estimates follow contracts, payments and registrations until the claim is submitted.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matchmaker import audit, notifications
from matchmaker.audiences import people
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.incentives.facts import (
    TAKEN,
    claimants,
    gather,
    in_force,
    reckon,
    rule_of,
    same_matter,
)
from matchmaker.incentives.formulas import Assessment
from matchmaker.incentives.rules import Rule, Scope
from matchmaker.lifecycle.engine import RefusalError, follow
from matchmaker.lifecycle.project import SETTLED
from matchmaker.lifecycle.transition import Action
from models import (
    Claim,
    ClaimStatus,
    Contract,
    Event,
    Organization,
    PolicyVersion,
    Project,
    ProjectParty,
    ProjectStage,
    Record,
    User,
)

FLUID = (ClaimStatus.ESTIMATED, ClaimStatus.DRAFTED, ClaimStatus.RETURNED)
"""The states in which a claim's amount follows the records."""

_Matter = tuple[Organization, Project | None]
"""A claimant and what is claimed for: a project, or the year's work."""

_OVER = (ProjectStage.COMPLETED, ProjectStage.TERMINATED)


def hold(session: Session) -> None:
    """Let one transaction at a time change what may be claimed, until it ends.

    Whoever writes other things first takes this before them: every write takes the audit trail's
    lock, and two that hold one lock each would wait for each other.
    """
    exclusive(session, "claims")


def refresh(session: Session, cause: User | None, project: Project) -> None:
    """Bring all that may be claimed for a project up to date, for this year and the last.

    A claim for the year counts the claimant's other projects too. Years whose books are closed
    are left alone.
    """
    refresh_all(session, cause, [project])


def refresh_all(session: Session, cause: User | None, projects: Iterable[Project]) -> None:
    """Do what `refresh` does for many projects, in hardly more queries than for one."""
    running = {project.id: project for project in projects if project.stage not in _OVER}
    if not running:
        return
    with transaction(session):
        hold(session)
        session.flush()
        for project in running.values():
            session.expire(project, ["contracts"])
        session.scalars(
            sa.select(Project).where(Project.id.in_(running)).options(*_reckoned_with())
        ).all()
        for year in (today().year - 1, today().year):
            for version in in_force(session, year):
                if not _is_closed(version, year):
                    _refresh_under(session, cause, version, list(running.values()), year)


def drop(session: Session, cause: User | None, project: Project, reason: str) -> None:
    """Close what has not been claimed yet for a project that has ended."""
    with transaction(session):
        for claim in project.claims:
            if claim.status in FLUID:
                follow(session, cause, claim, Action.CLOSE, reason=reason)


def recompute(session: Session, claim: Claim) -> None:
    """Reckon a claim anew by what has happened so far, without what is still to be expected."""
    rule = rule_of(claim.policy_version)
    about = [claim.project] if claim.project else []
    known = gather(session, rule, claim.policy, claim.year, [claim.organization], about)
    _write(claim, rule, reckon(rule, known, claim.organization, claim.project, claim.year))
    session.flush()


def rival(session: Session, claim: Claim) -> Claim | None:
    """Return the claim that keeps this one from being made: of the same stacking group."""
    if not claim.stacking_group:
        return None
    others = sa.select(Claim).where(
        *same_matter(claim),
        Claim.stacking_group == claim.stacking_group,
        Claim.status.in_((ClaimStatus.DRAFTED, ClaimStatus.RETURNED, *TAKEN)),
    )
    return session.scalar(others.limit(1))


def _reckoned_with() -> list[_AbstractLoad]:
    """Return what to load with projects so that reckoning takes a fixed number of queries."""
    contracts = selectinload(Project.contracts)
    parties = selectinload(Project.parties)
    return [
        contracts.selectinload(Contract.payments),
        *(
            side.options(joinedload(Organization.region), selectinload(Organization.restrictions))
            for side in (
                contracts.joinedload(Contract.buyer),
                contracts.joinedload(Contract.seller),
                parties.joinedload(ProjectParty.organization),
            )
        ),
    ]


def _refresh_under(
    session: Session,
    cause: User | None,
    version: PolicyVersion,
    projects: Sequence[Project],
    year: int,
) -> None:
    """Bring what may be claimed under one version of a policy for one year up to date."""
    rule = rule_of(version)
    matters = dict.fromkeys(
        (claimant, project if rule.scope is Scope.PROJECT else None)
        for project in projects
        for claimant in claimants(project, rule)
    )
    if not matters:
        return
    present = _present(session, version, matters, year)
    subjects = {project for _claimant, project in matters if project}
    organizations = {claimant for claimant, _project in matters}
    known = gather(session, rule, version.policy, year, organizations, subjects)
    fluid, new = [], []
    for claimant, project in matters:
        claim = present.get((claimant.id, project.id if project else None))
        if claim is not None and claim.status not in FLUID:
            continue
        expected = year == today().year and (claim is None or claim.status is ClaimStatus.ESTIMATED)
        found = reckon(rule, known, claimant, project, year, assume_paid=expected)
        if claim is None:
            if not found.amount:
                continue
            claim = Claim(
                policy=version.policy,
                project=project,
                organization=claimant,
                region=claimant.region,
                year=year,
            )
            new.append(claim)
        claim.policy_version = version
        _write(claim, rule, found)
        fluid.append(claim)
    if new:
        _add(session, cause, new)
    session.flush()
    if rule.automatic:
        for claim in fluid:
            if claim.status is ClaimStatus.ESTIMATED:
                _draft(session, cause, claim)


def _present(
    session: Session, version: PolicyVersion, matters: Iterable[_Matter], year: int
) -> dict[tuple[int, int | None], Claim]:
    """Return the live claims for these matters, by claimant and project."""
    projects = [project.id for _claimant, project in matters if project]
    about = Claim.project_id.in_(projects) if projects else Claim.project_id.is_(None)
    live = sa.select(Claim).where(
        Claim.policy_id == version.policy_id,
        Claim.organization_id.in_({claimant.id for claimant, _project in matters}),
        Claim.year == year,
        about,
        Claim.status.not_in(SETTLED - {ClaimStatus.PAID}),
    )
    return {(one.organization_id, one.project_id): one for one in session.scalars(live)}


def _add(session: Session, cause: User | None, claims: Sequence[Claim]) -> None:
    """Write new claims down, and tell whose they are."""
    session.add_all(claims)
    session.flush()
    session.add_all(
        audit.status_change(claim, None, claim.status, "estimate", cause) for claim in claims
    )
    amounts: dict[Record, dict[str, Any]] = {claim: {"amount": claim.amount} for claim in claims}
    audit.record_each(session, cause, "claim:estimate", amounts)
    concerned = people(session, {claim.organization_id for claim in claims})
    told: dict[Record, list[User]] = {claim: concerned[claim.organization_id] for claim in claims}
    notifications.tell_each(session, Event.CLAIM_ESTIMATED, told)


def _write(claim: Claim, rule: Rule, found: Assessment) -> None:
    claim.amount = found.amount
    claim.arithmetic = [line.as_json() for line in found.lines]
    claim.stacking_group = rule.stacking_group


def _draft(session: Session, cause: User | None, claim: Claim) -> None:
    """Draft a claim that need not be asked for, once it is worth something and nothing rivals."""
    estimate = claim.amount, claim.arithmetic
    recompute(session, claim)
    if claim.amount and rival(session, claim) is None:
        try:
            follow(session, cause, claim, Action.DRAFT)
        except RefusalError:
            return
    else:
        claim.amount, claim.arithmetic = estimate


def _is_closed(version: PolicyVersion, year: int) -> bool:
    return any(one.year == year and one.closed_at is not None for one in version.policy.budgets)
