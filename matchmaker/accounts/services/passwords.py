"""Choosing a password: with the present one, at its expiry, or through a link sent by mail."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts import attempts, letters, links
from matchmaker.accounts.passwords import hash_password, verify_password
from matchmaker.accounts.services import sessions
from matchmaker.accounts.services.sessions import Browser
from matchmaker.accounts.services.signing_in import check_password, normal
from matchmaker.db import transaction
from models import EmailToken, TokenPurpose, User, UserSession, now


class SamePasswordError(Exception):
    """The new password is the present one."""


def change(session: Session, current: UserSession, old: str, new: str, browser: Browser) -> None:
    """Give the user another password and end their other sessions (ASVS 5.0 A6.2.3, A7.4.3).

    Raises:
        TooManyAttemptsError: the attempts at the old password are spent.
        WrongCredentialsError: the old password is wrong.
    """
    user = current.user
    check_password(session, user, old, browser)
    hashed = hash_password(new)
    with transaction(session):
        _keep(session, user, hashed)
        sessions.end_all(session, user, but=current)


def replace_expired(session: Session, begun: UserSession, new: str) -> None:
    """Give a user whose password is too old another one, in the midst of signing in.

    Raises:
        SamePasswordError: it is the one that is too old.
    """
    user = begun.user
    if verify_password(user.password_hash, new):
        raise SamePasswordError
    hashed = hash_password(new)
    with transaction(session):
        _keep(session, user, hashed)
        sessions.end_all(session, user, but=begun)


def request_link(session: Session, email: str) -> None:
    """Send a link for choosing a new password, if there is such an account.

    An address without one leaves the same rows and takes the same time; the mail is dropped when
    it is due (ASVS 5.0 A6.3.8). Requests beyond the ceiling send nothing, for either.
    """
    email = normal(email)
    try:
        attempts.spend(session, "password link", email)
    except attempts.TooManyAttemptsError:
        return
    with transaction(session):
        user_id = session.scalar(sa.select(User.id).where(User.email == email, User.active))
        send_link(session, email, user_id)
        audit.record(session, None, "account:request_password_link", user=user_id)


def send_link(session: Session, email: str, user_id: int | None) -> None:
    """Issue a link for choosing a password and mail it, in the transaction under way."""
    token = links.issue(session, TokenPurpose.PASSWORD, email, user_id=user_id)
    letters.send_link(session, token)


def choose_by_link(session: Session, token: EmailToken, new: str) -> User:
    """Give the link's user the password they chose; all their sessions end.

    The link is spent, and so are its siblings. It signs nobody in, so that a second factor is
    asked for as ever (ASVS 5.0 A6.4.3).

    Raises:
        LinkSpentError: the link was used before, its term is over, or its account is closed.
    """
    hashed = hash_password(new)
    with transaction(session):
        user = token.user
        links.spend(session, token)
        if user is None or not user.active:
            raise links.LinkSpentError
        attempts.give_back(session, "password", user.email, "")
        _keep(session, user, hashed)
        sessions.end_all(session, user)
    return user


def _keep(session: Session, user: User, hashed: str) -> None:
    user.password_hash, user.password_changed_at = hashed, now()
    links.withdraw_all(session, user)
    audit.record(session, user, "account:change_password", user)
    letters.credential_changed(session, user, "password")
