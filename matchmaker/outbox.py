"""What is to be done after a transaction: noted within it, taken up once it has committed.

A message is a row beside the business rows, so that a rollback drops it and a crash loses nothing.
Workers take due messages one by one; whoever dies at it lets the lease run out, and the message
is due again. So a message may be worked on twice, and what works on it must be idempotent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakMethod

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.db import exclusive, transaction
from models import Job, JobStatus, MessageStatus, OutboxMessage, now

MAIL = "mail"
LEASE = timedelta(seconds=60)
ATTEMPTS = 20
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
WORKER_DIED = "WorkerDied"

_NOTED = "outbox"


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this worker has taken; `attempt` is the number of the attempt."""

    id: int
    public_id: str
    kind: str
    payload: dict[str, Any]
    attempt: int


def later(
    session: Session,
    kind: str,
    *,
    key: str | None = None,
    due_at: datetime | None = None,
    **payload: Any,
) -> OutboxMessage:
    """Note, in the transaction under way, what is to be done once it has committed, or at `due_at`.

    `kind` is `MAIL` (see `matchmaker.mail`) or the name of a job that a feature's `jobs.py`
    handles. `payload` is ids and other plain values, never a confidential text. With a `key` that
    was used before nothing is noted and the earlier message is returned.

    Raises:
        RuntimeError: no transaction is under way.
    """
    if not session.info.get("writing"):
        raise RuntimeError("a message was noted outside a transaction")
    if key is not None:
        exclusive(session, f"outbox {key}")
        earlier = session.scalar(sa.select(OutboxMessage).where(OutboxMessage.key == key))
        if earlier is not None:
            return earlier
    message = OutboxMessage(kind=kind, key=key, payload=payload, due_at=due_at or now())
    session.add(message)
    if kind != MAIL:
        session.add(Job(kind=kind, message=message))
    session.info[_NOTED] = True
    return message


def later_once(session: Session, kind: str) -> OutboxMessage:
    """Note a job without payload unless the same still waits to be begun.

    The one that waits begins after this transaction has committed, so it sees what is written here.
    """
    waiting = sa.select(OutboxMessage).where(
        OutboxMessage.kind == kind,
        OutboxMessage.status == MessageStatus.WAITING,
        OutboxMessage.attempts == 0,
    )
    return session.scalar(waiting.limit(1).with_for_update()) or later(session, kind)


def listen(sessions: sessionmaker[Session], ring: Callable[[], None]) -> None:
    """Call `ring`, a method, whenever a transaction that noted something has committed.

    SQLAlchemy keeps listeners for ever: they hold `ring` weakly, so that its object may go.
    """
    kept = WeakMethod(ring)

    @sa.event.listens_for(sessions, "after_commit")
    def committed(session: Session) -> None:
        if session.info.pop(_NOTED, False):
            alive = kept()
            if alive is not None:
                alive()

    @sa.event.listens_for(sessions, "after_rollback")
    def rolled_back(session: Session) -> None:
        session.info.pop(_NOTED, None)


def claim(session: Session) -> Claim | None:
    """Take the message that has been due longest, None if none is.

    However many workers ask at once, one of them gets it.
    """
    due = (
        sa.select(OutboxMessage)
        .where(OutboxMessage.status == MessageStatus.WAITING)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
    )
    while message := session.scalar(due.where(OutboxMessage.due_at <= now())):
        taken = Claim(
            message.id, message.public_id, message.kind, message.payload, message.attempts + 1
        )
        with transaction(session):
            if _take(session, taken):
                return taken
    session.rollback()
    return None


def renew(session: Session, taken: Claim) -> None:
    """Keep a message for another lease."""
    with transaction(session):
        _settle(session, taken, due_at=now() + LEASE)


def complete(session: Session, taken: Claim, outcome: dict[str, Any]) -> bool:
    """Mark a message as done; return False if another worker has taken it meanwhile."""
    with transaction(session):
        sent = _settle(session, taken, status=MessageStatus.SENT, sent_at=now(), error="")
        if sent:
            values = {"status": JobStatus.DONE, "outcome": outcome, "error": ""}
            _mark(session, taken.id, **values, finished_at=now())
    return sent


