"""Links sent by mail: issued and spent here, signed and read where addresses are made.

A link is the row's public id under a signature with the installation's key. The signature stands
nowhere in the database, which is more than storing its hash (ASVS 5.0 A6.4.1): a stolen table
makes no link, and a link shown to be false costs no look-up.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from models import EmailToken, Invitation, TokenPurpose, User, now

TERMS = {
    TokenPurpose.REGISTER: timedelta(days=1),
    TokenPurpose.INVITATION: timedelta(days=7),
    TokenPurpose.PASSWORD: timedelta(hours=1),
    TokenPurpose.EMAIL: timedelta(days=1),
}


class LinkSpentError(Exception):
    """The link was used before, or its term is over."""


def issue(
    session: Session,
    purpose: TokenPurpose,
    email: str,
    *,
    user_id: int | None = None,
    invitation: Invitation | None = None,
) -> EmailToken:
    """Write down a new link, in the transaction under way."""
    token = EmailToken(
        purpose=purpose,
        email=email,
        user_id=user_id,
        invitation=invitation,
        expires_at=now() + TERMS[purpose],
    )
    session.add(token)
    session.flush()
    return token


def usable(session: Session, public_id: str, purpose: TokenPurpose) -> EmailToken | None:
    """Return the link with this public id if it may still be used for `purpose`."""
    named = sa.and_(EmailToken.public_id == public_id, EmailToken.purpose == purpose)
    return session.scalar(sa.select(EmailToken).where(named, _may_be_used()))


def waiting(session: Session, token_id: int) -> EmailToken | None:
    """Return the link with this id if it may still be used."""
    return session.scalar(sa.select(EmailToken).where(EmailToken.id == token_id, _may_be_used()))


def spend(session: Session, token: EmailToken) -> None:
    """Mark a link as used, in the transaction under way; of many at once one succeeds.

    Raises:
        LinkSpentError: it was used before, or its term is over.
    """
    statement = (
        sa.update(EmailToken)
        .where(EmailToken.id == token.id, _may_be_used())
        .values(used_at=now(), version=EmailToken.version + 1)
    )
    if not _changes(session, statement):
        raise LinkSpentError
    session.expire(token)


def withdraw(session: Session, *conditions: sa.ColumnElement[bool]) -> None:
    """Make the unused links that meet the conditions useless, in the transaction under way."""
    statement = sa.update(EmailToken).where(EmailToken.used_at.is_(None), *conditions)
    session.execute(statement.values(used_at=now(), version=EmailToken.version + 1))


def withdraw_all(session: Session, user: User) -> None:
    """Make every unused link of a user useless, in the transaction under way.

    Whoever asked for one before the password or the address changed may be the one it was changed
    against (ASVS 5.0 A6.4.1).
    """
    withdraw(session, EmailToken.user_id == user.id)


def sign(secret_key: str, purpose: TokenPurpose, public_id: str) -> str:
    """Return what stands in the address of a link."""
    return str(_serializer(secret_key, purpose).dumps(public_id))


def read(secret_key: str, purpose: TokenPurpose, signed: str) -> str | None:
    """Return the public id that stands in an address, None unless we signed it for `purpose`."""
    try:
        return str(_serializer(secret_key, purpose).loads(signed))
    except BadSignature:
        return None


def _may_be_used() -> sa.ColumnElement[bool]:
    return sa.and_(EmailToken.used_at.is_(None), EmailToken.expires_at > now())


def _serializer(secret_key: str, purpose: TokenPurpose) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=f"mail link: {purpose}")


def _changes(session: Session, statement: sa.Update) -> int:
    result: Any = session.execute(statement)
    return int(result.rowcount)
