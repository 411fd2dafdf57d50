"""Background work: done once, shown while it runs, tried again, stopped and killed without loss."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import jobs, outbox
from matchmaker.config import ROOT
from matchmaker.db import db, transaction
from matchmaker.jobs import Handler, Work, drain
from matchmaker.matches.services import propose
from matchmaker.schedule import SCHEDULE
from models import (
    AuditEntry,
    Job,
    JobStatus,
    Match,
    MessageStatus,
    OutboxMessage,
    StatusChange,
    now,
)
from tests import factories
from tests.matchmaker.test_outbox import let_time_pass, note


@pytest.fixture
def do(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that lets another do the work of a kind."""

    def handle(kind: str, run: jobs.Run, limit: timedelta = jobs.USUAL_LIMIT) -> None:
        monkeypatch.setitem(jobs._HANDLERS, kind, Handler(run, kind, limit))

    return handle


def work_off(app: Flask, stopping: threading.Event | None = None) -> None:
    """Be a worker until nothing is due."""
    with app.app_context():
        drain(db.sessionmaker, stopping or threading.Event())


def job_of(session: Session, message: OutboxMessage) -> Job:
    session.rollback()
    return session.scalars(sa.select(Job).where(Job.message_id == message.id)).one()


def test_a_job_is_done_with_its_payload_and_keeps_its_outcome(
    app: Flask, session: Session, do: Any
) -> None:
    do("count", lambda work, need_id: {"seen": need_id})
    message = note(session, need_id=7)
    work_off(app)
    job = job_of(session, message)
    assert (job.status, job.outcome, job.error) == (JobStatus.DONE, {"seen": 7}, "")
    assert job.started_at is not None
    assert job.finished_at is not None
    session.refresh(message)
    assert message.status is MessageStatus.SENT


def test_its_progress_can_be_seen_while_it_runs(app: Flask, session: Session, do: Any) -> None:
    seen = []

    def run(work: Work) -> None:
        work.progress(3, 10)
        with app.app_context(), db.sessionmaker() as other:
            job = other.scalars(sa.select(Job)).one()
            seen.append((job.status, job.done, job.total))

    do("count", run)
    note(session)
    work_off(app)
    assert seen == [(JobStatus.RUNNING, 3, 10)]


def test_progress_within_a_transaction_waits_for_no_lock(
    app: Flask, session: Session, do: Any
) -> None:
    def run(work: Work) -> None:
        with transaction(work.session):
            work.session.add(Job(kind="written by the work"))
            work.session.flush()
            work.progress(1, 2)

    do("count", run)
    message = note(session)
    began = time.monotonic()
    work_off(app)
    assert job_of(session, message).status is JobStatus.DONE
    assert time.monotonic() - began < 10


def test_a_failure_is_kept_by_its_name_alone_and_tried_again(
    app: Flask, session: Session, do: Any
) -> None:
    attempts = []

    def run(work: Work) -> None:
        attempts.append(work.claim.attempt)
        if len(attempts) == 1:
            raise ValueError("鸮羽硼烯")

    do("count", run)
    message = note(session)
    work_off(app)
    session.refresh(message)
    assert (message.status, message.error) == (MessageStatus.WAITING, "ValueError")
    assert message.due_at > now()
    assert job_of(session, message).status is JobStatus.QUEUED
    let_time_pass(session)
    work_off(app)
    assert attempts == [1, 2]
    job = job_of(session, message)
    assert (job.status, job.error) == (JobStatus.DONE, "")


def test_what_the_work_had_not_committed_is_undone_when_it_fails(
    app: Flask, session: Session, do: Any
) -> None:
    def run(work: Work) -> None:
        with transaction(work.session):
            work.session.add(Job(kind="half"))
            work.session.flush()
            raise ValueError

    do("count", run)
    note(session)
    work_off(app)
    assert session.scalar(sa.select(Job).where(Job.kind == "half")) is None


def test_giving_up_is_audited(app: Flask, session: Session, do: Any) -> None:
    def run(work: Work) -> None:
        raise ValueError

    do("count", run)
    message = note(session)
    with transaction(session):
        message.attempts = outbox.ATTEMPTS - 1
    work_off(app)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "job:give_up")).one()
    assert (entry.outcome, entry.detail["kind"]) == ("failed", "count")
    assert job_of(session, message).status is JobStatus.FAILED


def test_work_of_an_unknown_kind_fails_and_does_not_stop_the_rest(
    app: Flask, session: Session, do: Any
) -> None:
    do("count", lambda work: None)
    unknown, known = note(session, "no such work"), note(session)
    work_off(app)
    assert job_of(session, unknown).error == "UnknownKindError"
    assert job_of(session, known).status is JobStatus.DONE


