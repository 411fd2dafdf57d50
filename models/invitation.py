"""Links sent by mail, and invitations to join an organization."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import Role, TokenPurpose
from models.organization import Organization
from models.user import User


class Invitation(Record, Base):
    """Somebody asked to join an organization with one role; open until accepted or withdrawn."""

    __tablename__ = "invitation"

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    inviter_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    closed_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()
    inviter: Mapped[User] = relationship()


class EmailToken(Record, Base):
    """A link sent by mail: one purpose, one use, one term.

    The link holds the row's public id under a signature, which stands nowhere in the database:
    who reads the table can make no link.
    """

    __tablename__ = "email_token"

    purpose: Mapped[TokenPurpose] = mapped_column(enum_column(TokenPurpose, "purpose"))
    email: Mapped[str] = mapped_column(sa.String(254))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("invitation.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
