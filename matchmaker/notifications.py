"""Telling people what happened: who is told of which event, on the platform and by mail.

Both are written in the transaction of what happened. Neither holds a word of a posting: whoever
opens the notification is shown what they may see by then, and a mail names titles only where
`names` says how.
"""

from collections import defaultdict
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
    OutboxMessage,
    Record,
    User,
    now,
)

USUAL_DELIVERY = dict.fromkeys(NoticeKind, Delivery.AT_ONCE) | {
    NoticeKind.SUBSCRIPTION: Delivery.DAILY
}
"""How each kind of notice comes by mail to who has not chosen."""
MOST_SEPARATE = 3
"""So many unread notifications of an event in a quarter of an hour have a mail each."""
QUARTER = timedelta(minutes=15)
LONGEST_TRANSACTION = timedelta(minutes=1)
"""So long after a quarter its notifications may be written still."""
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
    moment = now()
    told = [
        Notification(
            created_at=moment,
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
    _note_mails(session, event, mailed, _quarter(moment))


def _note_mails(
    session: Session, event: Event, mailed: Mapping[User, list[Notification]], begun: datetime
) -> None:
    """Note the mails of new notifications; `begun` is when their quarter of an hour did.

    Each has its own until a reader has too many unread ones of the quarter. From then on they share
    one, which is sent after the quarter and tells of none that had its own. The readers come in the
    order of their ids and after the audit entry, as in all transactions, so that no two of them
    wait for each other.
    """
    keys = {user: f"gathered {user.id} {event} {begun.isoformat()}" for user in mailed}
    noted = sa.select(OutboxMessage.key).where(OutboxMessage.key.in_(keys.values()))
    gathering = set(session.scalars(noted))
    unread = _unread_since(session, event, mailed, begun)
    for user, own in mailed.items():
        if keys[user] in gathering or len(unread[user.id]) > MOST_SEPARATE:
            mail.later(
                session,
                "gathered",
                user,
                key=keys[user],
                due_at=begun + QUARTER + LONGEST_TRANSACTION,
                event=event,
                since=begun.isoformat(),
                besides=sorted(unread[user.id] - {one.id for one in own}),
            )
        else:
            for one in own:
                mail.later(session, "notification", user, notification_id=one.id)


def _unread_since(
    session: Session, event: Event, users: Iterable[User], begun: datetime
) -> Mapping[int, set[int]]:
    """Return by user the ids of the notifications of an event that they have not read."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    unread = sa.select(Notification.user_id, Notification.id).where(
        Notification.user_id.in_([user.id for user in users]),
        Notification.read_at.is_(None),
        Notification.event == event,
        Notification.created_at >= begun,
    )
    for user_id, notification_id in session.execute(unread):
        found[user_id].add(notification_id)
    return found


def _quarter(moment: datetime) -> datetime:
    """Return when the quarter of an hour of a moment began."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


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
    session: Session, reader: User | None, event: str, since: str, besides: list[int]
) -> dict[str, Any] | None:
    """Say how much more of one kind happened in a quarter of an hour and has not been read."""
    if reader is None:
        return None
    begun = datetime.fromisoformat(since)
    told = session.scalars(
        sa.select(Notification).where(
            Notification.user_id == reader.id,
            Notification.read_at.is_(None),
            Notification.event == event,
            Notification.id.not_in(besides),
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
