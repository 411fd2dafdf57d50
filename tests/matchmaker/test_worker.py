"""The workers: woken by a commit, on a file and on Redis; stopped cleanly; no Redis, no harm."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from huey.consumer import Scheduler
from sqlalchemy.orm import Session

from matchmaker import worker
from matchmaker.config import ROOT
from matchmaker.db import db
from matchmaker.schedule import SCHEDULE
from models import Job, JobStatus, Match, MessageStatus, OutboxMessage
from tests import factories
from tests.backends import Backend, Redis, Sqlite
from tests.conftest import SECRET, application, with_reference
from tests.matchmaker.test_outbox import note


def _opened(backend: Backend, **settings: Any) -> Iterator[Flask]:
    url = backend.copy_of("reference", with_reference)
    app = application(url, **settings)
    yield app
    worker.bell(app).close()
    with app.app_context():
        db.engine.dispose()
    backend.drop(url)


@pytest.fixture
def on_redis(backend: Backend, tmp_path: Path, redis: Redis) -> Iterator[Flask]:
    """Give an application whose queue is on Redis."""
    yield from _opened(backend, data=tmp_path, redis_url=redis.url)


@pytest.fixture(params=["file", "redis"])
def queued(request: pytest.FixtureRequest, backend: Backend, tmp_path: Path) -> Iterator[Flask]:
    """Give an application on each kind of queue."""
    on_redis = request.param == "redis"
    url = request.getfixturevalue("redis").url if on_redis else ""
    yield from _opened(backend, data=tmp_path, redis_url=url)


def _session(app: Flask) -> Session:
    with app.app_context():
        own = db.sessionmaker()
    factories.use(own)
    return own


def _wait_until(session: Session, condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        session.rollback()
        time.sleep(0.02)
    session.rollback()


def _states(session: Session) -> list[JobStatus]:
    return list(session.scalars(sa.select(Job.status).where(Job.kind == "propose")))


def test_what_is_published_is_matched_within_five_seconds(queued: Flask) -> None:
    with _session(queued) as session, worker.bell(queued).answered():
        need = factories.need()
        factories.result()
        note(session, "propose", need_id=need.id)
        _wait_until(session, lambda: session.scalar(sa.select(Match.id)), 5)


def test_what_was_noted_while_no_worker_ran_is_found_when_one_starts(queued: Flask) -> None:
    with _session(queued) as session:
        note(session, "propose", need_id=0)
        worker.bell(queued)._huey.flush()  # the call went unheard
        with worker.bell(queued).answered():
            _wait_until(session, lambda: _states(session) == [JobStatus.DONE], 10)


def test_workers_stop_when_told_and_start_again(queued: Flask) -> None:
    with _session(queued) as session:
        for _round in range(2):
            began = time.monotonic()
            with worker.bell(queued).answered():
                pass
            assert time.monotonic() - began < 5
        note(session, "propose", need_id=0)
        assert _states(session) == [JobStatus.QUEUED]


def test_without_redis_pages_are_served_and_work_waits_until_it_is_back(
    on_redis: Flask, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scheduler, "periodic_task_seconds", 1)
    monkeypatch.setattr(worker, "SECONDS_BETWEEN_LOOKS", 1)
    client = on_redis.test_client()
    with _session(on_redis) as session, worker.bell(on_redis).answered():
        done = sa.select(sa.func.count()).where(Job.status == JobStatus.DONE)
        _wait_until(session, lambda: session.scalar(done) == len(SCHEDULE), 30)
        redis.stop()
        began = time.monotonic()
        for _page in range(5):
            note(session, "propose", need_id=0)
            assert client.get("/").status_code == 200
        assert time.monotonic() - began < 5
        assert set(_states(session)) == {JobStatus.QUEUED}
        redis.start()
        _wait_until(session, lambda: set(_states(session)) == {JobStatus.DONE}, 30)


def test_a_task_that_another_put_on_redis_is_not_read(
    on_redis: Flask, redis: Redis, tmp_path: Path
) -> None:
    import redis as client

    canary = tmp_path / "canary"
    pickled = b"cposix\nsystem\n(S'touch %b'\ntR." % os.fsencode(canary)
    huey = worker.bell(on_redis)._huey
    with client.Redis.from_url(redis.url) as server, _session(on_redis) as session:
        server.lpush(huey.storage.queue_key, pickled)
        with worker.bell(on_redis).answered():
            note(session, "propose", need_id=0)
            _wait_until(session, lambda: _states(session) == [JobStatus.DONE], 10)
    assert not canary.exists()


class Process:
    """A real `matchmaker` process and the database that it works on."""

    def __init__(self, verb: str, folder: Path, redis_url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environ = {
            "MATCHMAKER_DATA": str(folder),
            "SECRET_KEY": SECRET,
            "REDIS_URL": redis_url,
            "PORT": str(self.port),
            "DATABASE_URL": "",
            "MATCHMAKER_ENV": "",
        }
        program = [sys.executable, "-m", "tests.matchmaker.slow_work", verb]
        self._process = subprocess.Popen(  # noqa: S603
            program,
            cwd=ROOT,
            env=os.environ | environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def stop(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; return the exit code and what was written to standard error."""
        self._process.send_signal(number)
        try:
            _out, err = self._process.communicate(timeout=25)
        finally:
            self._process.kill()
        return self._process.returncode, err


@pytest.fixture(params=["serve", "worker"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Process, Flask]]:
    """Give a serving process on a file, or a worker on Redis, and an application beside it."""
    redis_url = request.getfixturevalue("redis").url if request.param == "worker" else ""
    folder = Sqlite(tmp_path)
    copied = Path(folder.copy_of("reference", with_reference).removeprefix("sqlite:///"))
    database = copied.rename(tmp_path / "matchmaker.sqlite")
    app = application(f"sqlite:///{database}", data=tmp_path, redis_url=redis_url)
    process = Process(request.param, tmp_path, redis_url)
    yield process, app
    process.stop(signal.SIGKILL)
    worker.bell(app).close()
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_told_to_stop_puts_its_work_back_and_ends_quietly(
    running: tuple[Process, Flask], number: signal.Signals
) -> None:
    process, app = running
    with _session(app) as session:
        note(session, "slow")
        begun = sa.select(Job.done).where(Job.status == JobStatus.RUNNING)
        _wait_until(session, lambda: session.scalar(begun), 180)
        code, errors = process.stop(number)
        assert (code, "Traceback" in errors) == (0, False), errors
        message = session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.kind == "slow")
        ).one()
        assert (message.status, message.attempts) == (MessageStatus.WAITING, 0)
        job = session.scalars(sa.select(Job).where(Job.message_id == message.id)).one()
        assert job.status is JobStatus.QUEUED


@pytest.mark.parametrize("running", ["serve"], indirect=True)
def test_the_portal_answers_while_work_is_done_beside_it(running: tuple[Process, Flask]) -> None:
    process, app = running
    with _session(app) as session:
        note(session, "slow")
        begun = sa.select(Job.done).where(Job.status == JobStatus.RUNNING)
        _wait_until(session, lambda: session.scalar(begun), 180)
    with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/needs") as answer:
        assert answer.status == 200
