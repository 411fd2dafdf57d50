"""What people decided and said becomes levels; which of two counts; in how many queries."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.matches.judgements import LEVEL_OF_REASON, judgements
from models import (
    ConsentDecision,
    DeclineReason,
    Match,
    MatchConsent,
    MatchInterest,
    MatchJudgement,
    MatchSide,
    MatchStatus,
    Role,
    StatusChange,
    User,
    now,
)
from tests import factories
from tests.conftest import QueryCounter


@pytest.fixture
def match(session: Session) -> Match:
    """Give a proposed match."""
    return factories.match(factories.need(), factories.result())


def _keep(session: Session, row: object) -> None:
    with transaction(session):
        session.add(row)


def _status(session: Session, match: Match, status: MatchStatus, hours: int, why: str = "") -> None:
    at = now() + timedelta(hours=hours)
    change = StatusChange(
        subject_kind="Match",
        subject_id=match.id,
        source="proposed",
        target=status,
        action="test",
        reason=why,
        at=at,
    )
    _keep(session, change)


def _consent(
    session: Session,
    match: Match,
    side: MatchSide,
    reason: DeclineReason | None = None,
    hours: int = 0,
) -> None:
    decision = ConsentDecision.DECLINED if reason else ConsentDecision.AGREED
    at = now() + timedelta(hours=hours)
    user = factories.user()
    _keep(
        session,
        MatchConsent(
            match_id=match.id,
            side=side,
            decision=decision,
            reason=reason,
            user_id=user.id,
            created_at=at,
        ),
    )


def _grade(session: Session, match: Match, level: int, hours: int = 0) -> User:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    at = now() + timedelta(hours=hours)
    row = MatchJudgement(match_id=match.id, user_id=officer.id, level=level, updated_at=at)
    _keep(session, row)
    return officer


def _level(session: Session, match: Match) -> int | None:
    return judgements(session).get(str(match.need_id), {}).get(str(match.result_id))


def test_a_proposal_alone_says_nothing(session: Session, match: Match) -> None:
    _status(session, match, MatchStatus.PROPOSED, 0)
    assert judgements(session) == {}


@pytest.mark.parametrize("reason", DeclineReason)
def test_a_decline_says_as_much_as_its_reason(
    session: Session, match: Match, reason: DeclineReason
) -> None:
    _consent(session, match, MatchSide.RESULT, reason)
    assert _level(session, match) == LEVEL_OF_REASON.get(reason)


def test_only_irrelevant_says_that_the_texts_do_not_fit() -> None:
    assert [reason for reason, level in LEVEL_OF_REASON.items() if level == 1] == ["irrelevant"]


@pytest.mark.parametrize(
    ("why", "level"), [("irrelevant", 1), ("metrics_unmet", 2), ("price", None), ("", None)]
)
def test_a_dismissal_says_as_much_as_its_reason(
    session: Session, match: Match, why: str, level: int | None
) -> None:
    _status(session, match, MatchStatus.DISMISSED, 0, why)
    assert _level(session, match) == level


def _interest(
    session: Session, match: Match, side: MatchSide, reason: DeclineReason | None = None
) -> None:
    at = now() + timedelta(hours=9)
    row = MatchInterest(
        match_id=match.id,
        side=side,
        interested=reason is None,
        reason=reason,
        user_id=factories.user().id,
        said_at=at,
    )
    _keep(session, row)


def test_interest_in_a_proposal_says_as_much_as_a_consent(session: Session, match: Match) -> None:
    _interest(session, match, MatchSide.NEED)
    assert _level(session, match) == 3


@pytest.mark.parametrize("reason", DeclineReason)
def test_no_interest_says_as_much_as_a_decline(
    session: Session, match: Match, reason: DeclineReason
) -> None:
    _interest(session, match, MatchSide.RESULT, reason)
    assert _level(session, match) == LEVEL_OF_REASON.get(reason)


def test_any_decision_beats_a_later_interest(session: Session, match: Match) -> None:
    _interest(session, match, MatchSide.NEED)
    _status(session, match, MatchStatus.DISMISSED, 0, "irrelevant")
    assert _level(session, match) == 1


def test_one_side_then_both_sides(session: Session, match: Match) -> None:
    _consent(session, match, MatchSide.NEED)
    assert _level(session, match) == 3
    _status(session, match, MatchStatus.AGREED, hours=-1)
    assert _level(session, match) == 4


def test_the_later_of_two_decisions_counts(session: Session, match: Match) -> None:
    _status(session, match, MatchStatus.RECOMMENDED, hours=0)
    assert _level(session, match) == 3
    _consent(session, match, MatchSide.NEED, DeclineReason.IRRELEVANT, hours=1)
    assert _level(session, match) == 1


def test_a_decline_that_says_nothing_leaves_the_recommendation(
    session: Session, match: Match
) -> None:
    _status(session, match, MatchStatus.RECOMMENDED, hours=0)
    _consent(session, match, MatchSide.NEED, DeclineReason.PRICE, hours=1)
    assert _level(session, match) == 3


def test_a_grade_beats_every_decision_and_the_latest_grade_the_others(
    session: Session, match: Match
) -> None:
    _grade(session, match, 2, hours=-2)
    _status(session, match, MatchStatus.AGREED, hours=0)
    assert _level(session, match) == 2
    _grade(session, match, 1, hours=-1)
    assert _level(session, match) == 1


def test_one_need_or_all_in_as_many_queries_however_much_was_said(
    session: Session, match: Match, count_queries: Callable[[], QueryCounter]
) -> None:
    others = [factories.match(factories.need(), factories.result()) for _ in range(5)]
    for one in (match, *others):
        _grade(session, one, 3)
        _consent(session, one, MatchSide.NEED)
    need = match.need
    queries = count_queries()
    assert len(judgements(session)) == 6
    assert list(judgements(session, need)) == [str(match.need_id)]
    assert len(queries) == 6
