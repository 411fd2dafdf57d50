"""Use cases of messages on a match: writing one, and having read them; each is one transaction."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.db import exclusive, transaction
from matchmaker.lifecycle.engine import check_permission
from matchmaker.permissions import Permission
from matchmaker.relations import is_assigned, sides
from models import Event, Match, Message, MessageMark, Notification, Speaker, User, now

WRITE = "write_message"


class KeyTakenError(Exception):
    """A form with this key was sent before and said something else."""


def write(session: Session, actor: User, match: Match, key: str, text: str) -> Message:
    """Return the message made from the form `key`; sent again, it is the same message.

    Raises:
        NotVisibleError: the actor does not see the match.
        NotPermittedError: the actor takes no part in it, or it is not open to messages.
        KeyTakenError: the form was sent before and said something else.
    """
    with transaction(session):
        # One at a time, so that who has read up to a message has read all before it.
        session.refresh(match, with_for_update=True)
        earlier = session.scalar(sa.select(Message).where(Message.public_id == key))
        if earlier is not None:
            if (earlier.author, earlier.match, earlier.text) != (actor, match, text):
                raise KeyTakenError
            return earlier
        check_permission(session, actor, match, WRITE, [Permission.MESSAGE_WRITE])
        message = Message(
            public_id=key, match=match, author=actor, speaker=_speaker(actor, match), text=text
        )
        session.add(message)
        session.flush()
        audit.record(session, actor, "message:write", message)
        notifications.tell(session, Event.MESSAGE_WRITTEN, match, actor)
    return message


def mark_read(session: Session, actor: User, message: Message) -> None:
    """Note that the actor has read a match's messages up to this one; what came since stays."""
    with transaction(session):
        exclusive(session, f"messages read by {actor.id}")
        mark = session.get(MessageMark, (actor.id, message.match_id))
        if mark is None:
            mark = MessageMark(user_id=actor.id, match_id=message.match_id, message_id=0)
            session.add(mark)
        if mark.message_id >= message.id:
            return
        mark.message_id = message.id
        session.flush()
        _settle_notifications(session, actor, message)
        audit.record(session, actor, "message:read", message)


def _speaker(actor: User, match: Match) -> Speaker:
    for side in sides(actor, match):
        return Speaker(side.value)
    return Speaker.BROKER if is_assigned(actor, match) else Speaker.OFFICER


def _settle_notifications(session: Session, actor: User, message: Message) -> None:
    """Mark as read what told of messages on a match, once the newest of them has been read."""
    later = sa.select(Message.id).where(
        Message.match_id == message.match_id,
        Message.id > message.id,
        Message.author_id != actor.id,
    )
    session.execute(
        sa.update(Notification)
        .where(
            Notification.user_id == actor.id,
            Notification.event == Event.MESSAGE_WRITTEN,
            Notification.subject_kind == Match.__name__,
            Notification.subject_id == message.match_id,
            Notification.read_at.is_(None),
            ~later.exists(),
        )
        .values(read_at=now(), version=Notification.version + 1)
    )
