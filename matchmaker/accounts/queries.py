"""What the pages of accounts read."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, lazyload

from matchmaker.demo import DOMAIN
from matchmaker.notifications import USUAL_DELIVERY
from matchmaker.permissions import visible
from matchmaker.searching import split_words, stands_in
from matchmaker.web.access import LONGEST_SESSION
from models import (
    Delivery,
    NoticeKind,
    NoticeSetting,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    RecoveryCode,
    Region,
    Role,
    TotpSecret,
    User,
    UserRole,
    UserSession,
    key_digest,
    now,
)

TIME_FOR_STEPS = timedelta(minutes=10)


def begun_session(session: Session, key: str) -> UserSession | None:
    """Return the sign-in under way that the cookie's key names, None if it took too long."""
    return session.scalar(
        sa.select(UserSession)
        .join(UserSession.user)
        .where(UserSession.key_digest == key_digest(key), User.active)
        .where(UserSession.opened_at.is_(None), UserSession.created_at > now() - TIME_FOR_STEPS)
        .options(joinedload(UserSession.user).joinedload(User.organization))
    )


def open_sessions(session: Session, actor: User) -> Sequence[UserSession]:
    """Return the actor's open sessions, newest first."""
    return session.scalars(
        visible(actor, UserSession)
        .where(UserSession.opened_at > now() - LONGEST_SESSION)
        .order_by(UserSession.id.desc())
    ).all()


def has_second_factor(session: Session, user: User) -> bool:
    """Return whether the user has set up an authenticator."""
    return session.get(TotpSecret, user.id) is not None


def is_left_alone(session: Session, organization: Organization) -> bool:
    """Return whether no manager of an organization, which needs one, has an open account.

    A bureau's people are looked after by the administrators; an organization that is not approved
    has nothing to look after.
    """
    if organization.kind is OrganizationKind.GOVERNMENT:
        return False
    managers = sa.select(User.id).where(
        User.organization_id == organization.id,
        User.active,
        User.role_rows.any(UserRole.role == Role.MANAGER),
    )
    approved = organization.status is OrganizationStatus.APPROVED
    return approved and session.scalar(managers.limit(1)) is None


def recovery_codes_left(session: Session, user: User) -> int:
    """Return how many of the user's recovery codes have not been used."""
    own = RecoveryCode.user_id == user.id
    return session.scalar(sa.select(sa.func.count()).where(own)) or 0


def deliveries(session: Session, user: User) -> dict[NoticeKind, Delivery]:
    """Return how the user wants each kind of notice by mail."""
    rows = session.scalars(sa.select(NoticeSetting).where(NoticeSetting.user_id == user.id))
    return USUAL_DELIVERY | {row.kind: row.delivery for row in rows}


def personas(session: Session) -> Sequence[User]:
    """Return the demo's accounts."""
    return session.scalars(
        sa.select(User)
        .where(User.email.endswith(f"@{DOMAIN}"), User.active)
        .options(joinedload(User.organization))
        .order_by(User.id)
    ).all()


def persona(session: Session, public_id: str) -> User | None:
    """Return one of the demo's accounts."""
    return session.scalar(
        sa.select(User).where(User.public_id == public_id, User.email.endswith(f"@{DOMAIN}"))
    )


def where_named(words: str) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a user's name, address or joined organization has each word."""
    kept = (User.name, User.email, Organization.name)
    return [sa.or_(*(stands_in(column, word) for column in kept)) for word in split_words(words)]


def brokers(session: Session) -> Sequence[User]:
    """Return whom a match or a project can be given to, by name."""
    return session.scalars(_active(Role.BROKER)).all()


def officers(session: Session, actor: User) -> Sequence[User]:
    """Return the officers who act for the actor's region, a part of it or one above, by name."""
    if actor.region is None:
        return []
    above, region = [], actor.region
    while region.parent:
        region = region.parent
        above.append(region.code)
    within = Region.code.startswith(actor.region.subtree_prefix)
    near = sa.select(Region.id).where(sa.or_(within, Region.code.in_(above)))
    return session.scalars(_active(Role.OFFICER).where(User.region_id.in_(near))).all()


def _active(role: Role) -> sa.Select[User]:
    """Return the SELECT of those who hold a role in an approved organization, by name."""
    return (
        sa.select(User)
        .join(User.organization)
        .where(User.active, User.role_rows.any(UserRole.role == role))
        .where(Organization.status == OrganizationStatus.APPROVED)
        .order_by(User.name, User.id)
        .options(contains_eager(User.organization), lazyload(User.role_rows))
    )
