"""Signing in and out, and proving once more who one is."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts import attempts
from matchmaker.accounts.passwords import hash_password, needs_rehash, verify_password
from matchmaker.accounts.services import sessions
from matchmaker.accounts.services.sessions import Browser
from matchmaker.db import transaction
from matchmaker.demo import is_demo_account
from models import User, UserSession, now


class WrongCredentialsError(Exception):
    """E-mail or password is wrong, or the account is closed; which of them is not told."""


def sign_in(
    session: Session, email: str, password: str, browser: Browser, *, demo: bool
) -> tuple[UserSession, str]:
    """Begin a session if e-mail and password are right; return it with the key for the cookie.

    A wrong e-mail takes as long as a wrong password and is counted like it (ASVS 5.0 A6.3.8). A
    browser that this user has signed in with before has attempts of its own, so that nobody can
    keep an owner out. The password is verified before the write lock is taken, since argon2 is
    slow by design. The demo's accounts, whose password everybody knows, are let in by a demo only.

    Raises:
        TooManyAttemptsError: the attempts are spent; the password was not looked at.
        WrongCredentialsError: anything is wrong.
    """
    email = normal(email)
    _spend_attempt(session, email, browser)
    known = sa.select(User.id, User.password_hash).where(User.email == email, User.active)
    user_id, stored = session.execute(known).one_or_none() or (None, None)
    right = verify_password(stored, password)
    renewed = hash_password(password) if right and stored and needs_rehash(stored) else None
    with transaction(session):
        barred = is_demo_account(email) and not demo
        user = session.get(User, user_id) if right and not barred else None
        if user is not None and user.active:
            attempts.give_back(session, "password", email, browser.device)
            user.password_hash = renewed or user.password_hash
            audit.record(session, user, "account:password", user)
            return sessions.begin(session, user, browser)
        audit.record(session, None, "account:sign_in", outcome="refused", user=user_id)
    raise WrongCredentialsError


def enter_demo(session: Session, persona: User, browser: Browser) -> tuple[UserSession, str]:
    """Open a session of one of the demo's accounts, whose secrets everybody knows, at one click.

    Raises:
        WrongCredentialsError: it is somebody's own account.
    """
    if not is_demo_account(persona.email) or not persona.active:
        raise WrongCredentialsError
    with transaction(session):
        begun, key = sessions.begin(session, persona, browser)
        begun.opened_at = begun.second_factor_at = now()
        audit.record(session, persona, "account:enter_demo", persona)
    return begun, key


def confirm(session: Session, current: UserSession, password: str, browser: Browser) -> None:
    """Note that the user has just proved who they are, by their password.

    Raises:
        TooManyAttemptsError: the attempts are spent; the password was not looked at.
        WrongCredentialsError: the password is wrong.
    """
    user = current.user
    check_password(session, user, password, browser)
    with transaction(session):
        current.confirmed_at = now()
        audit.record(session, user, "account:confirm", user)


def check_password(session: Session, user: User, password: str, browser: Browser) -> None:
    """Check a signed-in user's password, counted like a sign-in.

    Raises:
        TooManyAttemptsError: the attempts are spent; the password was not looked at.
        WrongCredentialsError: the password is wrong.
    """
    _spend_attempt(session, user.email, browser)
    right = verify_password(user.password_hash, password)
    with transaction(session):
        if right:
            attempts.give_back(session, "password", user.email, browser.device)
            return
        audit.record(session, user, "account:confirm", user, outcome="refused")
    raise WrongCredentialsError


def sign_out(session: Session, actor: User, current: UserSession) -> None:
    """End the session: the cookie given out names a key that is no more."""
    with transaction(session):
        session.execute(sa.delete(UserSession).where(UserSession.id == current.id))
        audit.record(session, actor, "account:sign_out", actor)


def normal(email: str) -> str:
    """Return an e-mail address as accounts keep it."""
    return email.strip().lower()


def _spend_attempt(session: Session, email: str, browser: Browser) -> None:
    try:
        attempts.spend(session, "password", email, browser.device)
    except attempts.TooManyAttemptsError:
        with transaction(session):
            audit.record(session, None, "account:sign_in", outcome="refused", reason="attempts")
        raise
