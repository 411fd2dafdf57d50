"""Background work: who handles which kind of message, and how a worker gets it done.

A feature's `jobs.py` registers its handlers here. The row of the message is the truth; what wakes
the workers (`matchmaker.worker`) may be lost or come twice.
"""

import contextlib
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import sqlalchemy as sa
import structlog
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session, sessionmaker

from matchmaker import audit, outbox
from matchmaker.db import transaction
from matchmaker.outbox import Claim
from models import Job

USUAL_LIMIT = timedelta(minutes=10)
SECONDS_BETWEEN_REPORTS = 1.0

Outcome = dict[str, Any] | None
Run = Callable[..., Outcome]

log = structlog.get_logger()


class StoppingError(Exception):
    """The worker has been told to stop; the work goes on when one starts again."""


class TimeLimitError(Exception):
    """The work took longer than its handler allows."""


class UnknownKindError(Exception):
    """No feature handles this kind of message."""


@dataclass(frozen=True, slots=True)
class Handler:
    """What is called for one kind of message, and how long it may take."""

    run: Run
    title: LazyString | str
    limit: timedelta


_HANDLERS: dict[str, Handler] = {}


class Work:
    """What a handler is given beside the message's payload.

    `job` is the row of the work, None for a mail. Call `progress` as often as there is something
    to tell; it is also where the work ends when the worker is told to stop or its time is up.
    """

    def __init__(
        self, sessions: sessionmaker[Session], session: Session, claim: Claim, stopping: Event
    ) -> None:
        self.session = session
        self.claim = claim
        self.job = session.scalar(sa.select(Job).where(Job.message_id == claim.id))
        self._job_id = self.job.id if self.job else None
        self._sessions = sessions
        self._stopping = stopping
        self._ends = time.monotonic() + limit_of(claim.kind).total_seconds()
        self._reported = float("-inf")

    def progress(self, done: int, total: int) -> None:
        """Show that `done` of `total` steps are done, at most once a second.

        Within a transaction nothing is shown, since the row is written by another.

        Raises:
            StoppingError: the worker is to stop.
            TimeLimitError: the time is up.
        """
        if self._stopping.is_set():
            raise StoppingError
        moment = time.monotonic()
        if moment > self._ends:
            raise TimeLimitError
        if moment - self._reported < SECONDS_BETWEEN_REPORTS or self.session.info.get("writing"):
            return
        self._reported = moment
        with self._sessions() as own, transaction(own):
            own.execute(sa.update(Job).where(Job.id == self._job_id).values(done=done, total=total))


def handles(
    kind: str, title: LazyString | str, *, limit: timedelta = USUAL_LIMIT
) -> Callable[[Run], Run]:
    """Let a function do the work of a kind of message; people know it by its `title`.

    It is called with a `Work` and the message's payload as keywords; what it returns is kept as the
    job's outcome. It may be called again for the same message, after a crash for example, and must
    then come to the same end.
    """

    def register(run: Run) -> Run:
        _HANDLERS[kind] = Handler(run, title, limit)
        return run

    return register


def kinds() -> frozenset[str]:
    """Return the kinds of messages that are handled."""
    return frozenset(_HANDLERS)


def title_of(kind: str) -> str:
    """Return what a kind of work is called in the reader's language."""
    handler = _HANDLERS.get(kind)
    return str(handler.title) if handler else kind


def limit_of(kind: str) -> timedelta:
    """Return how long work of a kind may take."""
    handler = _HANDLERS.get(kind)
    return handler.limit if handler else USUAL_LIMIT


def drain(sessions: sessionmaker[Session], stopping: Event) -> None:
    """Work on due messages, one after the other, until none is left or `stopping` is set."""
    while not stopping.is_set():
        with sessions() as session:
            claim = outbox.claim(session)
            if claim is None:
                return
            _work_on(sessions, session, claim, stopping)


def _work_on(
    sessions: sessionmaker[Session], session: Session, claim: Claim, stopping: Event
) -> None:
    """Do what one message asks for and settle it; the error that is kept holds no text."""
    try:
        with _kept(sessions, claim):
            outcome = _run(Work(sessions, session, claim, stopping))
    except StoppingError:
        session.rollback()
        outbox.put_back(session, claim)
    except Exception as error:
        name = type(error).__name__
        at = _places(error)
        log.warning("a job failed", kind=claim.kind, id=claim.public_id, error=name, at=at)
        session.rollback()
        _fail(session, claim, name)
    else:
        session.rollback()
        outbox.complete(session, claim, outcome or {})


def _places(error: Exception) -> list[str]:
    """Return the lines that an error came through, without its message, which may hold a text."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]


def _run(work: Work) -> Outcome:
    handler = _HANDLERS.get(work.claim.kind)
    if handler is None:
        raise UnknownKindError(work.claim.kind)
    return handler.run(work, **work.claim.payload)


def _fail(session: Session, claim: Claim, error: str) -> None:
    with transaction(session):
        if outbox.fail(session, claim, error):
            audit.record(
                session,
                None,
                "job:give_up",
                outcome="failed",
                kind=claim.kind,
                message=claim.public_id,
                error=error,
            )


@contextlib.contextmanager
def _kept(sessions: sessionmaker[Session], claim: Claim) -> Iterator[None]:
    """Renew the lease on a message while the block runs, as long as its handler may take."""
    ended = Event()
    until = time.monotonic() + limit_of(claim.kind).total_seconds()

    def keep() -> None:
        while not ended.wait(outbox.LEASE.total_seconds() / 3) and time.monotonic() < until:
            try:
                with sessions() as session:
                    outbox.renew(session, claim)
            except Exception:
                log.exception("a lease was not renewed", message=claim.public_id)

    keeper = Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
