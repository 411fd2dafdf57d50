"""A suspended organization's texts are out of sight, unmatched, and come back with it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import ngettext
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import GuardedError
from matchmaker.matches import decisions
from matchmaker.organizations.services import review
from matchmaker.postings import owners, services
from models import (
    Event,
    MatchStatus,
    Need,
    Notification,
    Organization,
    OutboxMessage,
    PostingStatus,
    Result,
    Role,
    StatusChange,
    User,
    Visibility,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send

PUBLISHED, SUSPENDED = PostingStatus.PUBLISHED, PostingStatus.SUSPENDED
REASON = "提供虚假材料"
_ONLY_THEIRS = (
    "Until the organization may act again, only you and the bureau see its texts; those that were"
    " published are then shown again."
)
_STILL = (
    "%(num)s {} still being taken out of sight. It takes moments, or minutes for thousands;"
    " reload the page to see."
)


@dataclass
class Cast:
    """An organization with its manager, its texts, and the officer of its county."""

    organization: Organization
    manager: User
    officer: User
    need: Need
    result: Result


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give an organization with a public need and a masked result."""
    manager = factories.user(Role.MANAGER)
    own = manager.organization
    return Cast(
        own,
        manager,
        factories.user(Role.OFFICER, region=factories.FEIXI),
        factories.need(title="耐盐雾紧固件涂层", organization=own),
        factories.result(
            title="核心配方",
            public_summary="紧固件防腐涂层",
            organization=own,
            visibility=Visibility.MASKED,
        ),
    )


@pytest.fixture
def bureau(app: Flask, sign_in: SignIn, cast: Cast) -> FlaskClient:
    """Give the officer's browser."""
    client = app.test_client()
    sign_in(client, cast.officer)
    return client


@pytest.fixture
def work(app: Flask, session: Session) -> Callable[[], None]:
    """Give a function that does what the worker would follow a decision with."""

    def run() -> None:
        others = sa.update(OutboxMessage).where(OutboxMessage.kind != "follow_organizations")
        with app.app_context(), db.sessionmaker() as own:
            own.info["writing"] = True
            own.execute(others.values(status="sent"))
            own.commit()
            jobs.drain(db.sessionmaker, threading.Event())
        session.rollback()

    return run


def _suspend(bureau: FlaskClient, cast: Cast) -> str:
    page = f"/organizations/{cast.organization.public_id}"
    assert send(bureau, f"{page}/suspend", page, reason=REASON).location == page
    return page


def _addresses(cast: Cast) -> tuple[str, str]:
    return f"/needs/{cast.need.public_id}", f"/results/{cast.result.public_id}"


def test_its_texts_are_out_of_sight_until_it_may_act_again(
    client: FlaskClient, bureau: FlaskClient, cast: Cast, work: Callable[[], None]
) -> None:
    own_need, own_result = _addresses(cast)
    assert own_result in client.get("/?q=紧固件防腐涂层").text
    places = ("/needs", "/needs?q=紧固件", "/results", "/results?q=紧固件", "/")
    seen = {place: "紧固件" in client.get(place).text for place in places}
    page = _suspend(bureau, cast)
    work()
    for address in (own_need, own_result):
        assert client.get(address).status_code == 404
        assert bureau.get(address).status_code == 200, "the region's officer sees it still"
    assert not any("防腐" in client.get(place).text for place in places)
    assert not any("耐盐雾" in client.get(place).text for place in places)
    assert own_result not in client.get("/?q=紧固件防腐涂层").text
    send(bureau, f"{page}/resume", page)
    work()
    for address in (own_need, own_result):
        assert client.get(address).status_code == 200
    assert {place: "紧固件" in client.get(place).text for place in places} == seen


def test_its_own_people_see_their_texts_and_read_why(
    app: Flask, sign_in: SignIn, bureau: FlaskClient, cast: Cast, work: Callable[[], None]
) -> None:
    _suspend(bureau, cast)
    work()
    theirs = app.test_client()
    sign_in(theirs, cast.manager)
    for address in _addresses(cast):
        assert theirs.get(address).status_code == 200
    page = theirs.get("/organization").text
    assert REASON in page
    assert _(_ONLY_THEIRS) in page


def test_the_officer_reads_how_much_is_still_to_be_done(
    app: Flask, bureau: FlaskClient, cast: Cast, work: Callable[[], None]
) -> None:
    page = _suspend(bureau, cast)
    with app.test_request_context():
        waiting = ngettext(_STILL.format("text is"), _STILL.format("texts are"), 2)
    assert waiting in bureau.get(page).text
    work()
    assert waiting not in bureau.get(page).text


