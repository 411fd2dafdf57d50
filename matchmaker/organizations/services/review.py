"""Deciding on organizations: approve, refuse, suspend, resume; and adding a bureau."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker import audit, outbox
from matchmaker.db import lock, transaction
from matchmaker.organizations import letters
from matchmaker.organizations.services.registration import CodeTakenError
from models import Organization, OrganizationKind, OrganizationStatus, Region, User

PENDING, APPROVED = OrganizationStatus.PENDING, OrganizationStatus.APPROVED
REFUSED, SUSPENDED = OrganizationStatus.REFUSED, OrganizationStatus.SUSPENDED


class WrongStateError(Exception):
    """Somebody else has decided meanwhile."""


class OwnOrganizationError(Exception):
    """Nobody decides on their own organization."""


def approve(session: Session, actor: User, organization: Organization) -> None:
    """Let an organization act on the platform.

    Raises:
        WrongStateError: it is not pending any more.
        OwnOrganizationError: the actor belongs to it.
    """
    _move(session, actor, organization, "approve", PENDING, APPROVED)


def refuse(session: Session, actor: User, organization: Organization, reason: str) -> None:
    """Turn a registration down; its manager is told why and may hand it in again.

    Raises:
        WrongStateError: it is not pending any more.
        OwnOrganizationError: the actor belongs to it.
    """
    _move(session, actor, organization, "refuse", PENDING, REFUSED, reason)


def suspend(session: Session, actor: User, organization: Organization, reason: str) -> None:
    """Stop an approved organization from acting; its published texts go out of sight after it.

    Raises:
        WrongStateError: it is not approved any more.
        OwnOrganizationError: the actor belongs to it.
    """
    _move(session, actor, organization, "suspend", APPROVED, SUSPENDED, reason)


def resume(session: Session, actor: User, organization: Organization) -> None:
    """Let a suspended organization act again; the texts hidden with it are shown again after it.

    Raises:
        WrongStateError: it is not suspended any more.
        OwnOrganizationError: the actor belongs to it.
    """
    _move(session, actor, organization, "resume", SUSPENDED, APPROVED)


def add_bureau(
    session: Session, actor: User | None, *, name: str, uscc: str, region: Region
) -> Organization:
    """Add an approved government body, whose officers will decide on others.

    Raises:
        CodeTakenError: an organization has the code already.
    """
    bureau = Organization(
        kind=OrganizationKind.GOVERNMENT, name=name, uscc=uscc, region=region, status=APPROVED
    )
    try:
        with transaction(session):
            session.add(bureau)
            session.flush()
            session.add(audit.status_change(bureau, None, APPROVED, "add", actor))
            audit.record(session, actor, "organization:add_bureau", bureau)
    except IntegrityError as error:
        raise CodeTakenError from error
    return bureau


def _move(
    session: Session,
    actor: User,
    organization: Organization,
    action: str,
    source: OrganizationStatus,
    target: OrganizationStatus,
    reason: str = "",
) -> None:
    with transaction(session):
        lock(session, organization)
        if organization.status is not source:
            raise WrongStateError
        if organization.id == actor.organization_id:
            raise OwnOrganizationError
        organization.status = target
        change = audit.status_change(organization, source, target, action, actor)
        change.reason = reason
        session.add(change)
        audit.record(session, actor, f"organization:{action}", organization)
        letters.organization_decided(session, change)
        if SUSPENDED in (source, target):
            outbox.later(session, "follow_organizations", organization_id=organization.id)
