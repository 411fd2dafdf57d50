"""Decisions on matches from which the need's list learns at once.

The decision is one transaction and the new ranking the next: whoever decides never waits for the
matcher while holding the record, and a decision stands even where the ranking fails. It is then
caught up with when all pairs are matched again.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import ObjectDeletedError

from matchmaker import audit
from matchmaker.db import exclusive, transaction
from matchmaker.lifecycle.engine import RefusalError, StaleError
from matchmaker.lifecycle.transition import Action
from matchmaker.matches import decisions
from matchmaker.matches.queries import public_matcher
from matchmaker.matches.reranking import rerank
from matchmaker.matches.services import JOB
from models import DeclineReason, Match, Need, PostingStatus, Project, User


def recommend(session: Session, actor: User, match: Match) -> None:
    """Put a proposal to both sides; raises what `decisions.recommend` raises."""
    decisions.recommend(session, actor, match)
    _rank_anew(session, actor, match.need)


def recommend_all(
    session: Session, actor: User, matches: Iterable[Match]
) -> tuple[int, list[RefusalError]]:
    """Put those of some proposals to both sides that can be; return how many, and the refusals.

    Each is a transaction of its own. The needs are ranked anew afterwards: a ranking could take
    away a proposal whose turn is yet to come.
    """
    needs: dict[int, Need] = {}
    refused: list[RefusalError] = []
    done = 0
    for match in matches:
        try:
            decisions.recommend(session, actor, match)
        except ObjectDeletedError:
            refused.append(StaleError(Match(), Action.RECOMMEND))
        except RefusalError as error:
            refused.append(error)
        else:
            done += 1
            needs[match.need_id] = match.need
    for need in needs.values():
        _rank_anew(session, actor, need)
    return done, refused


def recall(session: Session, actor: User, match: Match, reason: str) -> None:
    """Take a recommendation back; raises what `decisions.recall` raises."""
    decisions.recall(session, actor, match, reason)
    _rank_anew(session, actor, match.need)


def dismiss(session: Session, actor: User, match: Match, reason: DeclineReason) -> None:
    """Drop a proposal before anybody is asked; raises what `decisions.dismiss` raises."""
    decisions.dismiss(session, actor, match, reason)
    _rank_anew(session, actor, match.need)


def consent(session: Session, actor: User, match: Match, comment: str) -> Project | None:
    """Agree for one's own side; returns and raises what `decisions.consent` does."""
    project = decisions.consent(session, actor, match, comment)
    _rank_anew(session, actor, match.need)
    return project


def decline(
    session: Session, actor: User, match: Match, reason: DeclineReason, comment: str
) -> None:
    """Decline for one's own side; raises what `decisions.decline` raises."""
    decisions.decline(session, actor, match, reason, comment)
    _rank_anew(session, actor, match.need)


def _rank_anew(session: Session, actor: User, need: Need) -> None:
    if need.status is not PostingStatus.PUBLISHED:
        return
    public = public_matcher(session)
    with transaction(session):
        exclusive(session, JOB)
        if need.status is PostingStatus.PUBLISHED:
            rerank(session, need, public)
            audit.record(session, actor, "match:rerank", need)
