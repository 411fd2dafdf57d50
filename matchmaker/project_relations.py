"""How an actor stands to projects and what hangs on them: contracts, orders, claims, notices.

As in `relations`, each is there for one loaded record and as the condition of a SELECT.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from matchmaker.relations import (
    OWNER_ROLES,
    REGION_ROLES,
    in_region,
    where_attachment_is_seen,
    where_in_region,
)
from models import (
    Acceptance,
    Attachment,
    Budget,
    Claim,
    ClaimStatus,
    Contract,
    KeyDesignation,
    Milestone,
    Objection,
    Payment,
    Policy,
    PolicyVersion,
    ProgressReport,
    Project,
    ProjectIssue,
    ProjectParty,
    PublicNotice,
    Record,
    Region,
    RegionLevel,
    Role,
    Snapshot,
    SupervisionOrder,
    User,
)

LEVELS = (RegionLevel.COUNTY, RegionLevel.CITY, RegionLevel.PROVINCE)
"""The levels of a bureau, lowest first."""

PARTS = (Acceptance, Contract, KeyDesignation, Milestone, ProgressReport, ProjectIssue)
"""What belongs to one project and is seen by whoever sees that."""


def project_of(record: Record) -> Project:
    """Return the project that a record is or belongs to.

    Raises:
        LookupError: it belongs to none.
    """
    if isinstance(record, Project):
        return record
    if isinstance(record, Payment):
        return record.contract.project
    if isinstance(record, (*PARTS, SupervisionOrder)):
        return record.project
    raise LookupError(f"{type(record).__name__} belongs to no project")


def region_of(record: Record) -> Region:
    """Return the region whose bureau decides on a record."""
    if isinstance(record, PublicNotice):
        record = subject_of(record)
    if isinstance(record, Objection):
        return region_of(record.notice)
    if isinstance(record, PolicyVersion | Budget):
        return record.policy.region
    if isinstance(record, Region):
        return record
    return record.region if isinstance(record, Claim | Policy) else project_of(record).region


def subject_of(notice: PublicNotice) -> KeyDesignation | Claim:
    """Return what a public notice is about."""
    subject = notice.designation or notice.claim
    if subject is None:
        raise LookupError("a notice without a subject")
    return subject


def is_party(actor: User | None, record: Record) -> bool:
    """Return whether the actor's organization is a party of the project."""
    if actor is None or not actor.roles & OWNER_ROLES:
        return False
    parties = project_of(record).parties
    return any(party.organization_id == actor.organization_id for party in parties)


def is_charged(actor: User | None, record: Record) -> bool:
    """Return whether the actor is the broker of the project."""
    return bool(actor and Role.BROKER in actor.roles and project_of(record).broker_id == actor.id)


def works_on(actor: User | None, record: Record) -> bool:
    """Return whether the actor has a hand in the project: party, broker or bureau."""
    return is_party(actor, record) or is_charged(actor, record) or is_regional(actor, record)


def is_regional(actor: User | None, record: Record) -> bool:
    """Return whether a record lies in the region that the actor acts for."""
    return in_region(actor, region_of(record))


def is_regional_from(level: RegionLevel) -> Callable[[User | None, Record], bool]:
    """Return the relation of acting for a region of at least this level that holds the record."""

    def relation(actor: User | None, record: Record) -> bool:
        return is_regional(actor, record) and _rank(actor) >= LEVELS.index(level)

    return relation


def nominates(actor: User | None, record: Record) -> bool:
    """Return whether the actor acts for the county or the city that the project lies in."""
    return is_regional(actor, record) and 0 <= _rank(actor) < LEVELS.index(RegionLevel.PROVINCE)


def watches(actor: User | None, record: Record) -> bool:
    """Return whether a supervision order is in the hands of the actor's bureau or one below it.

    A record that is not an order yet is one that the actor could give an order about.
    """
    level = record.level if isinstance(record, SupervisionOrder) else RegionLevel.COUNTY
    return is_regional_from(level)(actor, record)


def owns_claim(actor: User | None, record: Record) -> bool:
    """Return whether a claim is the actor's own organization's."""
    return bool(
        actor
        and isinstance(record, Claim)
        and actor.roles & OWNER_ROLES
        and record.organization_id == actor.organization_id
    )


def holds_purse(actor: User | None, record: Record) -> bool:
    """Return whether the money of a claim's policy is that of the actor's region."""
    return isinstance(record, Claim) and is_regional(actor, record.policy)


