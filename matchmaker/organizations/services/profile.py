"""What an organization keeps up to date of itself, and what bars it from posting."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.db import lock, transaction
from matchmaker.organizations import letters
from matchmaker.organizations.services.registration import refuse_stale
from matchmaker.organizations.services.review import OwnOrganizationError
from models import (
    Event,
    Industry,
    IntegrityRestriction,
    Organization,
    OrganizationKind,
    Region,
    User,
    now,
)


def save(
    session: Session,
    actor: User,
    organization: Organization,
    *,
    industries: Sequence[Industry],
    requires_internal_review: bool,
    version: int | None = None,
) -> None:
    """Keep what an approved organization may change without another approval.

    `version` is the one that the form was made from.

    Raises:
        StaleFactsError: somebody else has saved or decided meanwhile.
    """
    with transaction(session):
        lock(session, organization)
        refuse_stale(organization, version)
        organization.industries = list(industries)
        organization.requires_internal_review = requires_internal_review
        organization.updated_at = now()  # which makes a new version, whatever was changed
        audit.record(session, actor, "organization:save", organization)


def correct(
    session: Session,
    actor: User,
    organization: Organization,
    *,
    name: str,
    kind: OrganizationKind,
    region: Region,
    tiers: Sequence[str],
    reason: str,
    version: int | None = None,
) -> None:
    """Correct what an approved organization cannot by itself, and tell its managers.

    Its texts stay with the region that they were posted in. `version` is the one that the form was
    made from.

    Raises:
        OwnOrganizationError: the actor belongs to it.
        StaleFactsError: somebody else has saved or decided meanwhile.
    """
    with transaction(session):
        lock(session, organization)
        refuse_stale(organization, version)
        if organization.id == actor.organization_id:
            raise OwnOrganizationError
        before = _particulars(organization)
        organization.name, organization.kind, organization.region = name, kind, region
        organization.tiers = list(tiers)
        status = organization.status
        change = audit.status_change(organization, status, status, "correct", actor, reason)
        session.add(change)
        after = _particulars(organization)
        audit.record(
            session, actor, "organization:correct", organization, before=before, after=after
        )
        letters.organization_decided(session, change)


def _particulars(organization: Organization) -> tuple[str, ...]:
    kind, region = organization.kind, organization.region.code
    return (organization.name, kind, region, *organization.tiers)


def restrict(
    session: Session,
    actor: User,
    organization: Organization,
    *,
    ground: str,
    source_document: str,
    starts_on: date,
    ends_on: date | None,
) -> IntegrityRestriction:
    """Bar an organization from submitting, publishing and nominating for a term (失信).

    Its managers are told. What is in force already, for the same ground and term, stays the one:
    a form that was sent twice imposes nothing twice.
    """
    asked = {
        "ground": ground,
        "source_document": source_document,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    with transaction(session):
        lock(session, organization)
        for earlier in organization.restrictions:
            same = all(getattr(earlier, name) == value for name, value in asked.items())
            if same and earlier.lifted_at is None:
                return earlier
        restriction = IntegrityRestriction(imposed_by_id=actor.id, **asked)
        organization.restrictions.append(restriction)
        session.flush()
        audit.record(session, actor, "organization:restrict", restriction)
        notifications.tell(session, Event.ORGANIZATION_RESTRICTED, organization, actor)
    return restriction


def lift(session: Session, actor: User, restriction: IntegrityRestriction, today: date) -> None:
    """End a restriction before its term, and tell the managers; one that is over stays so."""
    with transaction(session):
        lock(session, restriction)
        if not restriction.runs_on(today):
            return
        restriction.lifted_by_id, restriction.lifted_at = actor.id, now()
        audit.record(session, actor, "organization:lift_restriction", restriction)
        organization = session.get_one(Organization, restriction.organization_id)
        notifications.tell(session, Event.ORGANIZATION_RELEASED, organization, actor)
