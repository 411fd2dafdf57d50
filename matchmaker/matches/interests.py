"""What each side thinks of a pair that is only proposed, and who may know of it.

It helps officers choose what to recommend, and it is a judgement for the matcher. It commits to
nothing and opens nothing, and the other side never learns of it, not even once both have agreed.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import lock, transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import WrongStateError, check_permission
from matchmaker.permissions import Permission
from matchmaker.relations import sides, where_own
from models import (
    DeclineReason,
    Match,
    MatchInterest,
    MatchSide,
    MatchStatus,
    Need,
    Result,
    User,
    now,
)

SAY = "interest"


def say(session: Session, actor: User, match: Match, reason: DeclineReason | None) -> None:
    """Keep that the actor's side is interested in a proposal, or with a reason that it is not.

    It may be changed while the pair is proposed; saying the same twice changes nothing.

    Raises:
        NotVisibleError, NotPermittedError: the actor is on no side of it.
        WrongStateError: it is not proposed any more.
    """
    with transaction(session):
        lock(session, match)
        check_permission(session, actor, match, SAY, [Permission.MATCH_ANSWER])
        if match.status is not MatchStatus.PROPOSED:
            raise WrongStateError(match, SAY, _("This pair is not merely proposed any more."))
        said = {each.side: each for each in match.interests}
        for side in sides(actor, match):
            own = said.get(side)
            if own is not None and own.reason is reason:
                continue
            if own is None:
                own = MatchInterest(side=side)
                match.interests.append(own)
            own.interested, own.reason = reason is None, reason
            own.user, own.said_at = actor, now()
            audit.record(
                session, actor, "match:interest", match, side=side.value, reason=reason or ""
            )
        session.flush()


def known(actor: User | None, match: Match) -> list[MatchInterest]:
    """Return what of the sides' interest the reader may know: a side its own, others both."""
    own = sides(actor, match)
    said = [each for each in match.interests if not own or each.side in own]
    return sorted(said, key=lambda each: list(MatchSide).index(each.side))


def own_interest(actor: User, match: Match) -> MatchInterest | None:
    """Return what the actor's side has said of a match, None for nothing or where it has none."""
    own = sides(actor, match)
    return next((each for each in match.interests if each.side in own), None)


def said(actor: User, *, interested: bool) -> sa.Select[int]:
    """Return the SELECT of the ids of the matches that a side is interested in, or is not.

    Of the matches of one's own only what the own side said counts.
    """
    need_own, result_own = _own_sides(actor)
    either = sa.or_(_by_own(actor), sa.not_(sa.or_(need_own, result_own)))
    return _said(interested).where(either)


def unwanted(actor: User) -> sa.Select[int]:
    """Return the SELECT of the ids of the matches that the actor's own side does not want."""
    return _said(interested=False).where(_by_own(actor))


def _said(interested: bool) -> sa.Select[int]:
    return (
        sa.select(MatchInterest.match_id)
        .join(Match, Match.id == MatchInterest.match_id)
        .where(MatchInterest.interested.is_(interested))
        .correlate(None)
    )


def _by_own(actor: User) -> sa.ColumnElement[bool]:
    need_own, result_own = _own_sides(actor)
    return sa.or_(
        sa.and_(MatchInterest.side == MatchSide.NEED, need_own),
        sa.and_(MatchInterest.side == MatchSide.RESULT, result_own),
    )


def _own_sides(actor: User) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Return the conditions that the need and the result of a match are the actor's own."""
    needs, results = (
        sa.select(kind.id).where(where_own(actor, kind)).correlate(None) for kind in (Need, Result)
    )
    return Match.need_id.in_(needs), Match.result_id.in_(results)
