"""Who is told of what, on the platform and by mail."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import mail, notifications
from matchmaker.audiences import TOLD
from matchmaker.db import transaction
from matchmaker.labels import label
from matchmaker.notifications import MOST_SEPARATE, tell
from models import (
    Delivery,
    Event,
    MessageStatus,
    NoticeKind,
    NoticeSetting,
    Notification,
    OutboxMessage,
    Role,
    now,
)
from tests import factories
from tests.mailbox import Mailbox


@pytest.mark.parametrize("event", Event)
def test_every_event_has_an_audience_and_a_name(event: Event) -> None:
    assert event in TOLD
    assert label(event)


def test_nobody_is_told_of_their_own_act(session: Session) -> None:
    need = factories.need()
    author = factories.user(Role.MANAGER, organization=need.organization)
    colleague = factories.user(Role.MANAGER, organization=need.organization)
    factories.user(Role.MANAGER, organization=need.organization, active=False)
    with transaction(session):
        tell(session, Event.POSTING_PUBLISHED, need, author)
    assert session.scalars(sa.select(Notification.user_id)).all() == [colleague.id]


def test_where_nobody_manages_the_members_are_told_and_brokers_are_not(session: Session) -> None:
    organization = factories.organization()
    member = factories.user(Role.MEMBER, organization=organization)
    factories.user(Role.BROKER, organization=organization)
    with transaction(session):
        tell(session, Event.ORGANIZATION_RESTRICTED, organization)
    assert session.scalars(sa.select(Notification.user_id)).all() == [member.id]
    manager = factories.user(Role.MANAGER, organization=organization)
    with transaction(session):
        tell(session, Event.ORGANIZATION_RELEASED, organization)
    released = sa.select(Notification.user_id).where(
        Notification.event == Event.ORGANIZATION_RELEASED
    )
    assert session.scalars(released).all() == [manager.id]


def test_the_mail_goes_the_way_the_reader_chose(session: Session) -> None:
    need = factories.need()
    at_once, daily = (factories.user(organization=need.organization) for _ in range(2))
    with transaction(session):
        session.add(
            NoticeSetting(user_id=daily.id, kind=NoticeKind.REVIEW, delivery=Delivery.DAILY)
        )
    with transaction(session):
        tell(session, Event.POSTING_PUBLISHED, need)
    told = {note.user_id: note.id for note in session.scalars(sa.select(Notification))}
    assert set(told) == {at_once.id, daily.id}
    message = session.scalars(sa.select(OutboxMessage)).one()
    assert message.payload == {
        "template": "notification",
        "user_id": at_once.id,
        "notification_id": told[at_once.id],
    }


@pytest.mark.parametrize(
    ("delivery", "mailed"), [(None, False), (Delivery.AT_ONCE, True), (Delivery.NONE, False)]
)
def test_pushed_matches_are_mailed_at_once_only_to_who_asked_for_that(
    session: Session, delivery: Delivery | None, mailed: bool
) -> None:
    need = factories.need()
    reader = factories.user(organization=need.organization)
    if delivery:
        chosen = NoticeSetting(user_id=reader.id, kind=NoticeKind.SUBSCRIPTION, delivery=delivery)
        with transaction(session):
            session.add(chosen)
    with transaction(session):
        tell(session, Event.MATCHES_PROPOSED, need, matches=[], count=1)
    assert session.scalars(sa.select(Notification.user_id)).all() == [reader.id]
    assert bool(session.scalars(sa.select(OutboxMessage)).all()) is mailed


def test_the_letter_says_what_happened_and_not_to_what(app: Flask, session: Session) -> None:
    need = factories.need(title="锂电池隔膜耐热涂层")
    reader = factories.user(organization=need.organization, name="陆时安")
    with transaction(session):
        tell(session, Event.POSTING_PUBLISHED, need)
    note = session.scalars(sa.select(Notification)).one()
    values = mail._LETTERS["notification"](session, reader, notification_id=note.id)
    assert values == {
        "event": Event.POSTING_PUBLISHED,
        "public_id": note.public_id,
        "passages": [],
    }
    with app.app_context():
        letter = app.extensions["mail"].write(
            "name", reader.email, "notification", {**values, "reader": reader}
        )
    text = str(letter.get_body().get_content())
    assert "陆时安" in text
    assert "锂电池" not in text
    assert need.public_id not in text


def test_what_was_read_on_the_platform_is_not_mailed_any_more(session: Session) -> None:
    need = factories.need()
    reader = factories.user(organization=need.organization)
    with transaction(session):
        tell(session, Event.POSTING_PUBLISHED, need)
    note = session.scalars(sa.select(Notification)).one()
    with transaction(session):
        note.read_at = now()
    assert mail._LETTERS["notification"](session, reader, notification_id=note.id) is None


def test_many_of_one_kind_within_a_quarter_of_an_hour_share_a_mail(
    app: Flask, session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    monkeypatch.setattr(notifications, "_quarter", lambda _moment: begun)
    need = factories.need()
    reader = factories.user(organization=need.organization)
    for _number in range(MOST_SEPARATE + 4):
        with transaction(session):
            tell(session, Event.POSTING_PUBLISHED, need)
    with transaction(session):
        tell(session, Event.POSTING_RETURNED, need)
    assert len(mailbox.letters(reader.email)) == MOST_SEPARATE + 1, "at once"
    with transaction(session):
        session.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.status == MessageStatus.WAITING)
            .values(due_at=now())
        )
    letters = mailbox.letters(reader.email)
    assert len(letters) == MOST_SEPARATE + 2
    assert letters[-1].startswith(f"{label(Event.POSTING_PUBLISHED)}: 4")


def test_what_shares_a_mail_has_none_of_its_own_though_others_were_read(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    monkeypatch.setattr(notifications, "_quarter", lambda _moment: begun)
    need = factories.need()
    factories.user(organization=need.organization)
    for _number in range(MOST_SEPARATE + 1):
        with transaction(session):
            tell(session, Event.POSTING_PUBLISHED, need)
    with transaction(session):
        session.execute(sa.update(Notification).values(read_at=now()))
        tell(session, Event.POSTING_PUBLISHED, need)
    kinds = session.scalars(sa.select(OutboxMessage.payload["template"].as_string())).all()
    assert sorted(kinds) == ["gathered", *["notification"] * MOST_SEPARATE]


def test_what_was_gathered_and_read_meanwhile_is_not_mailed(session: Session) -> None:
    need = factories.need()
    reader = factories.user(organization=need.organization)
    since = now().isoformat()
    with transaction(session):
        tell(session, Event.POSTING_PUBLISHED, need)
    note = session.scalars(sa.select(Notification)).one()

    def gathered(*besides: int) -> Any:
        letter = mail._LETTERS["gathered"]
        event = Event.POSTING_PUBLISHED
        return letter(session, reader, event=event, since=since, besides=list(besides))

    assert gathered()["count"] == 1
    assert gathered(note.id) is None
    with transaction(session):
        note.read_at = now()
    assert gathered() is None
