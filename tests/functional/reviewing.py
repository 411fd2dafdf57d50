"""Reviewing as an officer does: texts that wait, decisions on them, and what came of those."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.postings import revisions
from matchmaker.postings.texts import written
from models import AuditEntry, Need, OutboxMessage, PostingStatus, Result, Revision, Role, now
from tests import factories
from tests.functional.pages import send
from tests.matchmaker.test_jobs import work_off

SUBMITTED = PostingStatus.SUBMITTED


def waiting(make: Callable[..., Any] = factories.need, hours: float = 1, **values: Any) -> Any:
    """Make a text that was submitted so many hours ago."""
    arrived = now() - timedelta(hours=hours)
    return make(status=SUBMITTED, submitted_at=arrived, published_at=None, **values)


def revise(session: Session, posting: Need | Result, **changed: Any) -> Revision:
    """Hand in a change of a published text."""
    member = factories.user(Role.MEMBER, organization=posting.organization)
    return revisions.propose(session, member, posting, written(posting) | changed)


def page_of(record: Any) -> str:
    """Return the address of a record's page in the inbox."""
    return f"/review/{type(record).__name__.lower()}/{record.public_id}"


def choice(record: Any) -> str:
    """Return the value that stands for a record in the inbox's form."""
    return f"{type(record).__name__.lower()}:{record.public_id}:{record.version}"


def decide(client: FlaskClient, record: Any, action: str, reason: str = "") -> Any:
    """Send the form under a record."""
    fields = {"action": action, "reason": reason, "version": record.version}
    return send(client, page_of(record), **fields)


def approve(client: FlaskClient, *records: Any) -> Any:
    """Approve records together from the inbox."""
    chosen = [choice(record) for record in records]
    return send(client, "/review/approve", "/review", chosen=chosen, next="/review?kind=need")


def stored(session: Session, statement: sa.Select[Any]) -> Any:
    """Read what the application has written since the session last looked."""
    session.rollback()
    return session.scalars(statement)


def after_ten_minutes(session: Session, app: Flask) -> None:
    """Let what is planned fall due, and be the worker."""
    with transaction(session):
        session.execute(sa.update(OutboxMessage).values(due_at=now()))
    work_off(app)
    session.rollback()


def audited(session: Session, action: str, outcome: str = "done") -> int:
    """Count the audit entries of an action."""
    statement = sa.select(sa.func.count()).where(
        AuditEntry.action == action, AuditEntry.outcome == outcome
    )
    return int(stored(session, statement).one())
