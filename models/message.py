"""Messages on a match, and how far each user has read them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import Speaker
from models.match import Match
from models.user import User


class Message(Record, Base):
    """What one person wrote to the others on a match; `speaker` is what they spoke as.

    `public_id` is the key that the form carried, so that what is sent twice stands once.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.Index("ix_message_match", "match_id", "id"),
        sa.Index("ix_message_author", "author_id", "match_id"),
    )

    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    speaker: Mapped[Speaker] = mapped_column(enum_column(Speaker, "speaker"))
    text: Mapped[str] = mapped_column(sa.Text)

    match: Mapped[Match] = relationship()
    author: Mapped[User] = relationship()


class MessageMark(Base):
    """Up to which message one user has read those of one match."""

    __tablename__ = "message_mark"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"))