def put_back(session: Session, taken: Claim) -> None:
    """Let a message be taken again at once, as if this attempt had not been."""
    with transaction(session):
        if _settle(session, taken, due_at=now(), attempts=taken.attempt - 1):
            _mark(session, taken.id, status=JobStatus.QUEUED, error="", finished_at=None)


def fail(session: Session, taken: Claim, error: str) -> bool:
    """Let a message wait for its next attempt; return True if that was the last.

    The pause doubles from a minute to an hour: twenty attempts take most of a day.
    """
    last = taken.attempt >= ATTEMPTS
    with transaction(session):
        if last:
            settled = _settle(session, taken, status=MessageStatus.FAILED, error=error)
        else:
            settled = _settle(session, taken, due_at=now() + pause(taken.attempt), error=error)
        if settled:
            status = JobStatus.FAILED if last else JobStatus.QUEUED
            _mark(session, taken.id, status=status, error=error, finished_at=now())
    return last and settled


def pause(attempt: int) -> timedelta:
    """Return how long to wait after the given attempt, counted from 1, has failed."""
    doubled: timedelta = FIRST_PAUSE * 2 ** (attempt - 1)
    return min(doubled, LONGEST_PAUSE)


def retry(session: Session, message: OutboxMessage) -> None:
    """Let a message that was given up be tried afresh, in the transaction under way."""
    message.status, message.attempts, message.due_at = MessageStatus.WAITING, 0, now()
    _mark(session, message.id, status=JobStatus.QUEUED, finished_at=None)
    session.info[_NOTED] = True


def call_off(session: Session, message: OutboxMessage) -> bool:
    """Drop, in the transaction under way, a job that nobody has begun; return whether it was."""
    waiting = sa.update(OutboxMessage).where(
        OutboxMessage.id == message.id,
        OutboxMessage.status == MessageStatus.WAITING,
        OutboxMessage.attempts == 0,
    )
    dropped = _changes(session, waiting.values(status=MessageStatus.SENT, sent_at=now()))
    if dropped:
        values = {"status": JobStatus.DONE, "outcome": {"called_off": 1}}
        _mark(session, message.id, **values, finished_at=now())
    return dropped


def _take(session: Session, wanted: Claim) -> bool:
    """Take a message that nobody else took meanwhile; one that keeps killing workers is failed."""
    spent = wanted.attempt > ATTEMPTS
    values: dict[str, Any] = (
        {"status": MessageStatus.FAILED, "error": WORKER_DIED}
        if spent
        else {"due_at": now() + LEASE, "attempts": wanted.attempt}
    )
    statement = sa.update(OutboxMessage).where(
        OutboxMessage.id == wanted.id,
        OutboxMessage.status == MessageStatus.WAITING,
        OutboxMessage.attempts == wanted.attempt - 1,
        OutboxMessage.due_at <= now(),
    )
    taken = _changes(session, statement.values(values))
    if taken and spent:
        _mark(session, wanted.id, status=JobStatus.FAILED, error=WORKER_DIED, finished_at=now())
    elif taken:
        begun = {"status": JobStatus.RUNNING, "done": 0, "total": None}
        _mark(session, wanted.id, **begun, started_at=now(), finished_at=None)
    return taken and not spent


def _settle(session: Session, taken: Claim, **values: Any) -> bool:
    """Change a message that is still this worker's; return whether it was."""
    own = sa.update(OutboxMessage).where(
        OutboxMessage.id == taken.id,
        OutboxMessage.status == MessageStatus.WAITING,
        OutboxMessage.attempts == taken.attempt,
    )
    return _changes(session, own.values(values))


def _mark(session: Session, message_id: int, **values: Any) -> None:
    session.execute(sa.update(Job).where(Job.message_id == message_id).values(values))


def _changes(session: Session, statement: sa.Update) -> bool:
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]