def sees_claim(actor: User | None, record: Record) -> bool:
    """Return whether a claim is the actor's organization's, or has come before their bureau."""
    estimated = isinstance(record, Claim) and record.status is ClaimStatus.ESTIMATED
    return owns_claim(actor, record) or (not estimated and is_regional(actor, record))


def where_project_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return `works_on` as a condition on projects."""
    if actor is None:
        return sa.false()
    conditions = [where_in_region(actor, Project.region_id)]
    if actor.roles & OWNER_ROLES:
        own = ProjectParty.organization_id == actor.organization_id
        conditions.append(Project.id.in_(sa.select(ProjectParty.project_id).where(own)))
    if Role.BROKER in actor.roles:
        conditions.append(Project.broker_id == actor.id)
    return sa.or_(*conditions)


def _where_part_is_seen(column: Any) -> Callable[[User | None], sa.ColumnElement[bool]]:
    def condition(actor: User | None) -> sa.ColumnElement[bool]:
        inside: sa.ColumnElement[bool] = column.in_(
            sa.select(Project.id).where(where_project_is_seen(actor))
        )
        return inside

    return condition


def _where_payment_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    seen = _where_part_is_seen(Contract.project_id)(actor)
    return Payment.contract_id.in_(sa.select(Contract.id).where(seen))


def _where_file_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that a file is of a text, a project or a claim that the actor sees.

    Whoever has put a file to a project or a claim sees it no longer than that.
    """
    elsewhere = sa.and_(Attachment.project_id.is_(None), Attachment.claim_id.is_(None))
    of_text = sa.and_(elsewhere, where_attachment_is_seen(actor))
    claims = sa.select(Claim.id).where(_where_claim_is_seen(actor))
    of_record = sa.or_(
        _where_part_is_seen(Attachment.project_id)(actor), Attachment.claim_id.in_(claims)
    )
    return sa.or_(of_text, sa.and_(Attachment.deleted_at.is_(None), of_record))


def _where_claim_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    if actor is None:
        return sa.false()
    before_the_bureau = Claim.status != ClaimStatus.ESTIMATED
    overseen = sa.and_(before_the_bureau, where_in_region(actor, Claim.region_id))
    if not actor.roles & OWNER_ROLES:
        return overseen
    return sa.or_(Claim.organization_id == actor.organization_id, overseen)


def _where_policy_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    published = PolicyVersion.published_at.is_not(None)
    announced = Policy.id.in_(sa.select(PolicyVersion.policy_id).where(published))
    return sa.or_(announced, where_in_region(actor, Policy.region_id))


def _where_version_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    own = sa.select(Policy.id).where(where_in_region(actor, Policy.region_id))
    return sa.or_(PolicyVersion.published_at.is_not(None), PolicyVersion.policy_id.in_(own))


def _where_budget_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    own = sa.select(Policy.id).where(where_in_region(actor, Policy.region_id))
    return Budget.policy_id.in_(own)


def _where_objection_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that an objection is about something in the actor's region."""
    projects = sa.select(Project.id).where(where_in_region(actor, Project.region_id))
    designations = sa.select(KeyDesignation.id).where(KeyDesignation.project_id.in_(projects))
    claims = sa.select(Claim.id).where(where_in_region(actor, Claim.region_id))
    notices = sa.select(PublicNotice.id).where(
        sa.or_(PublicNotice.designation_id.in_(designations), PublicNotice.claim_id.in_(claims))
    )
    return Objection.notice_id.in_(notices)


WHERE_SEEN: dict[type[Record], Callable[[User | None], sa.ColumnElement[bool]]] = {
    Project: where_project_is_seen,
    **{part: _where_part_is_seen(part.project_id) for part in (*PARTS, SupervisionOrder)},
    Payment: _where_payment_is_seen,
    Attachment: _where_file_is_seen,
    Claim: _where_claim_is_seen,
    Policy: _where_policy_is_seen,
    PolicyVersion: _where_version_is_seen,
    Budget: _where_budget_is_seen,
    PublicNotice: lambda _actor: sa.true(),
    Objection: _where_objection_is_seen,
    Snapshot: lambda actor: where_in_region(actor, Snapshot.region_id),
}
"""Who sees which of these records."""


def _rank(actor: User | None) -> int:
    """Return the actor's level among `LEVELS`, -1 for whoever acts for no region."""
    if actor is None or actor.region is None or not actor.roles & REGION_ROLES:
        return -1
    return LEVELS.index(actor.region.level)
