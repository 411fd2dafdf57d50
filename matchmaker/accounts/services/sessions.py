"""Sessions: begun by a password, opened once nothing is missing, ended here or from afar."""

import secrets
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts import policy
from matchmaker.db import transaction
from matchmaker.permissions import BUREAU_ROLES
from models import TotpSecret, User, UserSession, key_digest, now


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from; `device` is the mark of one that this user signed in with."""

    address: str
    name: str
    device: str = ""


class Step(StrEnum):
    """What a sign-in still lacks."""

    SECOND_FACTOR = "second_factor"
    NEW_SECOND_FACTOR = "new_second_factor"
    NEW_PASSWORD = "new_password"  # noqa: S105 (a step, not a password)


def begin(session: Session, user: User, browser: Browser) -> tuple[UserSession, str]:
    """Begin a session in the transaction under way; return it with the key for the cookie."""
    key = secrets.token_urlsafe(32)
    begun = UserSession(
        user=user,
        key_digest=key_digest(key),
        address=browser.address[:45],
        browser=browser.name[:200],
    )
    session.add(begun)
    session.flush()
    return begun, key


def next_step(session: Session, begun: UserSession, profile: str) -> Step | None:
    """Return what the sign-in lacks, None if nothing: a second factor, a fresh password."""
    user = begun.user
    if begun.second_factor_at is None:
        if session.get(TotpSecret, user.id) is not None:
            return Step.SECOND_FACTOR
        if user.roles & BUREAU_ROLES:
            return Step.NEW_SECOND_FACTOR
    if policy.is_expired(profile, user):
        return Step.NEW_PASSWORD
    return None


def open_if_complete(session: Session, begun: UserSession, profile: str) -> str | None:
    """Open the session if no step is missing; return its new key, None while one is."""
    with transaction(session):
        if next_step(session, begun, profile) is not None:
            return None
        key = secrets.token_urlsafe(32)
        begun.key_digest = key_digest(key)
        begun.opened_at = begun.confirmed_at = now()
        audit.record(session, begun.user, "account:sign_in", begun.user)
    return key


def end(session: Session, actor: User, ended: UserSession) -> None:
    """End one of the actor's own sessions; its cookie is refused from now on."""
    with transaction(session):
        session.execute(sa.delete(UserSession).where(UserSession.id == ended.id))
        audit.record(session, actor, "account:end_session", actor)


def end_others(session: Session, actor: User, kept: UserSession) -> None:
    """End all of the actor's sessions but one."""
    with transaction(session):
        end_all(session, actor, but=kept)
        audit.record(session, actor, "account:end_other_sessions", actor)


def end_all(session: Session, user: User, but: UserSession | None = None) -> None:
    """End the user's sessions, in the transaction under way (ASVS 5.0 A7.4.2, A7.4.3)."""
    statement = sa.delete(UserSession).where(UserSession.user_id == user.id)
    if but is not None:
        statement = statement.where(UserSession.id != but.id)
    session.execute(statement)
