"""What was done with a match is taken back: a recommendation, its end, a broker's charge."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import GuardedError, NotPermittedError
from matchmaker.matches import adding, decisions
from matchmaker.matches.judgements import judgements
from models import (
    AuditEntry,
    DeclineReason,
    Event,
    Match,
    MatchStatus,
    Notification,
    PostingStatus,
    Role,
    User,
)
from tests.conftest import SignIn
from tests.functional.pages import send, titles
from tests.functional.test_consent import Cast

WHY = {"recall_reason": "点错了一行", "recall_confirmed": "y"}


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give a recommended match and everybody around it."""
    cast = Cast()
    decisions.recommend(session, cast.officer, cast.match)
    return cast


def _told(session: Session, event: Event) -> set[int]:
    return set(session.scalars(sa.select(Notification.user_id).where(Notification.event == event)))


def test_the_officer_takes_a_recommendation_back_and_both_sides_are_told_why(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.officer)
    assert f"{cast.address}/recall" in client.get(cast.address).text
    assert send(client, f"{cast.address}/recall", cast.address, **WHY).status_code == 303
    session.rollback()
    assert cast.match.status is MatchStatus.PROPOSED
    assert _told(session, Event.MATCH_RECALLED) == {cast.enterprise.id, cast.university.id}
    sign_in(client, cast.enterprise)
    assert WHY["recall_reason"] in client.get("/notices").text
    assert titles(client.get("/matches/waiting").text) == []
    with transaction(session):
        cast.match.recommended_on = today() - timedelta(days=40)
    assert (decisions.remind_unanswered(session), decisions.lapse_overdue(session)) == (0, 0)


def test_the_tick_and_the_reason_are_asked_for_and_what_was_typed_is_kept(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.officer)
    page = send(client, f"{cast.address}/recall", cast.address, recall_reason="点错了").text
    assert _("Tick this to take it back.") in page
    assert "点错了" in page
    page = send(client, f"{cast.address}/recall", cast.address, recall_confirmed="y").text
    assert _("Give a reason.") in page
    session.rollback()
    assert cast.match.status is MatchStatus.RECOMMENDED


