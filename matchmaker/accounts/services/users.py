"""What an administrator does with users: add, move, disable, give roles, send a password link.

An administrator sets no password and sees none (ASVS 5.0 A6.4.6).
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts import letters, links
from matchmaker.accounts.services import passwords, second_factor, sessions
from matchmaker.accounts.services.signing_in import normal
from matchmaker.db import exclusive, transaction
from matchmaker.i18n import _
from matchmaker.permissions import BUREAU_ROLES, exclusion
from matchmaker.relations import REGION_ROLES
from models import (
    Organization,
    OrganizationKind,
    OrganizationStatus,
    Region,
    Role,
    User,
    UserRole,
)


class UserError(Exception):
    """The change is refused; `field` names the field at fault, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user may act as: the roles, and the region that an officer or director works in."""

    roles: frozenset[Role]
    region: Region | None


def create(
    session: Session,
    actor: User | None,
    *,
    name: str,
    email: str,
    organization: Organization,
    standing: Standing,
) -> User:
    """Add a user and send them a link for choosing a password; `actor` None is a command.

    Raises:
        UserError: the standing contradicts itself, or the address is taken.
    """
    _refuse_unfit(organization, standing)
    try:
        with transaction(session):
            user = User(
                name=name,
                email=normal(email),
                organization=organization,
                region=standing.region,
                role_rows=[UserRole(role=role) for role in standing.roles],
            )
            session.add(user)
            session.flush()
            passwords.send_link(session, user.email, user.id)
            audit.record(session, actor, "user:create", user, roles=sorted(standing.roles))
    except IntegrityError as error:
        raise UserError("email", _("Another user has this address.")) from error
    return user


def set_standing(session: Session, actor: User, user: User, standing: Standing) -> None:
    """Give a user these roles and this region; their sessions end.

    Raises:
        UserError: the standing contradicts itself, it is the actor's own, or nobody would be left
            to look after the users.
    """
    _refuse_unfit(user.organization, standing)
    with transaction(session):
        _refuse_own(actor, user)
        if Role.ADMIN not in standing.roles:
            _refuse_last_admin(session, user)
        before = user.roles
        user.region = standing.region
        user.role_rows = [UserRole(role=role) for role in sorted(standing.roles)]
        sessions.end_all(session, user)
        roles = sorted(standing.roles)
        audit.record(session, actor, "user:set_roles", user, roles=roles, before=sorted(before))


def move(
    session: Session, actor: User, user: User, organization: Organization, reason: str
) -> None:
    """Let a user belong to another organization, where a manager begins as a member.

    Their sessions and mailed links end, and a mail tells them. What they have posted stays where
    they posted it.

    Raises:
        UserError: it is the actor's own account, the organization is theirs already or not
            approved, their roles are a bureau's alone, or nobody would be left to manage theirs.
    """
    with transaction(session):
        _refuse_own(actor, user)
        before = user.organization
        if organization.id == before.id:
            raise UserError("organization", _("They belong to this organization already."))
        if organization.status is not OrganizationStatus.APPROVED:
            raise UserError("organization", _("This organization has not been approved."))
        if _is_last(session, user, Role.MANAGER, User.organization_id == before.id):
            refusal = _(
                "This is the last manager of %(organization)s. Make somebody else one first.",
                organization=before.name,
            )
            raise UserError("organization", refusal)
        roles = {Role.MEMBER if role is Role.MANAGER else role for role in user.roles}
        _refuse_unfit(organization, Standing(frozenset(roles), user.region))
        user.organization = organization
        user.role_rows = [UserRole(role=role) for role in sorted(roles)]
        links.withdraw_all(session, user)
        sessions.end_all(session, user)
        entry = audit.record(
            session,
            actor,
            "user:move",
            user,
            before=before.name,
            after=organization.name,
            roles=sorted(roles),
            reason=reason,
        )
        letters.moved(session, user, entry)


def disable(session: Session, actor: User, user: User) -> None:
    """Close a user's account; their sessions end.

    Raises:
        UserError: it is the actor's own, or the last administrator's.
    """
    with transaction(session):
        _refuse_own(actor, user)
        _refuse_last_admin(session, user)
        user.active = False
        links.withdraw_all(session, user)
        sessions.end_all(session, user)
        audit.record(session, actor, "user:disable", user)


def enable(session: Session, actor: User, user: User) -> None:
    """Open a closed account again."""
    with transaction(session):
        user.active = True
        audit.record(session, actor, "user:enable", user)


def send_password_link(session: Session, actor: User, user: User) -> None:
    """Send a user a link for choosing a new password."""
    with transaction(session):
        passwords.send_link(session, user.email, user.id)
        audit.record(session, actor, "user:send_password_link", user)


def reset_second_factor(session: Session, actor: User, user: User) -> None:
    """Forget a user's lost authenticator, so that the next sign-in sets up another.

    Raises:
        UserError: it is the actor's own.
    """
    with transaction(session):
        _refuse_own(actor, user)
        second_factor.reset(session, user)
        sessions.end_all(session, user)
        audit.record(session, actor, "user:reset_second_factor", user)


def _refuse_unfit(organization: Organization, standing: Standing) -> None:
    roles: Collection[Role] = standing.roles
    if not roles:
        raise UserError("roles", _("Choose at least one role."))
    if reason := exclusion(roles):
        raise UserError("roles", reason)
    if set(roles) & BUREAU_ROLES and organization.kind is not OrganizationKind.GOVERNMENT:
        raise UserError("roles", _("Only people of a bureau hold this role."))
    if bool(set(roles) & REGION_ROLES) != (standing.region is not None):
        raise UserError("region", _("Officers and directors have a region; others have none."))


def _refuse_own(actor: User, user: User) -> None:
    if actor.id == user.id:
        raise UserError("roles", _("Ask another administrator to change your own account."))


def _refuse_last_admin(session: Session, user: User) -> None:
    if _is_last(session, user, Role.ADMIN):
        raise UserError("roles", _("This is the last administrator."))


def _is_last(session: Session, user: User, role: Role, *conditions: sa.ColumnElement[bool]) -> bool:
    """Return whether of those with an open account only this user holds the role."""
    if role not in user.roles:
        return False
    exclusive(session, f"last {role}")
    others = (
        sa.select(User.id)
        .join(User.role_rows)
        .where(UserRole.role == role, User.active, User.id != user.id, *conditions)
    )
    return session.scalar(others.limit(1)) is None
