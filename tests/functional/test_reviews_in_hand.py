"""Who has a review in hand: handing it over, one by one and several at once, and back."""

import html
from collections.abc import Callable, Sized
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.postings import services as postings
from matchmaker.review import assigning
from models import AuditEntry, Event, Notification, PostingStatus, Role, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles
from tests.functional.reviewing import (
    after_ten_minutes,
    approve,
    audited,
    choice,
    decide,
    page_of,
    revise,
    stored,
    waiting,
)


@pytest.fixture
def officer(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give the officer of the county where the factories' organizations are, signed in."""
    user = factories.user(Role.OFFICER, region=factories.FEIXI, name="方县经办")
    sign_in(client, user)
    return user


@pytest.fixture
def city(session: Session) -> User:
    """Give an officer of the city that the county belongs to."""
    return factories.user(Role.OFFICER, region=factories.HEFEI, name="何市经办")


def _hand(client: FlaskClient, to: User | str, *records: Any) -> Any:
    chosen = [choice(record) for record in records]
    officer = to if isinstance(to, str) else to.public_id
    return send(client, "/review/assign", "/review", chosen=chosen, officer=officer)


def _told(session: Session) -> list[int]:
    mine = sa.select(Notification.user_id).where(Notification.event == Event.REVIEW_ASSIGNED)
    return list(stored(session, mine.order_by(Notification.id)))


def test_several_reviews_are_handed_over_and_back(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, city: User
) -> None:
    need, result = (
        waiting(title="甲难题", hours=3),
        waiting(factories.result, title="乙成果", hours=2),
    )
    change = revise(session, factories.need(), title="丙变更")
    left = waiting(title="丁难题")
    before = (need.version, need.updated_at, change.updated_at)
    assert _hand(client, city, need, result, change).status_code == 303
    session.rollback()
    assert {need.reviewer, result.reviewer, change.reviewer} == {city}
    assert (need.version, need.updated_at, change.updated_at) == before
    assert _told(session) == [city.id] * 3
    page = client.get("/review").text
    assert titles(page) == ["甲难题", "乙成果", "丁难题", "丙变更"]
    assert page.count(_("With %(name)s", name=city.name)) == 3
    assert titles(client.get("/review?reviewer=nobody").text) == [left.title]
    assert titles(client.get("/review?reviewer=mine").text) == []
    sign_in(client, city)
    assert titles(client.get("/review?reviewer=mine").text) == ["甲难题", "乙成果", "丙变更"]
    notices = client.get("/notices").text
    assert notices.count(label(Event.REVIEW_ASSIGNED)) == 3
    assert page_of(need) in notices
    _hand(client, officer, need)
    _hand(client, officer, need)
    _hand(client, "nobody", result)
    session.rollback()
    assert (need.reviewer, result.reviewer, change.reviewer) == (officer, None, city)
    assert _told(session) == [city.id] * 3 + [officer.id]
    assert audited(session, "need:assign") == 2
    assert audited(session, "result:assign") == 2
    named = sa.select(AuditEntry.detail).where(AuditEntry.action == "result:assign")
    assert stored(session, named).all()[-1] == {"reviewer": None}


def test_whoever_reviews_the_region_decides_on_what_another_has_in_hand(
    session: Session, client: FlaskClient, app: Flask, officer: User, city: User
) -> None:
    need, other = waiting(), waiting()
    approve(client, need)
    _hand(client, city, need, other)
    assert _("With %(name)s", name=city.name) in client.get(page_of(other)).text
    after_ten_minutes(session, app)
    assert need.status is PostingStatus.PUBLISHED
    assert decide(client, other, "return", "补充指标").status_code == 303
    session.rollback()
    postings.submit(session, factories.user(organization=other.organization), other)
    assert other.reviewer is city
    again = sa.select(Notification.user_id).where(Notification.event == Event.POSTING_SUBMITTED)
    assert set(stored(session, again)) == {officer.id, city.id}
    assert _("Hand over") not in client.get(page_of(need)).text


def test_a_review_is_handed_to_none_who_may_not_review_the_text(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, city: User
) -> None:
    in_city = waiting(organization=factories.organization(region=factories.HEFEI), title="市级难题")
    in_county = waiting(title="县级难题")
    director = factories.user(Role.DIRECTOR, region=factories.FEIXI, name="梁审批")
    stranger = factories.user(Role.OFFICER, region=factories.WUHU, name="吴市经办")
    sign_in(client, city)
    page = client.get("/review").text
    assert officer.name in page
    assert director.name not in page
    assert stranger.name not in page
    for nobody in (director, stranger, "x", ""):
        _hand(client, nobody, in_county)
        assert _("Choose an officer who reviews these texts.") in client.get("/review").text
    _hand(client, officer, in_county, in_city)
    refused = _("%(name)s does not review texts of this region.", name=officer.name)
    assert refused in client.get("/review").text
    assert audited(session, "need:assign", "refused") == 1
    session.rollback()
    assert (in_county.reviewer, in_city.reviewer) == (officer, None)
    sign_in(client, stranger)
    _hand(client, "nobody", in_county)
    _hand(client, stranger, in_county)
    session.rollback()
    assert in_county.reviewer is officer


def test_what_is_decided_already_is_handed_to_nobody(
    session: Session, client: FlaskClient, officer: User, city: User
) -> None:
    need, left = waiting(), waiting()
    as_read = choice(need)
    decide(client, need, "publish")
    data = {"chosen": [as_read, choice(left)], "officer": city.public_id}
    send(client, "/review/assign", "/review", **data)
    assert _("It does not wait for the bureau's review.") in html.unescape(
        client.get("/review").text
    )
    session.rollback()
    assert (need.reviewer, left.reviewer) == (None, city)


def test_who_has_left_has_nothing_in_hand(
    session: Session, client: FlaskClient, officer: User, city: User
) -> None:
    need = waiting(title="甲难题")
    assigning.assign(session, officer, need, city)
    with transaction(session):
        city.active = False
    page = client.get("/review?reviewer=nobody").text
    assert titles(page) == ["甲难题"]
    assert city.name not in page


def test_a_longer_inbox_asks_no_more_for_those_who_have_it_in_hand(
    session: Session,
    client: FlaskClient,
    officer: User,
    city: User,
    count_queries: Callable[[], Sized],
) -> None:
    asked = []
    for wanted in (5, 45):
        for number in range(wanted):
            need = waiting(hours=48 + number)
            assigning.assign(session, officer, need, city if number % 2 else officer)
        counter = count_queries()
        assert client.get("/review").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
