"""Registering an organization: a link to the mailbox first, then the organization and its manager.

Nothing is asked for and nothing told before the mailbox has proved to be the reader's, so that
registering tells nobody which addresses have accounts (ASVS 5.0 A6.3.8).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.accounts import attempts, letters, links
from matchmaker.accounts.passwords import hash_password
from matchmaker.accounts.services import sessions
from matchmaker.accounts.services.signing_in import normal
from matchmaker.db import lock, transaction
from models import (
    EmailToken,
    Event,
    Industry,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    Region,
    Role,
    TokenPurpose,
    User,
    UserRole,
    now,
)


class CodeTakenError(Exception):
    """An organization with this unified social credit code is registered already."""


@dataclass(frozen=True, slots=True)
class Application:
    """What an organization says of itself; `uscc` has been checked (GB 32100-2015)."""

    kind: OrganizationKind
    name: str
    uscc: str
    region: Region
    industries: Sequence[Industry]
    tiers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody who opens an account says of themselves."""

    name: str
    phone: str
    title: str
    password: str


def request_link(session: Session, email: str) -> None:
    """Send a link for registering; somebody who has an account is told that by the mail alone."""
    email = normal(email)
    try:
        attempts.spend(session, "registration link", email)
    except attempts.TooManyAttemptsError:
        return
    with transaction(session):
        known = session.scalar(sa.select(User.id).where(User.email == email))
        token = links.issue(session, TokenPurpose.REGISTER, email, user_id=known)
        letters.send_link(session, token)
        audit.record(session, None, "organization:request_registration")


def register(session: Session, token: EmailToken, application: Application, person: Person) -> User:
    """Register an organization with its first manager; the region's officer has yet to approve it.

    A code whose registration was refused may be registered by somebody else: the accounts that
    came with the refused one are closed.

    Raises:
        LinkSpentError: the link was used before, or its term is over.
        CodeTakenError: an organization has the code already.
    """
    hashed = hash_password(person.password)
    try:
        with transaction(session):
            links.spend(session, token)
            organization, before = _vacant(session, application.uscc)
            _describe(organization, application)
            user = open_account(token.email, organization, Role.MANAGER, person, hashed)
            session.add(user)
            session.flush()
            _hand_in(session, user, organization, before)
    except IntegrityError as error:
        if _has_account(session, token.email):
            raise links.LinkSpentError from error
        raise CodeTakenError from error
    return user


def hand_in_again(
    session: Session,
    actor: User,
    organization: Organization,
    application: Application,
    version: int | None = None,
) -> None:
    """Hand in a pending or refused registration with other facts.

    `version` is the one that the form was made from.

    Raises:
        StaleFactsError: somebody else has handed it in with others meanwhile.
        CodeTakenError: another organization has the code.
        NotOpenError: it has been decided on meanwhile.
    """
    try:
        with transaction(session):
            lock(session, organization)
            if organization.status not in OPEN:
                raise NotOpenError
            refuse_stale(organization, version)
            _describe(organization, application)
            _hand_in(session, actor, organization, organization.status)
    except IntegrityError as error:
        raise CodeTakenError from error


class NotOpenError(Exception):
    """The registration has been decided on."""


class StaleFactsError(Exception):
    """What is said of an organization was changed after the form was made."""


def refuse_stale(organization: Organization, version: int | None) -> None:
    """Refuse a form that was made from another version than the present one; None is any.

    Raises:
        StaleFactsError: it was.
    """
    if version is not None and version != organization.version:
        raise StaleFactsError


OPEN = (OrganizationStatus.PENDING, OrganizationStatus.REFUSED)


def open_account(
    email: str, organization: Organization, role: Role, person: Person, hashed: str
) -> User:
    """Return a new user with one role, whose mailbox has proved to be theirs."""
    return User(
        name=person.name,
        email=email,
        phone=person.phone,
        title=person.title,
        password_hash=hashed,
        password_changed_at=now(),
        organization=organization,
        role_rows=[UserRole(role=role)],
    )


def _vacant(session: Session, uscc: str) -> tuple[Organization, OrganizationStatus | None]:
    """Return the row that a registration may fill, with its status: a new one, or one refused.

    Raises:
        CodeTakenError: the code is in use.
    """
    found = session.scalar(sa.select(Organization).where(Organization.uscc == uscc))
    if found is None:
        return Organization(uscc=uscc), None
    if found.status is not OrganizationStatus.REFUSED:
        raise CodeTakenError
    for former in session.scalars(sa.select(User).where(User.organization_id == found.id)):
        former.active = False
        sessions.end_all(session, former)
    return found, found.status


def _describe(organization: Organization, application: Application) -> None:
    organization.kind = application.kind
    organization.name = application.name
    organization.uscc = application.uscc
    organization.region = application.region
    organization.industries = list(application.industries)
    organization.tiers = list(application.tiers)


def _hand_in(
    session: Session, actor: User, organization: Organization, before: OrganizationStatus | None
) -> None:
    organization.status = OrganizationStatus.PENDING
    organization.updated_at = now()  # which makes a new version, whatever was changed
    session.add(organization)
    session.flush()
    session.add(audit.status_change(organization, before, organization.status, "register", actor))
    audit.record(session, actor, "organization:register", organization)
    if before is not OrganizationStatus.PENDING:
        notifications.tell(session, Event.ORGANIZATION_REGISTERED, organization, actor)


def _has_account(session: Session, email: str) -> bool:
    return session.scalar(sa.select(User.id).where(User.email == email)) is not None
