"""What happens by the clock: on China's time, once, and made good for when missed."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import jobs, schedule
from matchmaker.i18n import CHINA
from matchmaker.schedule import Daily, Hourly
from models import OutboxMessage
from tests.matchmaker.test_outbox import in_threads

MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=CHINA)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put one job at half past two into the table."""
    monkeypatch.setattr(schedule, "SCHEDULE", (("nightly", Daily(time(2, 30))),))


def _noted(session: Session) -> list[str | None]:
    return list(session.scalars(sa.select(OutboxMessage.key).order_by(OutboxMessage.id)))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 21, 18, 29, tzinfo=UTC), 21),  # 02:29 of the 22nd in China
        (datetime(2026, 11, 21, 18, 30, tzinfo=UTC), 22),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), 22),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), 22),  # the 23rd in China, before half past two
    ],
)
def test_the_hour_is_chinas(moment: datetime, day: int) -> None:
    latest = Daily(time(2, 30)).latest(moment)
    assert latest == datetime(2026, 11, day, 2, 30, tzinfo=CHINA)


@pytest.mark.parametrize(("minute", "hour"), [(39, 8), (40, 9), (59, 9)])
def test_what_is_done_every_hour_has_its_minute(minute: int, hour: int) -> None:
    latest = Hourly(40).latest(MORNING.replace(minute=minute))
    assert latest == datetime(2026, 11, 22, hour, 40, tzinfo=CHINA)


def test_however_many_workers_look_a_job_is_noted_once(
    app: Flask, session: Session, table: None
) -> None:
    in_threads(app, 6, lambda own: schedule.note_due(own, MORNING))
    schedule.note_due(session, MORNING + timedelta(hours=3))
    assert _noted(session) == ["nightly 2026-11-22T02:30:00+08:00"]


def test_nights_without_a_worker_are_made_good_for_once(session: Session, table: None) -> None:
    schedule.note_due(session, MORNING)
    schedule.note_due(session, MORNING + timedelta(days=5))
    assert _noted(session) == [
        "nightly 2026-11-22T02:30:00+08:00",
        "nightly 2026-11-27T02:30:00+08:00",
    ]


def test_every_scheduled_job_has_its_handler(app: Flask) -> None:
    assert {kind for kind, _when in schedule.SCHEDULE} <= jobs.kinds()
