"""The daily mail: one for all that a user has not read yet of what they want told once a day."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import mail, outbox
from matchmaker.db import transaction
from matchmaker.notifications import USUAL_DELIVERY, Passage, passages
from models import Delivery, Event, Job, NoticeSetting, Notification, User

FIRST_SPAN = timedelta(days=1)


def send(session: Session, job: Job) -> int:
    """Note a mail for everybody with unread news since the last such job; return how many.

    Done again for the same job, it notes nothing twice.
    """
    until = job.created_at
    since = _last_run(session, job) or until - FIRST_SPAN
    with transaction(session):
        readers = session.scalars(_unread(since, until).with_only_columns(User.id).distinct())
        ids = list(readers)
        for user_id in ids:
            outbox.later(
                session,
                outbox.MAIL,
                key=f"digest {user_id} {until.isoformat()}",
                template="digest",
                user_id=user_id,
                since=since.isoformat(),
                until=until.isoformat(),
            )
    return len(ids)


@mail.letter("digest")
def _digest(session: Session, reader: User | None, since: str, until: str) -> dict[str, Any] | None:
    """Say how often each thing happened, and to what as far as a mail may.

    Nothing is said if all has been read meanwhile.
    """
    span = datetime.fromisoformat(since), datetime.fromisoformat(until)
    own = _unread(*span).where(User.id == (reader.id if reader else None))
    told: Sequence[Notification] = session.scalars(own).all()
    named = passages(session, reader, told)
    counts = sorted(Counter(notification.event for notification in told).items())
    news: list[tuple[Event, int, list[Passage]]] = [
        (event, count, named.get(event, [])) for event, count in counts
    ]
    return {"news": news} if news else None


def _unread(since: datetime, until: datetime) -> sa.Select[Any]:
    """Return the unread notifications of a span whose users want their kind once a day."""
    setting = sa.and_(
        NoticeSetting.user_id == Notification.user_id, NoticeSetting.kind == Notification.kind
    )
    usually_daily = [kind for kind, way in USUAL_DELIVERY.items() if way is Delivery.DAILY]
    daily = sa.or_(
        NoticeSetting.delivery == Delivery.DAILY,
        sa.and_(NoticeSetting.delivery.is_(None), Notification.kind.in_(usually_daily)),
    )
    return (
        sa.select(Notification)
        .join(User, User.id == Notification.user_id)
        .outerjoin(NoticeSetting, setting)
        .where(Notification.read_at.is_(None), User.active, daily)
        .where(Notification.created_at > since, Notification.created_at <= until)
    )


def _last_run(session: Session, job: Job) -> datetime | None:
    """Return when the job before this one was noted."""
    before = sa.select(Job.created_at).where(Job.kind == job.kind, Job.id < job.id)
    return session.scalar(before.order_by(Job.id.desc()).limit(1))
