"""The daily mail: for those who want one, of what they have not read, once a day."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import mail
from matchmaker.config import Settings
from matchmaker.db import transaction
from matchmaker.i18n import _
from models import (
    Delivery,
    Event,
    Job,
    NoticeKind,
    NoticeSetting,
    Notification,
    OutboxMessage,
    User,
    now,
)
from tests import factories
from tests.conftest import SECRET
from tests.matchmaker.test_jobs import work_off
from tests.matchmaker.test_outbox import note


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """Let mails go into a folder."""
    mail.init_app(app, Settings(database_url="sqlite:///x", secret_key=SECRET, data=tmp_path))
    return tmp_path / "mail" / "new"


def _reader(session: Session, delivery: Delivery = Delivery.DAILY) -> User:
    user = factories.user()
    with transaction(session):
        session.add(NoticeSetting(user_id=user.id, kind=NoticeKind.MATCH, delivery=delivery))
    return user


def _notify(session: Session, user: User, days_ago: float = 0, **values: object) -> None:
    told = Notification(
        user_id=user.id,
        kind=values.pop("kind", NoticeKind.MATCH),
        event=Event.MATCH_RECOMMENDED,
        subject_kind="Match",
        subject_id=1,
        created_at=now() - timedelta(days=days_ago),
        **values,
    )
    with transaction(session):
        session.add(told)


def _run(app: Flask, session: Session) -> list[int]:
    """Return to whom a mail was noted by one run of the job."""
    before = set(session.scalars(sa.select(OutboxMessage.id)))
    note(session, "digests")
    work_off(app)
    session.rollback()
    noted = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "mail"))
    return [message.payload["user_id"] for message in noted if message.id not in before]


def test_who_wants_one_mail_a_day_gets_one_for_all(
    app: Flask, session: Session, folder: Path
) -> None:
    reader = _reader(session)
    for _number in range(3):
        _notify(session, reader)
    assert _run(app, session) == [reader.id]
    (path,) = folder.iterdir()
    assert path.stat().st_size > 0
    assert _run(app, session) == []


@pytest.mark.parametrize("delivery", [Delivery.AT_ONCE, Delivery.NONE])
def test_who_wants_it_otherwise_gets_none(
    app: Flask, session: Session, folder: Path, delivery: Delivery
) -> None:
    _notify(session, _reader(session, delivery))
    assert _run(app, session) == []


def test_subscriptions_come_daily_unless_one_says_otherwise(
    app: Flask, session: Session, folder: Path
) -> None:
    reader = factories.user()
    _notify(session, reader, kind=NoticeKind.SUBSCRIPTION)
    _notify(session, reader, kind=NoticeKind.REVIEW)
    assert _run(app, session) == [reader.id]


def test_what_was_read_or_told_before_is_not_told_again(
    app: Flask, session: Session, folder: Path
) -> None:
    reader = _reader(session)
    _notify(session, reader, read_at=now())
    _notify(session, reader, days_ago=2)
    assert _run(app, session) == []


def test_days_without_a_worker_are_told_together(
    app: Flask, session: Session, folder: Path
) -> None:
    reader = _reader(session)
    _run(app, session)
    with transaction(session):
        session.execute(sa.update(Job).values(created_at=now() - timedelta(days=5)))
    _notify(session, reader, days_ago=4)
    assert _run(app, session) == [reader.id]


def test_a_mail_whose_news_were_read_meanwhile_is_not_sent(
    app: Flask, session: Session, folder: Path
) -> None:
    reader = _reader(session)
    _notify(session, reader)
    with transaction(session):
        until = now().isoformat()
        mail.later(session, "digest", reader, since="2026-01-01T00:00:00+00:00", until=until)
        session.execute(sa.update(Notification).values(read_at=now()))
    work_off(app)
    assert not folder.exists()


def test_it_names_what_happened_and_not_to_what(app: Flask, session: Session) -> None:
    reader = _reader(session)
    _notify(session, reader)
    _notify(session, reader)
    counts = mail._LETTERS["digest"](
        session, reader, since="2026-01-01T00:00:00+00:00", until=now().isoformat()
    )
    assert counts is not None
    written = mail.Post(app, Settings(database_url="sqlite:///x", secret_key=SECRET)).write(
        "name", reader.email, "digest", {**counts, "reader": reader}
    )
    body = written.get_body(("plain",))
    assert body is not None
    assert _("What happened since yesterday") in written["Subject"]
    assert ": 2" in body.get_content()
