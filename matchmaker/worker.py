"""What wakes the workers: huey, on a file of its own or on Redis.

huey forgets a task when it hands it to a worker, so it is trusted with nothing: a task only says
"look for due messages". One that is lost is made good for within a minute, one too many finds
nothing to do.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from threading import Event
from typing import Any

import structlog
from flask import Flask
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer as HueyConsumer
from huey.serializer import SignedSerializer
from sqlalchemy.orm import Session, sessionmaker

from matchmaker import jobs, outbox, schedule
from matchmaker.config import ConfigError, Settings
from matchmaker.db import db
from matchmaker.i18n import _
from models import now

NAME = "matchmaker"
WORKERS = 2
SECONDS_BETWEEN_POLLS = 1
SECONDS_BETWEEN_LOOKS = 10
SECONDS_TO_STOP = 20
REDIS_SECONDS = 5

log = structlog.get_logger()


class Consumer(HueyConsumer):  # type: ignore[misc]
    """huey's consumer without its signal handlers: the process's own stop the server too."""

    def _set_signal_handlers(self) -> None:
        """Leave the signals to the process."""


class Bell:
    """Wakes the workers of an application when something was noted, and every minute."""

    def __init__(self, app: Flask, sessions: sessionmaker[Session], huey: Huey) -> None:
        self._app = app
        self._sessions = sessions
        self._huey = huey
        self._stopping = Event()
        self._drain = huey.task(name="drain")(self._on_ring)
        huey.periodic_task(crontab(), name="tick")(self._on_minute)

    def ring(self) -> None:
        """Wake a worker; what was noted is safe, so that a failure is no reason to fail."""
        try:
            self._drain()
        except Exception as error:
            log.warning("no worker was woken", error=type(error).__name__)

    @contextlib.contextmanager
    def answered(self) -> Iterator[None]:
        """Run workers beside the block; at its end they finish or put back what they are at."""
        self._stopping.clear()
        consumer = Consumer(
            self._huey,
            workers=WORKERS,
            max_delay=self._longest_wait,
            scheduler_interval=SECONDS_BETWEEN_LOOKS,
            check_worker_health=False,
            shutdown_timeout=SECONDS_TO_STOP,
        )
        consumer.start()
        try:
            yield
        finally:
            self._stopping.set()
            consumer.stop(graceful=True)

    @property
    def _longest_wait(self) -> int:
        """A file is polled; on Redis workers are told, and wait only while it is down."""
        blocking = self._huey.storage.blocking
        return SECONDS_BETWEEN_LOOKS if blocking else SECONDS_BETWEEN_POLLS

    def close(self) -> None:
        """Let go of the queue's file or connections."""
        self._huey.storage.close()

    def _on_ring(self) -> None:
        with self._app.app_context():
            jobs.drain(self._sessions, self._stopping)

    def _on_minute(self) -> None:
        with self._app.app_context():
            with self._sessions() as session:
                schedule.note_due(session, now())
            jobs.drain(self._sessions, self._stopping)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its bell, rung by every transaction that notes something."""
    with app.app_context():
        sessions = db.sessionmaker
    bell = Bell(app, sessions, _huey(settings))
    app.extensions["bell"] = bell
    outbox.listen(sessions, bell.ring)


def bell(app: Flask) -> Bell:
    """Return the application's bell."""
    found: Bell = app.extensions["bell"]
    return found


def _huey(settings: Settings) -> Huey:
    """Return the queue on Redis, on a file of its own, or, with neither, in memory.

    Tasks are pickled; the signature keeps what others put on the Redis server from being read.
    """
    options: dict[str, Any] = {
        "results": False,
        "serializer": SignedSerializer(settings.secret_key, salt=NAME),
    }
    if settings.redis_url:
        return RedisHuey(NAME, connection_pool=_redis_pool(settings.redis_url), **options)
    if settings.data is None:
        return MemoryHuey(NAME, **options)
    path = settings.data / "queue.sqlite"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(NAME, filename=str(path), fsync=False, **options)
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(
            _("MATCHMAKER_DATA: %(file)s cannot be used: %(reason)s", file=path, reason=error)
        ) from error


def _redis_pool(url: str) -> Any:
    """Return connections that fail at once, and not after a while, when the server is down."""
    from redis import ConnectionPool
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return ConnectionPool.from_url(
        url,
        socket_connect_timeout=1,
        socket_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
