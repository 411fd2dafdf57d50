"""What signing in leaves in the database: open sessions, second factors, spent attempts."""

from __future__ import annotations

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, now
from models.user import User


def key_digest(key: str) -> str:
    """Return the SHA-256, in hexadecimal, of a random key: what is stored in its place."""
    return hashlib.sha256(key.encode()).hexdigest()


class UserSession(Record, Base):
    """A browser in which somebody has signed in.

    The cookie holds a random key, the row its SHA-256: who reads the table signs in nowhere.
    `opened_at` is None while a step is missing, such as the second factor; until then the browser
    is a visitor's. `confirmed_at` is when the user last proved who they are.
    """

    __tablename__ = "user_session"

    key_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(45))
    browser: Mapped[str] = mapped_column(sa.String(200))
    second_factor_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()


class TotpSecret(Base):
    """The secret that a user's authenticator shares with us (RFC 6238).

    `last_step` is the time step of the last code accepted: no code of it or before works again.
    """

    __tablename__ = "totp_secret"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(sa.String(32))
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecoveryCode(Base):
    """The SHA-256 of a code that stands in once for a lost authenticator."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)


class Attempts(Base):
    """How many tries at something have been spent since `began_at`; the key is a SHA-256."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    spent: Mapped[int]
    began_at: Mapped[datetime]
