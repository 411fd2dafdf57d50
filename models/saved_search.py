"""Saved searches: what a user asked a hall for and wants to be told of, and what was found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column, now
from models.enums import Pace, PostingKind
from models.user import User


class SavedSearch(Record, Base):
    """One search of one user in one hall.

    `filters` holds the hall's parameters by name, as in its address. `told_on` is the day, in
    China, on which the user was last told. What was found with an id above `seen_upto` is new.
    """

    __tablename__ = "saved_search"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    kind: Mapped[PostingKind] = mapped_column(enum_column(PostingKind, "kind"))
    name: Mapped[str] = mapped_column(sa.String(60))
    filters: Mapped[dict[str, Any]]
    pace: Mapped[Pace] = mapped_column(enum_column(Pace, "pace"), default=Pace.DAILY)
    told_on: Mapped[date | None]
    seen_upto: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship()


class FoundText(Base):
    """A need or result, by the kind of the search, that was published since and fits it.

    No text is found twice for the same search, so that none is `told` of twice.
    """

    __tablename__ = "found_text"
    __table_args__ = (
        sa.UniqueConstraint("saved_search_id", "posting_id"),
        sa.Index("ix_found_text_newest", "saved_search_id", "id"),
        sa.Index("ix_found_text_told", "told", "saved_search_id"),
        sa.Index("ix_found_text_age", "found_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    saved_search_id: Mapped[int] = mapped_column(sa.ForeignKey("saved_search.id"))
    posting_id: Mapped[int]
    told: Mapped[bool] = mapped_column(default=False)
    found_at: Mapped[datetime] = mapped_column(default=now)
