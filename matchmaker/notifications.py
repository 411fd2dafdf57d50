"""Telling people what happened: who is told of which event, on the platform and by mail.

Both are written in the transaction of what happened. Neither holds a word of a posting: whoever
opens the notification is shown what they may see by then, and a mail names titles only where
`names` says how.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import mail
from matchmaker.audiences import TOLD
from models import (
    Delivery,
    Event,
    NoticeKind,
    NoticeSetting,
    Notification,
    Record,
    User,
    now,
)

USUAL_DELIVERY = dict.fromkeys(NoticeKind, Delivery.AT_ONCE) | {
    NoticeKind.SUBSCRIPTION: Delivery.DAILY
}
"""How each kind of notice comes by mail to who has not chosen."""
MOST_SEPARATE = 3
"""So many notifications of an event have each a mail in a quarter of an hour; more share one."""
QUARTER = timedelta(minutes=15)
MOST_NAMED = 10
"""Of how many notifications of an event one mail tells what they are about."""


def tell(
    session: Session, event: Event, subject: Record, besides: User | None = None, **payload: Any
) -> None:
    """Notify those whom an event concerns, except `besides`, who caused it.

    A mail is noted too, unless a person's settings say otherwise. `payload` holds ids and codes.
    """
    _kind, audience = TOLD[event]
    tell_each(session, event, {subject: audience(session, subject)}, besides, **payload)


def tell_each(
    session: Session,
    event: Event,
    concerned: Mapping[Record, Iterable[User]],
    besides: User | None = None,
    **payload: Any,
) -> None:
    """Do what `tell` does of many subjects at once, given whom the event concerns of each."""
    kind, _audience = TOLD[event]
    told = [
        Notification(
            user=user,
            kind=kind,
            event=event,
            subject_kind=type(subject).__name__,
            subject_id=subject.id,
            payload=payload,
        )
        for subject, users in concerned.items()
        for user in {user.id: user for user in users if user is not besides}.values()
    ]
    session.add_all(told)
    session.flush()
    chosen = sa.select(NoticeSetting.user_id, NoticeSetting.delivery).where(
        NoticeSetting.user_id.in_({one.user_id for one in told}), NoticeSetting.kind == kind
    )
    deliveries = {row[0]: row[1] for row in session.execute(chosen)}
    mailed: defaultdict[User, list[Notification]] = defaultdict(list)
    for notification in sorted(told, key=lambda each: each.user_id):
        if deliveries.get(notification.user_id, USUAL_DELIVERY[kind]) is Delivery.AT_ONCE:
            mailed[notification.user].append(notification)
    lately = _told_lately(session, event, mailed)
    for user, own in mailed.items():
        if lately[user.id] > MOST_SEPARATE:
            _gather(session, event, user)
        else:
            for notification in own:
                mail.later(session, "notification", user, notification_id=notification.id)


def _told_lately(session: Session, event: Event, users: Iterable[User]) -> Counter[int]:
    """Return by user how many notifications of an event this quarter of an hour has unread."""
    unread = sa.select(Notification.user_id).where(
        Notification.user_id.in_([user.id for user in users]),
        Notification.read_at.is_(None),
        Notification.event == event,
        Notification.created_at >= _quarter(),
    )
    return Counter(session.scalars(unread))


def _quarter() -> datetime:
    """Return when the present quarter of an hour began."""
    moment = now()
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def _gather(session: Session, event: Event, user: User) -> None:
    """Note one mail at the quarter's end of all that it brings of an event; once is enough."""
    begun = _quarter()
    since = begun.isoformat()
    key = f"gathered {user.id} {event} {since}"
    message = mail.later(session, "gathered", user, key=key, event=event, since=since)
    message.due_at = begun + QUARTER


@dataclass(frozen=True, slots=True)
class Passage:
    """What a mail says an event is about: a heading, titles, and how many more there are."""

    heading: str
    titles: tuple[str, ...]
    more: int


Naming = Callable[[Session, User, Notification], Passage | None]

_NAMINGS: dict[Event, Naming] = {}


def names(event: Event) -> Callable[[Naming], Naming]:
    """Let a function say what notifications of an event are about, None where nothing is left.

    It is asked when the mail is sent and may name nothing that a mail must not hold: public titles
    of what the reader sees, and words of the reader's own.
    """

    def register(naming: Naming) -> Naming:
        _NAMINGS[event] = naming
        return naming

    return register


def passages(
    session: Session, reader: User | None, told: Iterable[Notification]
) -> Mapping[Event, list[Passage]]:
    """Return by event what the newest of some notifications are about, as far as a mail may say."""
    found: dict[Event, list[Passage]] = defaultdict(list)
    for notification in sorted(told, key=lambda each: -each.id):
        naming = _NAMINGS.get(notification.event)
        if reader and naming and len(found[notification.event]) < MOST_NAMED:
            passage = naming(session, reader, notification)
            found[notification.event] += [passage] if passage else []
    return found


@mail.letter("gathered")
def _gathered(
    session: Session, reader: User | None, event: str, since: str
) -> dict[str, Any] | None:
    """Say how much of one kind happened in a quarter of an hour and has not been read."""
    if reader is None:
        return None
    begun = datetime.fromisoformat(since)
    told = session.scalars(
        sa.select(Notification).where(
            Notification.user_id == reader.id,
            Notification.read_at.is_(None),
            Notification.event == event,
            Notification.created_at >= begun,
            Notification.created_at < begun + QUARTER,
        )
    ).all()
    if not told:
        return None
    named = passages(session, reader, told)[Event(event)]
    return {"event": Event(event), "count": len(told), "passages": named}


@mail.letter("notification")
def _letter(session: Session, reader: User | None, notification_id: int) -> dict[str, Any] | None:
    """Say what happened; nothing if it has been read on the platform already."""
    notification = session.get_one(Notification, notification_id)
    if notification.read_at:
        return None
    return {
        "event": notification.event,
        "public_id": notification.public_id,
        "passages": passages(session, reader, [notification])[notification.event],
    }
