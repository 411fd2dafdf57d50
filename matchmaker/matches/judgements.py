"""What people decided and said about pairs, as the levels that the matcher learns from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from matching import Judgements
from matchmaker.lifecycle.transition import Action
from models import (
    ConsentDecision,
    DeclineReason,
    Match,
    MatchConsent,
    MatchInterest,
    MatchJudgement,
    MatchStatus,
    Need,
    StatusChange,
    User,
)

LEVEL_OF_STATUS: Mapping[str, int] = {MatchStatus.RECOMMENDED: 3, MatchStatus.AGREED: 4}
"""An officer who recommends a pair has found that the texts fit; so have, surely, two sides that
both want to talk."""

_COUNTING = (
    MatchStatus.RECOMMENDED,
    MatchStatus.AGREED,
    MatchStatus.DISMISSED,
    MatchStatus.DECLINED,
)

LEVEL_OF_CONSENT = 3
"""What it says that one side wants to talk, asked already or not."""

LEVEL_OF_REASON: Mapping[str, int] = {
    DeclineReason.IRRELEVANT: 1,
    DeclineReason.METRICS_UNMET: 2,
    DeclineReason.UNCLEAR_ADVANTAGE: 2,
}
"""What the reason of a decline or a dismissal says of the texts.

Only "not relevant" says that they do not fit. Unmet metrics and an unclear advantage mean the right
subject and a weak fit. The other reasons (readiness, price, another solution, an unclear text,
"other" or none) may stand beside a perfect fit, so they teach the matcher nothing.
"""


class Weight(IntEnum):
    """Which judgement of a pair counts; of two with the same weight, the later one.

    A side's interest in a mere proposal commits to nothing and costs one click: it says as much of
    the texts as a consent, or as a decline for the same reason, but any decision beats it.

    A decision tells whether somebody wants to deal, which has many reasons; a grade answers the
    matcher's own question, how well the texts fit, and so beats every decision. What both sides
    agree on beats what one of them or an officer thought on the way.
    """

    INTEREST = 0
    DECISION = 1
    AGREEMENT = 2
    GRADE = 3


Said = tuple[Weight, datetime, int, int, int]
"""Weight, moment, need id, result id and level of one judgement."""


def judgements(session: Session, need: Need | None = None) -> Judgements:
    """Return the level of each judged pair, of one need or of all, in three queries.

    The ids are those of `corpus.document`. A pair of which nobody has said anything is missing.
    """
    chosen = sa.true() if need is None else Match.need_id == need.id
    said = [
        *_by_status(session, chosen),
        *_by_consent(session, chosen),
        *_by_grade(session, chosen),
    ]
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    for _weight, _at, need_id, result_id, level in sorted(said):
        levels[str(need_id)][str(result_id)] = level
    return dict(levels)


def judged_by(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that the actor has graded a match."""
    return Match.judgements.any(MatchJudgement.user_id == (actor.id if actor else None))


def _by_status(session: Session, chosen: sa.ColumnElement[bool]) -> Iterator[Said]:
    """Yield what status changes say; a recommendation that was taken back says nothing.

    A decline counts here as well as by its consent, which is gone where the pair was proposed
    again.
    """
    counting = StatusChange.target.in_(_COUNTING) & (StatusChange.source != StatusChange.target)
    recalled = StatusChange.action == Action.RECALL
    statement = (
        _pairs(
            StatusChange.subject_id,
            StatusChange.target,
            StatusChange.reason,
            StatusChange.at,
            recalled.label("recalled"),
        )
        .where(StatusChange.subject_kind == Match.__name__, counting | recalled)
        .order_by(StatusChange.id.desc())
    )
    taken_back: set[tuple[int, int]] = set()
    for row in session.execute(statement.where(chosen)):
        pair = row.need_id, row.result_id
        if row.recalled:
            taken_back.add(pair)
        elif row.target == MatchStatus.RECOMMENDED and pair in taken_back:
            taken_back.remove(pair)
        else:
            level = LEVEL_OF_STATUS.get(row.target) or LEVEL_OF_REASON.get(row.reason)
            if level is not None:
                agreed = row.target == MatchStatus.AGREED
                yield Weight.AGREEMENT if agreed else Weight.DECISION, row.at, *pair, level


def _by_consent(session: Session, chosen: sa.ColumnElement[bool]) -> Iterator[Said]:
    """Yield what the sides say: their answers, and before those their interest in a proposal."""
    agreed = (MatchConsent.decision == ConsentDecision.AGREED).label("willing")
    answered = _pairs(
        MatchConsent.match_id,
        agreed,
        MatchConsent.reason,
        MatchConsent.created_at.label("at"),
        sa.literal(Weight.DECISION.value).label("weight"),
    )
    thought = _pairs(
        MatchInterest.match_id,
        MatchInterest.interested,
        MatchInterest.reason,
        MatchInterest.said_at,
        sa.literal(Weight.INTEREST.value),
    )
    for row in session.execute(sa.union_all(answered.where(chosen), thought.where(chosen))):
        level = LEVEL_OF_CONSENT if row.willing else LEVEL_OF_REASON.get(row.reason)
        if level is not None:
            yield Weight(row.weight), row.at, row.need_id, row.result_id, level


def _by_grade(session: Session, chosen: sa.ColumnElement[bool]) -> Iterator[Said]:
    statement = _pairs(MatchJudgement.match_id, MatchJudgement.level, MatchJudgement.updated_at)
    for row in session.execute(statement.where(chosen)):
        yield Weight.GRADE, row.updated_at, row.need_id, row.result_id, row.level


def _pairs(match_id: InstrumentedAttribute[int], *columns: Any) -> sa.Select[Any]:
    """Select both ids of the match that `match_id` names, and some columns of the row it is in."""
    return sa.select(Match.need_id, Match.result_id, *columns).join(Match, Match.id == match_id)
