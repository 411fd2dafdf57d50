"""The page of one's notifications."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.notifications import tell
from matchmaker.postings import services as postings
from models import (
    AuditEntry,
    Event,
    MatchStatus,
    Need,
    Notification,
    PostingStatus,
    Role,
    User,
    Visibility,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, send
from tests.mailbox import Mailbox


@pytest.fixture
def need(session: Session) -> Need:
    """Give a need that waits for review."""
    return factories.need(status=PostingStatus.SUBMITTED, submitted_at=now(), title="隔膜难题")


@pytest.fixture
def member(session: Session, client: FlaskClient, sign_in: SignIn, need: Need) -> User:
    """Give somebody of the need's organization, signed in."""
    user = factories.user(Role.MEMBER, organization=need.organization)
    sign_in(client, user)
    return user


def _return(session: Session, need: Need, reason: str) -> None:
    postings.send_back(session, factories.user(Role.OFFICER, region=factories.FEIXI), need, reason)


def _told(session: Session, need: Need, count: int) -> list[Notification]:
    for _number in range(count):
        with transaction(session):
            tell(session, Event.POSTING_PUBLISHED, need)
    return list(session.scalars(sa.select(Notification).order_by(Notification.id.desc())))


def test_the_poster_reads_what_was_decided_and_why(
    session: Session, client: FlaskClient, need: Need, member: User
) -> None:
    _return(session, need, "指标没有检测方法")
    page = client.get("/notices").text
    assert label(Event.POSTING_RETURNED) in page
    assert "隔膜难题" in page
    assert "指标没有检测方法" in page
    assert '<span class="count">1</span>' in page


def test_opening_a_notification_marks_it_as_read_and_leads_on(
    session: Session, client: FlaskClient, need: Need, member: User
) -> None:
    _return(session, need, "请补充")
    (note,) = session.scalars(sa.select(Notification))
    address = f"/needs/{need.public_id}"
    assert f'value="{address}"' in client.get("/notices").text
    answer = send(client, f"/notices/{note.public_id}/read", "/notices", next=address)
    assert answer.location == address
    session.rollback()
    assert note.read_at is not None
    assert 'class="count"' not in client.get("/notices").text
    entries = session.scalars(sa.select(AuditEntry.action)).all()
    assert entries.count("notice:read") == 1


def test_a_mail_leads_to_what_it_is_about_and_its_address_says_nothing(
    session: Session, app: Flask, client: FlaskClient, tmp_path: Path, need: Need, member: User
) -> None:
    mailbox = Mailbox(app, tmp_path)
    _return(session, need, "请补充")
    (note,) = session.scalars(sa.select(Notification))
    letter = mailbox.letters(member.email)[-1]
    assert need.public_id not in letter
    address = mailbox.link(member.email)
    assert address == f"/notices/{note.public_id}"
    assert client.get(address).location == f"/needs/{need.public_id}"
    session.rollback()
    assert note.read_at is None, "a mail program that looks at links reads nothing"


def test_a_mail_about_what_is_out_of_reach_by_now_leads_to_the_list(
    session: Session, client: FlaskClient, need: Need, sign_in: SignIn
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    with transaction(session):
        tell(session, Event.POSTING_SUBMITTED, need)
    (note,) = session.scalars(sa.select(Notification))
    sign_in(client, officer)
    address = f"/notices/{note.public_id}"
    assert client.get(address).location == f"/review/need/{need.public_id}"
    postings.recall(session, factories.user(Role.MEMBER, organization=need.organization), need)
    assert client.get(address).location == "/notices"
    sign_in(client, factories.user(Role.ADMIN))
    assert client.get(address).status_code == 404


def test_nobody_reads_or_marks_another_persons_notifications(
    session: Session, client: FlaskClient, sign_in: SignIn, need: Need, member: User
) -> None:
    _return(session, need, "请补充")
    (note,) = session.scalars(sa.select(Notification))
    sign_in(client, factories.user(Role.MEMBER, organization=need.organization))
    assert _("No notification yet") in client.get("/notices").text
    for way in ("read", "read-all"):
        answer = send(client, f"/notices/{note.public_id}/{way}", "/notices")
        assert answer.status_code == 404


def test_a_notification_leads_nowhere_else(
    session: Session, client: FlaskClient, need: Need, member: User
) -> None:
    (note,) = _told(session, need, 1)
    answer = send(client, f"/notices/{note.public_id}/read", "/notices", next="//evil.example")
    assert answer.location == "/notices"


def test_marking_all_leaves_what_came_since_unread(
    session: Session, client: FlaskClient, need: Need, member: User
) -> None:
    shown = _told(session, need, 2)[0]
    newest = _told(session, need, 1)[0]
    send(client, f"/notices/{shown.public_id}/read-all", "/notices")
    session.rollback()
    unread = session.scalars(sa.select(Notification.id).where(Notification.read_at.is_(None)))
    assert unread.all() == [newest.id]
    assert client.get("/notices?unread=1").text.count("record-unread") == 1


def test_notifications_are_listed_page_by_page(
    session: Session, client: FlaskClient, need: Need, member: User
) -> None:
    _told(session, need, 45)
    counts = []
    address: str | None = "/notices"
    while address:
        page = client.get(address).text
        counts.append(page.count("record-unread"))
        address = link(page, 'rel="next"')
    assert counts == [20, 20, 5]


def test_a_longer_list_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    need: Need,
    member: User,
    count_queries: Callable[[], Any],
) -> None:
    match = factories.match(need, factories.result(), status=MatchStatus.RECOMMENDED)
    asked = []
    for count in (5, 45):
        with transaction(session):
            for _number in range(count):
                tell(session, Event.POSTING_PUBLISHED, need)
                tell(session, Event.MATCH_RECOMMENDED, match)
        counter = count_queries()
        assert client.get("/notices").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]


def test_an_officer_is_led_to_the_inbox(
    session: Session, client: FlaskClient, sign_in: SignIn, need: Need
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    with transaction(session):
        tell(session, Event.POSTING_SUBMITTED, need)
    sign_in(client, officer)
    assert f'value="/review/need/{need.public_id}"' in client.get("/notices").text


def test_a_masked_need_is_not_named_to_the_other_side(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    masked = factories.need(
        title="鸮羽硼烯开裂", visibility=Visibility.MASKED, public_summary="一项涂层难题。"
    )
    result = factories.result()
    match = factories.match(masked, result, status=MatchStatus.RECOMMENDED)
    reader = factories.user(Role.MEMBER, organization=result.organization)
    with transaction(session):
        tell(session, Event.MATCH_RECOMMENDED, match)
    sign_in(client, reader)
    page = client.get("/notices").text
    assert "一项涂层难题" in page
    assert "鸮羽硼烯" not in page


def test_what_the_reader_does_not_see_any_more_is_not_named(
    session: Session, client: FlaskClient, sign_in: SignIn, need: Need
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    with transaction(session):
        tell(session, Event.POSTING_SUBMITTED, need)
        officer.region = factories.region(factories.WUHU)
    sign_in(client, officer)
    page = client.get("/notices").text
    assert need.title not in page
    assert _("It is not open to you any more.") in page


def test_visitors_are_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/notices").status_code == 303
