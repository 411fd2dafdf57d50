"""What becomes of a posting's matches when it leaves the public, and when it comes back."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.lifecycle.engine import follow, last_action
from matchmaker.lifecycle.transition import Action
from models import (
    Match,
    MatchStatus,
    Need,
    PostingStatus,
    Result,
    User,
    Visibility,
)

OPEN = (MatchStatus.PROPOSED, MatchStatus.RECOMMENDED)
CLOSED = (MatchStatus.DISMISSED, MatchStatus.LAPSED)


def close(session: Session, cause: User | None, posting: Need | Result) -> None:
    """Dismiss the proposals of a posting and let lapse what was recommended.

    The reason kept is the state that the posting is in now. The two sides of a recommended match
    are told; of a mere proposal nobody had been asked anything.
    """
    for match in _matches(session, posting, Match.status.in_(OPEN)):
        follow(session, cause, match, Action.CLOSE, reason=posting.status)


def close_uninvited(session: Session, cause: User | None, posting: Need | Result) -> None:
    """End the open matches of a text for invited organizations with others that are not invited.

    To those it is as if it were withdrawn, which is the reason kept.
    """
    if posting.visibility is not Visibility.INVITED:
        return
    invited = {row.organization_id for row in posting.invitations}
    for match in _matches(session, posting, Match.status.in_(OPEN)):
        other = match.result if isinstance(posting, Need) else match.need
        if other.organization_id not in invited:
            follow(session, cause, match, Action.CLOSE, reason=PostingStatus.WITHDRAWN)


def reopen(session: Session, cause: User | None, posting: Need | Result) -> None:
    """Propose again what `close` ended, as far as the other side is still published.

    Consents given before count no more: both sides will be asked afresh.
    """
    published = (
        Match.need.has(Need.status == PostingStatus.PUBLISHED),
        Match.result.has(Result.status == PostingStatus.PUBLISHED),
    )
    closed = (Match.status.in_(CLOSED), last_action(Match) == Action.CLOSE, *published)
    for match in _matches(session, posting, *closed):
        follow(session, cause, match, Action.REOPEN)
        match.consents.clear()


def _matches(
    session: Session, posting: Need | Result, *conditions: sa.ColumnElement[bool]
) -> Sequence[Match]:
    own = Match.need_id if isinstance(posting, Need) else Match.result_id
    statement = sa.select(Match).where(own == posting.id, *conditions).order_by(Match.id)
    return session.scalars(statement).all()
