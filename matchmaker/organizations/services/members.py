"""The people of an organization: inviting them, their roles, closing their accounts."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts import letters, links
from matchmaker.accounts.passwords import hash_password
from matchmaker.accounts.services import sessions
from matchmaker.accounts.services.signing_in import normal
from matchmaker.db import lock, transaction
from matchmaker.organizations.services.registration import Person, open_account
from models import (
    AuditEntry,
    EmailToken,
    Invitation,
    OrganizationStatus,
    Role,
    TokenPurpose,
    User,
    UserRole,
    now,
)

ROLES = (Role.MEMBER, Role.MANAGER)


class NotYoursError(Exception):
    """The account is the manager's own, or holds a role that an organization does not give."""


def invite(session: Session, actor: User, email: str, role: Role) -> Invitation:
    """Ask somebody to join the actor's organization; an earlier open invitation is replaced."""
    email = normal(email)
    with transaction(session):
        for earlier in session.scalars(
            sa.select(Invitation).where(
                Invitation.organization_id == actor.organization_id,
                Invitation.email == email,
                Invitation.closed_at.is_(None),
            )
        ):
            _close(session, earlier)
        invitation = Invitation(
            organization=actor.organization, email=email, role=role, inviter=actor
        )
        session.add(invitation)
        session.flush()
        known = session.scalar(sa.select(User.id).where(User.email == email))
        token = links.issue(
            session, TokenPurpose.INVITATION, email, user_id=known, invitation=invitation
        )
        letters.send_link(session, token)
        audit.record(session, actor, "organization:invite", invitation)
    return invitation


def withdraw(session: Session, actor: User, invitation: Invitation) -> None:
    """Take an invitation back; its link works no more."""
    with transaction(session):
        _close(session, invitation)
        audit.record(session, actor, "organization:withdraw_invitation", invitation)


def accept(session: Session, token: EmailToken, person: Person) -> User:
    """Open an account for somebody who was invited, with the role they were invited to.

    Raises:
        LinkSpentError: the link was used before or withdrawn, its term is over, the organization
            may not act any more, or the address has an account by now.
    """
    hashed = hash_password(person.password)
    try:
        with transaction(session):
            invitation = token.invitation
            links.spend(session, token)
            if invitation is None or invitation.closed_at is not None:
                raise links.LinkSpentError
            if invitation.organization.status is not OrganizationStatus.APPROVED:
                raise links.LinkSpentError
            invitation.closed_at = now()
            organization, role = invitation.organization, invitation.role
            user = open_account(token.email, organization, role, person, hashed)
            session.add(user)
            session.flush()
            audit.record(session, user, "organization:join", user)
    except IntegrityError as error:
        raise links.LinkSpentError from error
    return user


def set_role(session: Session, actor: User, user: User, role: Role) -> None:
    """Make a colleague a member or a manager; their sessions end.

    Raises:
        NotYoursError: it is the actor's own account, or not the organization's to change.
    """
    with transaction(session):
        _refuse_not_own(session, actor, user)
        user.role_rows = [UserRole(role=role)]
        sessions.end_all(session, user)
        audit.record(session, actor, "organization:set_role", user, role=role)


def set_active(session: Session, actor: User, user: User, *, active: bool) -> None:
    """Close a colleague's account, or open it again; closing ends their sessions.

    Raises:
        NotYoursError: it is the actor's own account, or not the organization's to change.
    """
    with transaction(session):
        _refuse_not_own(session, actor, user)
        if active and _closed_from_outside(session, user):
            raise NotYoursError
        user.active = active
        links.withdraw_all(session, user)
        sessions.end_all(session, user)
        action = "organization:enable_member" if active else "organization:disable_member"
        audit.record(session, actor, action, user)


def _closed_from_outside(session: Session, user: User) -> bool:
    """Return whether it was an administrator of the platform who closed the account."""
    closings = sa.select(AuditEntry.action).where(
        AuditEntry.subject_kind == User.__name__,
        AuditEntry.subject_id == user.id,
        AuditEntry.action.in_(("user:disable", "organization:disable_member")),
        AuditEntry.outcome == "done",
    )
    return session.scalar(closings.order_by(AuditEntry.id.desc()).limit(1)) == "user:disable"


def may_change(actor: User, user: User) -> bool:
    """Return whether the actor may change a colleague's role and close their account."""
    return actor.id != user.id and user.roles <= set(ROLES)


def _refuse_not_own(session: Session, actor: User, user: User) -> None:
    """Refuse what is not the actor's to change, one change of an organization after the other.

    Of two managers who demote each other at once the second is none by then.
    """
    lock(session, actor.organization)
    for each in (actor, user):
        session.refresh(each, ["active", "role_rows"])
    manages = actor.active and Role.MANAGER in actor.roles
    if not manages or not may_change(actor, user):
        raise NotYoursError


def _close(session: Session, invitation: Invitation) -> None:
    invitation.closed_at = now()
    links.withdraw(session, EmailToken.invitation_id == invitation.id)
