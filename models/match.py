"""Matches between a need and a result, each side's consent, and what officers think of the fit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column, now
from models.enums import ConsentDecision, DeclineReason, MatchGrade, MatchSide, MatchStatus
from models.need import Need
from models.result import Result
from models.user import User

PLACES = ("need_region_id", "result_region_id", "need_industry_id", "result_industry_id")
_TEXTS = ["need_id", "result_id"]
"""What PostgreSQL keeps beside an order, so as to read no row of a match that it passes by."""
"""Where the two texts of a match come from; the board's orders end in them, to be narrowed by."""


class Match(Record, Base):
    """A proposed pair.

    `score` is 0 to 1; `need_rank` is the result's place in the need's list, `result_rank` the
    need's place in the result's list, None where outside it. `reasons` are those computed on the
    full texts: show them to nobody who may not read both. `recommended_on` is the day, in China,
    from which both sides have their time to answer. `added_by_id` is who put the pair together by
    hand, None for what the matcher proposed. `need_told_at` and `result_told_at` are when the
    people of that side were told that the pair is proposed, None while they were not. The columns
    of `PLACES` repeat what stands on the two texts; `models.derived` keeps them right.
    """

    __tablename__ = "match"
    __table_args__ = (
        sa.UniqueConstraint("need_id", "result_id"),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name="score_range"),
        sa.Index("ix_match_need", "need_id", "status", "score", postgresql_include=["id"]),
        sa.Index("ix_match_result", "result_id", "status", "score", postgresql_include=["id"]),
        sa.Index("ix_match_broker", "broker_id", "status", "id"),
        sa.Index("ix_match_age", "status", "created_at", "id", *PLACES, postgresql_include=_TEXTS),
        sa.Index("ix_match_board", "status", "score", "id", *PLACES, postgresql_include=_TEXTS),
        sa.Index(
            "ix_match_grade", "status", "grade", "score", "id", *PLACES, postgresql_include=_TEXTS
        ),
        sa.Index("ix_match_waiting", "status", "recommended_on"),
        *(sa.Index(f"ix_match_{place[:-3]}", place, "status", "id") for place in PLACES),
    )

    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"))
    result_id: Mapped[int] = mapped_column(sa.ForeignKey("result.id"))
    score: Mapped[float]
    grade: Mapped[MatchGrade] = mapped_column(enum_column(MatchGrade, "grade"))
    need_rank: Mapped[int | None]
    result_rank: Mapped[int | None]
    reasons: Mapped[list[Any]] = mapped_column(default=list, deferred=True)  # no list shows them
    engine_version: Mapped[str] = mapped_column(sa.String(40))
    status: Mapped[MatchStatus] = mapped_column(
        enum_column(MatchStatus, "status"), default=MatchStatus.PROPOSED
    )
    broker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    recommended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    recommended_on: Mapped[date | None]
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    reminders_sent: Mapped[int] = mapped_column(default=0)
    need_told_at: Mapped[datetime | None]
    result_told_at: Mapped[datetime | None]
    need_region_id: Mapped[int | None]
    result_region_id: Mapped[int | None]
    need_industry_id: Mapped[int | None]
    result_industry_id: Mapped[int | None]

    need: Mapped[Need] = relationship()
    result: Mapped[Result] = relationship()
    broker: Mapped[User | None] = relationship(foreign_keys=[broker_id])
    recommended_by: Mapped[User | None] = relationship(foreign_keys=[recommended_by_id])
    consents: Mapped[list[MatchConsent]] = relationship(cascade="all, delete-orphan")
    interests: Mapped[list[MatchInterest]] = relationship(cascade="all, delete-orphan")
    judgements: Mapped[list[MatchJudgement]] = relationship(viewonly=True)


class MatchConsent(Base):
    """What one side answered to a match; one row per side."""

    __tablename__ = "match_consent"
    __table_args__ = (sa.UniqueConstraint("match_id", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"))
    side: Mapped[MatchSide] = mapped_column(enum_column(MatchSide, "side"))
    decision: Mapped[ConsentDecision] = mapped_column(enum_column(ConsentDecision, "decision"))
    reason: Mapped[DeclineReason | None] = mapped_column(enum_column(DeclineReason, "reason"))
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()


class MatchInterest(Base):
    """What one side thinks of a pair that is only proposed; one row per side, changed in place.

    The other side never learns of it. `reason` says why not, None where the side is interested.
    """

    __tablename__ = "match_interest"
    __table_args__ = (
        sa.UniqueConstraint("match_id", "side"),
        sa.CheckConstraint("interested = (reason IS NULL)", name="reason_given"),
        sa.Index("ix_match_interest_interested", "interested", "match_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"))
    side: Mapped[MatchSide] = mapped_column(enum_column(MatchSide, "side"))
    interested: Mapped[bool]
    reason: Mapped[DeclineReason | None] = mapped_column(enum_column(DeclineReason, "reason"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    said_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()


class MatchJudgement(Record, Base):
    """How well one officer finds the two texts to fit: level 1 (none) to 4 (strong).

    One row per match and user, changed in place; `updated_at` is when it was last said.
    """

    __tablename__ = "match_judgement"
    __table_args__ = (
        sa.UniqueConstraint("match_id", "user_id"),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
    )

    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    level: Mapped[int]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
