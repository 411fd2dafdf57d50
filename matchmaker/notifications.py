"""Telling people what happened: who is told of which event, on the platform and by mail.

Both are written in the transaction of what happened. Neither holds a word of a posting: whoever
opens the notification is shown what they may see by then, and a mail names titles only where
`names` says how.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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
)

USUAL_DELIVERY = dict.fromkeys(NoticeKind, Delivery.AT_ONCE) | {
    NoticeKind.SUBSCRIPTION: Delivery.DAILY
}
"""How each kind of notice comes by mail to who has not chosen."""
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
    for notification in told:
        delivery = deliveries.get(notification.user_id, USUAL_DELIVERY[kind])
        if delivery is Delivery.AT_ONCE:
            mail.later(session, "notification", notification.user, notification_id=notification.id)


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
