"""Decisions on matches from which the need's list learns at once.

The decision is one transaction and the new ranking the next: whoever decides never waits for the
matcher while holding the record, and a decision stands even where the ranking fails. It is then
caught up with when all pairs are matched again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

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


@dataclass(slots=True)
class Outcome:
    """How many of several matches were decided on, and what was refused."""

    done: int
    refused: list[RefusalError]


def recommend(session: Session, actor: User, match: Match) -> None:
    """Put a proposal to both sides; raises what `decisions.recommend` raises."""
    decisions.recommend(session, actor, match)
    _rank_anew(session, actor, match.need)


def recommend_all(session: Session, actor: User, matches: Iterable[Match]) -> Outcome:
    """Put those of some proposals to both sides that can be."""

    def one(match: Match) -> None:
        decisions.recommend(session, actor, match)

    return _each(session, actor, matches, Action.RECOMMEND, one)


def dismiss_all(
    session: Session, actor: User, matches: Iterable[Match], reason: DeclineReason
) -> Outcome:
    """Drop those of some proposals that can be, all for one reason."""

    def one(match: Match) -> None:
        decisions.dismiss(session, actor, match, reason)

    return _each(session, actor, matches, Action.DISMISS, one)


def assign_all(
    session: Session, actor: User, matches: Iterable[Match], broker: User | None
) -> Outcome:
    """Give those of some matches to a broker that can be, or to nobody; the matcher learns nothing.

    What the broker has already stays as it is.
    """

    def one(match: Match) -> None:
        if match.broker is not broker:
            decisions.assign(session, actor, match, broker)

    return _each(session, actor, matches, decisions.ASSIGN, one, learns=False)


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


def _each(
    session: Session,
    actor: User,
    matches: Iterable[Match],
    action: str,
    decide: Callable[[Match], None],
    *,
    learns: bool = True,
) -> Outcome:
    """Decide on one match after the other, each in a transaction of its own.

    The needs are ranked anew afterwards: a ranking could take away a proposal whose turn is yet to
    come.
    """
    needs: dict[int, Need] = {}
    outcome = Outcome(0, [])
    for match in matches:
        try:
            decide(match)
        except ObjectDeletedError:
            outcome.refused.append(StaleError(Match(), action))
        except RefusalError as error:
            outcome.refused.append(error)
        else:
            outcome.done += 1
            needs[match.need_id] = match.need
    for need in needs.values() if learns else ():
        _rank_anew(session, actor, need)
    return outcome


def _rank_anew(session: Session, actor: User, need: Need) -> None:
    if need.status is not PostingStatus.PUBLISHED:
        return
    public = public_matcher(session)
    with transaction(session):
        exclusive(session, JOB)
        if need.status is PostingStatus.PUBLISHED:
            rerank(session, need, public)
            audit.record(session, actor, "match:rerank", need)
