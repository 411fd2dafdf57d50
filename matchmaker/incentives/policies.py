"""Policies and their versions: written as drafts, previewed, published; each one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import exclusive, lock, transaction
from matchmaker.i18n import _
from matchmaker.incentives.facts import claimants, gather, reckon, rule_of
from matchmaker.incentives.formulas import Assessment
from matchmaker.incentives.rules import Scope, read_rule, rule_data
from matchmaker.inputs import InputError, need_text
from matchmaker.permissions import Permission, demand, visible
from models import (
    Contract,
    Organization,
    Policy,
    PolicyVersion,
    Project,
    ProjectParty,
    ProjectStage,
    Region,
    User,
    now,
)

MOST_PREVIEWED = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """What one organization would get under a rule: for a project or, without one, for the year."""

    organization: Organization
    project: Project | None
    found: Assessment


def create(
    session: Session, actor: User, title: str, issuer: str, document: str, region: Region
) -> Policy:
    """Write down a policy; it says nothing before a version of it is published.

    Raises:
        Refused: the region is not the actor's.
        InputError: something is missing, or the region has it already.
    """
    demand(actor, Permission.POLICY_WRITE, region)
    named = {"title": title, "issuer": issuer, "document": document}
    policy = Policy(**{key: need_text(key, text) for key, text in named.items()}, region=region)
    same = sa.select(Policy.id).where(
        Policy.region_id == region.id,
        Policy.title == policy.title,
        Policy.document == policy.document,
    )
    with transaction(session):
        exclusive(session, "policies")
        if session.scalar(same) is not None:
            raise InputError("title", _("This policy has been written down already."))
        session.add(policy)
        session.flush()
        audit.record(session, actor, "policy:create", policy)
    return policy


def draft_version(
    session: Session,
    actor: User,
    policy: Policy,
    rule: Mapping[str, Any],
    valid_from: date,
    valid_until: date | None = None,
    *,
    seen: int | None = None,
) -> PolicyVersion:
    """Write the policy's draft, anew if there is one; it binds nobody before it is published.

    `seen` is the version of the draft that the page was made from, 0 where there was none.

    Raises:
        Refused: the policy is another region's.
        InputError: the term ends before it begins, the rule makes no sense, or the draft was
            changed meanwhile.
    """
    demand(actor, Permission.POLICY_WRITE, policy)
    if valid_until is not None and valid_until < valid_from:
        raise InputError("valid_until", _("The term ends before it begins."))
    data = rule_data(read_rule(rule))
    with transaction(session):
        lock(session, policy)
        version = draft_of(policy)
        if seen is not None and seen != (version.version if version else 0):
            reason = _("Somebody else changed the draft meanwhile. Open it again and compare.")
            raise InputError("version", reason)
        if version is None:
            version = PolicyVersion(policy=policy, ordinal=len(policy.versions) + 1)
            session.add(version)
        version.rule, version.author = data, actor
        version.valid_from, version.valid_until = valid_from, valid_until
        session.flush()
        audit.record(session, actor, "policy:draft", version, ordinal=version.ordinal)
    return version


def draft_of(policy: Policy) -> PolicyVersion | None:
    """Return the version that is being written, None where all are published."""
    return next((one for one in policy.versions if one.published_at is None), None)


def in_force(policy: Policy, day: date) -> PolicyVersion | None:
    """Return the version whose term holds on a day, None where there is none."""
    for version in policy.versions:
        if version.published_at is None or version.valid_from > day:
            continue
        if version.valid_until is None or version.valid_until >= day:
            return version
    return None


def publish(session: Session, actor: User, version: PolicyVersion) -> None:
    """Put a draft in force from its first day; the version before it ends the day before.

    Raises:
        Refused: the policy is another region's.
        InputError: it is published already, or begins no later than the version before it.
    """
    demand(actor, Permission.POLICY_PUBLISH, version)
    with transaction(session):
        lock(session, version)
        if version.published_at is not None:
            raise InputError("version", _("This version has been published already."))
        published = [one for one in version.policy.versions if one.published_at is not None]
        if published:
            last = published[-1]
            if version.valid_from <= last.valid_from:
                reason = _(
                    "It must begin after %(day)s, when the last one began.", day=last.valid_from
                )
                raise InputError("valid_from", reason)
            end = version.valid_from - timedelta(days=1)
            last.valid_until = min(last.valid_until or end, end)
        version.published_at = now()
        session.flush()
        audit.record(session, actor, "policy:publish", version, ordinal=version.ordinal)


def preview(session: Session, actor: User, version: PolicyVersion) -> list[Preview]:
    """Return who would get what this year under a version, published or not; largest first.

    As far as the projects that the actor sees go, the newest first, up to `MOST_PREVIEWED`.
    """
    rule, year = rule_of(version), today().year
    scoped = rule.scope is Scope.PROJECT
    wanted = dict.fromkeys(
        (claimant, project if scoped else None)
        for project in _running(session, actor)
        for claimant in claimants(project, rule)
    )
    projects = [project for _claimant, project in wanted if project]
    organizations = {claimant for claimant, _project in wanted}
    known = gather(session, rule, version.policy, year, organizations, projects)
    rows = [
        Preview(claimant, project, reckon(rule, known, claimant, project, year, assume_paid=True))
        for claimant, project in wanted
    ]
    return sorted(rows, key=lambda row: -row.found.amount)


def _running(session: Session, actor: User) -> Sequence[Project]:
    """Return the actor's running projects, newest first, with all that a reckoning looks at."""
    running = (ProjectStage.MATCHMAKING, ProjectStage.TRACKING, ProjectStage.INCENTIVE)
    organization = joinedload(Organization.region), selectinload(Organization.restrictions)
    return session.scalars(
        visible(actor, Project)
        .where(Project.stage.in_(running))
        .order_by(Project.id.desc())
        .limit(MOST_PREVIEWED)
        .options(
            selectinload(Project.parties)
            .joinedload(ProjectParty.organization)
            .options(*organization),
            selectinload(Project.contracts).options(
                selectinload(Contract.payments),
                joinedload(Contract.buyer).options(*organization),
                joinedload(Contract.seller).options(*organization),
            ),
        )
    ).all()
