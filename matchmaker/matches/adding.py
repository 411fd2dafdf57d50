"""A match put together by hand."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.lifecycle.engine import GuardedError, advance
from matchmaker.lifecycle.match import presentable
from matchmaker.lifecycle.transition import Action, Case
from matchmaker.matches.queries import public_matcher
from matchmaker.matches.reranking import score_pair
from matchmaker.matches.services import JOB
from matchmaker.permissions import Permission, demand
from matchmaker.postings.open_matches import CLOSED
from models import Match, MatchGrade, MatchStatus, Need, Result, User

ADD = "add"


class AlreadyThereError(Exception):
    """There is a match of these two already."""

    def __init__(self, match: Match) -> None:
        super().__init__(match.public_id)
        self.match = match


def add_by_hand(session: Session, actor: User, need: Need, result: Result) -> Match:
    """Propose a pair that the matcher did not, or propose again one that was dropped or lapsed.

    It stays on the board whatever the matcher thinks of it.

    Raises:
        Refused: neither of the two is in the actor's region.
        GuardedError: the pair can be put to nobody; the reason says why.
        AlreadyThereError: the pair is open, agreed or declined already.
    """
    public = public_matcher(session)
    with transaction(session):
        exclusive(session, JOB)
        present = session.scalar(
            sa.select(Match).where(Match.need_id == need.id, Match.result_id == result.id)
        )
        match = present or Match(need=need, result=result)
        demand(actor, Permission.MATCH_ADD, match)
        refusal = presentable(Case(match, actor, today()))
        if refusal is not None:
            raise GuardedError(match, ADD, refusal)
        if present is not None and present.status not in CLOSED:
            raise AlreadyThereError(present)
        if present is not None:
            propose_again(session, actor, present)
            return present
        match.added_by_id = actor.id
        pair = score_pair(session, need, result, public)
        match.score, match.grade = pair.score, MatchGrade(pair.grade)
        match.engine_version = public.version
        session.add(match)
        session.flush()
        session.add(audit.status_change(match, None, MatchStatus.PROPOSED, ADD, actor))
        audit.record(session, actor, "match:add", match)
    return match


def propose_again(session: Session, actor: User, match: Match, reason: str = "") -> None:
    """Put a pair that was dropped, lapsed or declined back on the board, where it stays.

    What was answered before counts no more, both sides may be asked afresh; the matcher goes on
    knowing of it.

    Raises:
        lifecycle.engine.RefusalError: as for `advance`; what was declined needs a reason.
    """
    with transaction(session):
        exclusive(session, JOB)
        advance(session, actor, match, Action.PROPOSE_AGAIN, reason=reason)
        match.added_by_id = actor.id
        match.consents.clear()
