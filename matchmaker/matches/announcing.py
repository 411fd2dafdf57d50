"""Telling posters of the pairs that are newly proposed for their texts, each pair once a side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from matchmaker import audit, notifications
from matchmaker.db import exclusive, transaction
from matchmaker.disclosure import public_title
from matchmaker.matches.services import JOB
from matchmaker.notifications import Passage
from matchmaker.permissions import visible
from models import (
    Event,
    Match,
    MatchGrade,
    MatchStatus,
    Need,
    Notification,
    PostingInvitation,
    PostingStatus,
    Result,
    User,
    Visibility,
    now,
)

PostingT = TypeVar("PostingT", Need, Result)
Kind = type[Need] | type[Result]

WORTH_TELLING = (MatchGrade.STRONG, MatchGrade.FAIR)
PAIRS_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Side:
    """The columns of one side of a match, and what of an invitation names the other side's text."""

    own: InstrumentedAttribute[int]
    told_at: InstrumentedAttribute[Any]
    other: Kind
    invited_to: InstrumentedAttribute[Any]


_SIDES: Mapping[Kind, _Side] = {
    Need: _Side(Match.need_id, Match.need_told_at, Result, PostingInvitation.result_id),
    Result: _Side(Match.result_id, Match.result_told_at, Need, PostingInvitation.need_id),
}


def announce(session: Session) -> int:
    """Tell of every strong or fair pair that its side has not been told of.

    Returns how many texts there was news of. Each is a transaction: done again, after a crash for
    example, nothing is told twice.
    """
    return _announce_all(session, Need) + _announce_all(session, Result)


def _announce_all(session: Session, kind: type[PostingT]) -> int:
    own = _SIDES[kind].own
    with_news = _news(kind).with_only_columns(own).distinct().order_by(own)
    return sum(_announce(session, kind, id_) for id_ in session.scalars(with_news).all())


def _announce(session: Session, kind: type[PostingT], posting_id: int) -> bool:
    side = _SIDES[kind]
    with transaction(session):
        exclusive(session, JOB)
        news = _news(kind).where(side.own == posting_id).order_by(Match.score.desc(), Match.id)
        ids = session.scalars(news.with_only_columns(Match.id)).all()
        if not ids:
            return False
        # A board that lists the pair goes on being valid: neither its version nor its age changes.
        told = {side.told_at.key: now(), "updated_at": Match.updated_at}
        session.execute(sa.update(Match).where(Match.id.in_(ids)).values(told))
        posting = session.get_one(kind, posting_id)
        audit.record(session, None, "match:announce", posting, matches=len(ids))
        notifications.tell(
            session,
            Event.MATCHES_PROPOSED,
            posting,
            matches=list(ids[:PAIRS_NAMED]),
            count=len(ids),
        )
    return True


def _news(kind: Kind) -> sa.Select[Match]:
    """Return the pairs to tell one side of: both texts are published, and it may see the other."""
    side = _SIDES[kind]
    invited = sa.select(side.invited_to).where(
        side.invited_to.is_not(None), PostingInvitation.organization_id == kind.organization_id
    )
    seen = sa.or_(side.other.visibility != Visibility.INVITED, side.other.id.in_(invited))
    published = (
        kind.status == PostingStatus.PUBLISHED,
        side.other.status == PostingStatus.PUBLISHED,
    )
    return (
        sa.select(Match)
        .join(Match.need)
        .join(Match.result)
        .where(
            Match.status == MatchStatus.PROPOSED,
            Match.grade.in_(WORTH_TELLING),
            side.told_at.is_(None),
            *published,
            seen,
        )
    )


@notifications.names(Event.MATCHES_PROPOSED)
def _passage(session: Session, reader: User, told: Notification) -> Passage | None:
    """Name the reader's text and the other sides by their public titles, as far as still seen."""
    kind: Kind = Need if told.subject_kind == Need.__name__ else Result
    own = session.scalar(visible(reader, kind).where(kind.id == told.subject_id))
    if own is None:
        return None
    named = told.payload["matches"]
    still = visible(reader, Match).where(Match.id.in_(named)).order_by(Match.score.desc(), Match.id)
    titles = tuple(
        _title(match.result if kind is Need else match.need) for match in session.scalars(still)
    )
    return Passage(_title(own), titles, told.payload["count"] - len(named))


def _title(posting: Need | Result) -> str:
    return public_title(posting) or posting.public_id