def test_what_was_suspended_by_itself_stays_so(
    session: Session, bureau: FlaskClient, cast: Cast, work: Callable[[], None]
) -> None:
    services.suspend(session, cast.officer, cast.need, "含第三方的商业秘密")
    draft = factories.need(organization=cast.organization, status=PostingStatus.DRAFT)
    page = _suspend(bureau, cast)
    work()
    assert (cast.need.status, cast.result.status) == (SUSPENDED, SUSPENDED)
    send(bureau, f"{page}/resume", page)
    work()
    assert (cast.need.status, cast.result.status) == (SUSPENDED, PUBLISHED)
    assert draft.status is PostingStatus.DRAFT


def test_its_open_matches_end_and_are_proposed_again(
    session: Session, bureau: FlaskClient, cast: Cast, work: Callable[[], None]
) -> None:
    other = factories.user(Role.MANAGER)
    asked = factories.match(cast.need, factories.result(organization=other.organization))
    proposed = factories.match(factories.need(), cast.result)
    agreed = factories.match(cast.need, factories.result(), status=MatchStatus.AGREED)
    decisions.recommend(session, cast.officer, asked)
    page = _suspend(bureau, cast)
    work()
    assert asked.status is MatchStatus.LAPSED
    assert proposed.status is MatchStatus.DISMISSED
    assert agreed.status is MatchStatus.AGREED
    closed = sa.select(Notification.user_id).where(Notification.event == Event.MATCH_CLOSED)
    assert other.id in set(session.scalars(closed))
    send(bureau, f"{page}/resume", page)
    work()
    assert {asked.status, proposed.status} == {MatchStatus.PROPOSED}
    queued = session.scalars(
        sa.select(OutboxMessage.kind).where(OutboxMessage.kind == "propose_all")
    )
    assert list(queued) == ["propose_all"], "everything is matched anew, once"


def test_until_its_texts_are_hidden_nobody_recommends_or_answers_a_match(
    session: Session, bureau: FlaskClient, cast: Cast
) -> None:
    other = factories.user(Role.MANAGER)
    asked = factories.match(cast.need, factories.result(organization=other.organization))
    proposed = factories.match(cast.need, factories.result())
    decisions.recommend(session, cast.officer, asked)
    _suspend(bureau, cast)
    session.rollback()
    with pytest.raises(GuardedError, match=_("The organization has been suspended.")):
        decisions.recommend(session, cast.officer, proposed)
    with pytest.raises(GuardedError, match=_("The organization has been suspended.")):
        decisions.consent(session, other, asked)


def test_a_review_that_is_pending_publishes_nothing_of_it(
    session: Session, bureau: FlaskClient, cast: Cast, work: Callable[[], None]
) -> None:
    waiting = factories.need(
        organization=cast.organization, status=PostingStatus.SUBMITTED, submitted_at=now()
    )
    _suspend(bureau, cast)
    session.rollback()
    with pytest.raises(GuardedError, match=_("The organization has been suspended.")):
        services.publish(session, cast.officer, waiting)
    work()
    with pytest.raises(GuardedError):
        services.resume(session, cast.officer, cast.need)


def test_the_history_of_a_text_says_who_decided_and_why(
    session: Session, bureau: FlaskClient, cast: Cast, work: Callable[[], None]
) -> None:
    _suspend(bureau, cast)
    work()
    own = (StatusChange.subject_kind == "Need", StatusChange.subject_id == cast.need.id)
    last = session.scalars(sa.select(StatusChange).where(*own).order_by(StatusChange.id)).all()[-1]
    assert (last.actor_id, last.reason) == (cast.officer.id, REASON)
    flood = sa.select(Notification.id).where(Notification.event == Event.POSTING_SUSPENDED)
    assert session.scalars(flood).all() == [], "one letter about the organization is enough"


def test_what_slipped_through_is_hidden_by_the_clock(session: Session, cast: Cast) -> None:
    review.suspend(session, cast.officer, cast.organization, REASON)
    factories.need()
    assert owners.follow(session, None, lambda _done, _total: None) == (2, 0)
    assert owners.follow(session, None, lambda _done, _total: None) == (0, 0)
    review.resume(session, cast.officer, cast.organization)
    assert owners.follow(session, None, lambda _done, _total: None) == (0, 2)


def test_more_texts_take_the_officers_page_no_more_queries(
    bureau: FlaskClient, cast: Cast, count_queries: Callable[[], Any]
) -> None:
    page = f"/organizations/{cast.organization.public_id}"
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                factories.need(organization=cast.organization)
        counter = count_queries()
        assert bureau.get(page).status_code == 200
        asked.append(len(counter))
        assert bureau.get(page)
    assert asked[0] == asked[1]