def test_once_a_side_has_answered_it_is_too_late(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    decisions.consent(session, cast.university, cast.match)
    with pytest.raises(GuardedError):
        decisions.recall(session, cast.officer, cast.match, "点错了")
    sign_in(client, cast.officer)
    page = client.get(cast.address).text
    assert f"{cast.address}/recall" not in page
    refusal = _("A side has answered already; a recommendation is taken back before that alone.")
    assert refusal in page


def test_neither_a_side_nor_another_broker_takes_it_back(session: Session, cast: Cast) -> None:
    with pytest.raises(NotPermittedError):
        decisions.recall(session, cast.enterprise, cast.match, "不想谈")
    decisions.assign(session, cast.officer, cast.match, cast.broker)
    decisions.recall(session, cast.broker, cast.match, "与负责人沟通后缓一缓")
    assert cast.match.status is MatchStatus.PROPOSED


def test_the_matcher_learns_nothing_from_what_was_taken_back_and_keeps_the_pair(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    need, result = str(cast.match.need_id), str(cast.match.result_id)
    assert judgements(session) == {need: {result: 3}}
    sign_in(client, cast.officer)
    send(client, f"{cast.address}/recall", cast.address, **WHY)
    session.rollback()
    assert judgements(session) == {}
    assert session.get(Match, cast.match.id) is not None
    decisions.recommend(session, cast.officer, cast.match)
    assert judgements(session) == {need: {result: 3}}


def test_a_dismissed_pair_is_proposed_again_from_its_page(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    decisions.recall(session, cast.officer, cast.match, "点错了")
    decisions.dismiss(session, cast.officer, cast.match, DeclineReason.TOO_EARLY)
    sign_in(client, cast.officer)
    assert f"{cast.address}/propose-again" in client.get(cast.address).text
    assert send(client, f"{cast.address}/propose-again", cast.address).status_code == 303
    session.rollback()
    assert (cast.match.status, cast.match.added_by_id) == (MatchStatus.PROPOSED, cast.officer.id)


def test_a_declined_pair_is_proposed_again_with_a_reason_and_its_decline_still_counts(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    decisions.consent(session, cast.university, cast.match)
    decisions.decline(session, cast.enterprise, cast.match, DeclineReason.METRICS_UNMET)
    learnt = judgements(session)
    assert learnt == {str(cast.match.need_id): {str(cast.match.result_id): 2}}
    sign_in(client, cast.officer)
    silent = send(client, f"{cast.address}/propose-again", cast.address)
    assert (silent.status_code, _("Give a reason.") in silent.text) == (400, True)
    given = {"again_reason": "指标已补充测试"}
    assert send(client, f"{cast.address}/propose-again", cast.address, **given).status_code == 303
    session.rollback()
    assert cast.match.status is MatchStatus.PROPOSED
    assert cast.match.consents == []
    assert judgements(session) == learnt
    decisions.recommend(session, cast.officer, cast.match)
    decisions.consent(session, cast.enterprise, cast.match)


def test_a_side_does_not_propose_again_and_what_is_withdrawn_is_not(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    decisions.decline(session, cast.enterprise, cast.match, DeclineReason.PRICE)
    with pytest.raises(NotPermittedError):
        adding.propose_again(session, cast.enterprise, cast.match, "再谈")
    with transaction(session):
        cast.match.result.status = PostingStatus.WITHDRAWN
    sign_in(client, cast.officer)
    page = client.get(cast.address).text
    assert _("One of the two is not published.") in page
    assert f"{cast.address}/propose-again" not in page


def test_a_match_is_taken_from_its_broker(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    decisions.assign(session, cast.officer, cast.match, cast.broker)
    sign_in(client, cast.officer)
    chosen = {"broker": "none", "version": str(cast.match.version)}
    assert send(client, f"{cast.address}/assign", cast.address, **chosen).status_code == 303
    session.rollback()
    assert cast.match.broker is None
    sign_in(client, cast.broker)
    assert client.get(cast.address).status_code == 404


def test_a_broker_gives_a_match_back_and_the_bureau_alone_reads_why(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    decisions.assign(session, cast.officer, cast.match, cast.broker)
    sign_in(client, cast.broker)
    address = f"{cast.address}/hand-back"
    assert _("Give a reason.") in send(client, address, cast.address).text
    why = {"hand_back_reason": "与该企业有利害关系"}
    answer = send(client, address, cast.address, **why)
    assert (answer.status_code, answer.location) == (303, "/matches")
    session.rollback()
    assert (cast.match.broker, cast.match.status) == (None, MatchStatus.RECOMMENDED)
    assert cast.officer.id in _told(session, Event.MATCH_HANDED_BACK)
    assert (
        _told(session, Event.MATCH_HANDED_BACK) & {cast.enterprise.id, cast.university.id} == set()
    )
    assert judgements(session)[str(cast.match.need_id)] == {str(cast.match.result_id): 3}
    for reader, reads in ((cast.officer, True), (cast.enterprise, False)):
        sign_in(client, reader)
        assert (why["hand_back_reason"] in client.get(cast.address).text) is reads


def test_only_who_was_given_it_gives_it_back(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.officer)
    answer = send(client, f"{cast.address}/hand-back", cast.address, hand_back_reason="试试")
    assert answer.status_code == 403
    session.rollback()
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert session.scalars(refused).all() == ["match:hand_back"]


def test_all_three_are_offered_to_nobody_who_may_not(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    for reader in (cast.enterprise, cast.director):
        sign_in(client, _fresh(session, reader))
        page = client.get(cast.address).text
        for action in ("recall", "propose-again", "hand-back"):
            assert f"{cast.address}/{action}" not in page


def _fresh(session: Session, reader: User) -> User:
    session.refresh(reader)
    assert Role.OFFICER not in reader.roles
    return reader