def test_a_worker_told_to_stop_puts_its_work_back_at_once(
    app: Flask, session: Session, do: Any
) -> None:
    stopping = threading.Event()

    def run(work: Work) -> None:
        stopping.set()
        work.progress(1, 2)

    do("count", run)
    message = note(session)
    note(session)
    work_off(app, stopping)
    session.refresh(message)
    assert (message.status, message.attempts) == (MessageStatus.WAITING, 0)
    assert message.due_at <= now()
    assert job_of(session, message).status is JobStatus.QUEUED


def test_work_that_takes_too_long_is_ended(app: Flask, session: Session, do: Any) -> None:
    def run(work: Work) -> None:
        while True:
            work.progress(1, 2)

    do("count", run, timedelta(seconds=0.2))
    message = note(session)
    work_off(app)
    assert job_of(session, message).error == "TimeLimitError"


def test_long_work_keeps_its_lease(
    app: Flask, session: Session, do: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=0.6))
    runs = []

    def run(work: Work) -> None:
        runs.append(work.claim.attempt)
        for _step in range(4):
            time.sleep(0.4)
            with app.app_context(), db.sessionmaker() as other:
                assert outbox.claim(other) is None

    do("count", run)
    message = note(session)
    work_off(app)
    assert job_of(session, message).status is JobStatus.DONE
    assert runs == [1]


def test_every_scheduled_job_comes_to_its_end_on_an_empty_platform(
    app: Flask, session: Session
) -> None:
    messages = [note(session, kind) for kind, _when in SCHEDULE]
    work_off(app)
    assert {job_of(session, message).status for message in messages} == {JobStatus.DONE}


def test_a_need_that_was_published_is_matched(app: Flask, session: Session) -> None:
    need = factories.need()
    factories.result()
    message = note(session, "propose", need_id=need.id)
    work_off(app)
    job = job_of(session, message)
    assert (job.status, job.outcome) == (JobStatus.DONE, {"added": 1, "changed": 0, "removed": 0})
    assert session.scalars(sa.select(Job)).all() == [job]


def test_a_need_withdrawn_meanwhile_is_left_alone(app: Flask, session: Session) -> None:
    missing = note(session, "propose", need_id=999_999)
    work_off(app)
    assert job_of(session, missing).status is JobStatus.DONE


class Workers:
    """Starts real worker processes quickly: one that has loaded everything forks them."""

    def __init__(self, url: str, *folder: str) -> None:
        program = [sys.executable, "-m", "tests.matchmaker.forking_workers", url, *folder]
        self._parent = subprocess.Popen(  # noqa: S603
            program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self) -> int:
        """Start a worker and return its process id."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write("start\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())

    def close(self) -> None:
        """End the one that forks."""
        self._parent.communicate(timeout=10)


@pytest.fixture
def workers(session: Session) -> Iterator[Workers]:
    """Give workers on the database of the test."""
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    running = Workers(url)
    yield running
    running.close()


def _wait_until(session: Session, condition: Callable[[], object], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        session.rollback()
        time.sleep(0.005)
    session.rollback()


def _pairs(session: Session) -> dict[tuple[int, int], float]:
    matches = session.scalars(sa.select(Match)).all()
    assert len({(match.need_id, match.result_id) for match in matches}) == len(matches)
    return {(match.need_id, match.result_id): match.score for match in matches}


def test_a_match_run_killed_twelve_times_does_everything_and_nothing_twice(
    session: Session, workers: Workers
) -> None:
    needs = [factories.need(title=f"隔膜涂层耐热{number}") for number in range(6)]
    for number in range(12):
        factories.result(title=f"陶瓷涂覆隔膜{number}", abstract=f"涂层耐热{number}")
    for need in needs:
        note(session, "propose", need_id=need.id)
    note(session, "propose_all")

    def taken() -> int:
        return session.scalar(sa.select(sa.func.sum(OutboxMessage.attempts))) or 0

    def all_sent() -> bool:
        unsent = sa.exists().where(OutboxMessage.status != MessageStatus.SENT)
        return not session.scalar(sa.select(unsent))

    for kill in range(12):
        note(session, "propose", need_id=needs[kill % len(needs)].id)  # always work to interrupt
        before = taken()
        pid = workers.start()
        _wait_until(session, lambda before=before: taken() > before)  # type: ignore[misc]
        time.sleep(kill / 100)
        os.kill(pid, signal.SIGKILL)
    workers.start()
    _wait_until(session, all_sent)
    found = _pairs(session)
    assert {job.status for job in session.scalars(sa.select(Job))} == {JobStatus.DONE}
    proposed = sa.select(StatusChange.subject_id).where(StatusChange.subject_kind == "Match")
    assert len(session.scalars(proposed).all()) == len(found) >= len(needs)
    propose(session, None)
    assert _pairs(session) == pytest.approx(found)
