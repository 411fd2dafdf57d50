"""Use cases of administrators; each is one transaction."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker import audit, mail, outbox
from matchmaker.db import transaction
from models import MessageStatus, OutboxMessage, User


class NotFailedError(Exception):
    """Only what was given up is tried again by hand; the rest is tried again anyway."""


def retry(session: Session, actor: User, message: OutboxMessage) -> None:
    """Try again what was given up.

    Raises:
        NotFailedError: it was not given up, or somebody else was faster.
    """
    with transaction(session):
        session.refresh(message, with_for_update=True)
        if message.status is not MessageStatus.FAILED:
            raise NotFailedError
        outbox.retry(session, message)
        audit.record(session, actor, "job:retry", message, kind=message.kind)


def send_test_mail(session: Session, actor: User) -> None:
    """Send the actor a mail that says that mail works."""
    with transaction(session):
        message = mail.later(session, "admin/test", actor)
        audit.record(session, actor, "mail:test", message)


@mail.letter("admin/test")
def trial(_session: Session, _reader: User) -> dict[str, Any]:
    """Find what the test mail needs: nothing."""
    return {}
