"""“Still valid?”: asking posters before the term of a published text ends."""

from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.postings import services
from models import Event, Need, Notification, PostingStatus, Result, Role
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send


def _days_later(session: Session, count: int, *texts: Need | Result) -> None:
    """Let days pass by moving the texts' own days back, as far as time has written them."""
    gone = timedelta(days=count)
    with transaction(session):
        for text in texts:
            assert text.valid_until
            assert text.published_at
            text.valid_until -= gone
            text.published_at -= gone
            text.reminded_on = text.reminded_on and text.reminded_on - gone


def _asked(session: Session) -> int:
    told = sa.select(sa.func.count()).where(Notification.event == Event.POSTING_EXPIRING)
    return session.scalar(told.select_from(Notification)) or 0


def test_posters_are_asked_two_weeks_and_three_days_before_the_end_once_each(
    session: Session,
) -> None:
    texts = [
        make(days_ago=100, valid_until=today() + timedelta(days=20))
        for make in (factories.need, factories.result)
    ]
    members = [factories.user(organization=text.organization) for text in texts]
    asked = []
    for later in (0, 5, 1, 0, 4, 6, 2, 1, 1):  # the worker stood still on the 17th day
        _days_later(session, later, *texts)
        before = [(text.version, text.updated_at) for text in texts]
        asked.append(services.remind_expiring(session))
        assert [(text.version, text.updated_at) for text in texts] == before
    assert asked == [0, 0, 2, 0, 0, 0, 2, 0, 0]
    assert _asked(session) == 4
    services.renew(session, members[0], texts[0])
    _days_later(session, services.VALID_DAYS - 14, *texts)
    assert services.expire_overdue(session) == 1
    assert services.remind_expiring(session) == 1


def test_nobody_is_asked_of_a_text_that_is_not_shown_or_was_just_published(
    session: Session,
) -> None:
    soon = today() + timedelta(days=10)
    factories.need(days_ago=100, valid_until=soon, status=PostingStatus.SUSPENDED)
    factories.need(days_ago=100, valid_until=None)
    fresh = factories.need(days_ago=1, valid_until=soon)
    assert services.remind_expiring(session) == 0
    _days_later(session, 8, fresh)
    assert services.remind_expiring(session) == 1


def test_the_reminder_leads_to_the_page_where_the_poster_renews_or_withdraws(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    need = factories.need(days_ago=100, valid_until=today() + timedelta(days=3))
    member = factories.user(Role.MEMBER, organization=need.organization)
    services.remind_expiring(session)
    sign_in(client, member)
    notices = client.get("/notices").text
    assert label(Event.POSTING_EXPIRING) in notices
    address = f"/needs/{need.public_id}"
    assert f'value="{address}"' in notices
    page = client.get(address).text
    assert _("Renew for a year") in page
    assert f"{address}/withdraw" in page
    send(client, f"{address}/renew", address, version=need.version)
    session.rollback()
    assert need.valid_until == today() + timedelta(days=services.VALID_DAYS)
    sign_in(client, factories.user(Role.MEMBER))
    assert f"{address}/renew" not in client.get(address).text
