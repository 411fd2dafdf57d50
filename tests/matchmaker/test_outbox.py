"""The outbox: what is noted in a transaction is done after it, by one worker, and never lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import outbox, worker
from matchmaker.db import db, transaction
from models import Job, JobStatus, MessageStatus, OutboxMessage, now


def note(session: Session, kind: str = "count", **given: Any) -> OutboxMessage:
    with transaction(session):
        return outbox.later(session, kind, **given)


def let_time_pass(session: Session, length: timedelta = outbox.LONGEST_PAUSE) -> None:
    with transaction(session):
        session.execute(sa.update(OutboxMessage).values(due_at=now() - length))


def taken(session: Session) -> outbox.Claim:
    claim = outbox.claim(session)
    assert claim is not None
    return claim


def in_threads(app: Flask, count: int, work: Callable[[Session], None]) -> None:
    def run() -> None:
        with app.app_context(), db.sessionmaker() as own:
            work(own)

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_is_noted_stands_there_with_its_job(session: Session) -> None:
    message = note(session, need_id=7)
    assert (message.status, message.payload) == (MessageStatus.WAITING, {"need_id": 7})
    job = session.scalars(sa.select(Job)).one()
    assert (job.message, job.kind, job.status) == (message, "count", JobStatus.QUEUED)


def test_a_mail_has_no_job(session: Session) -> None:
    note(session, outbox.MAIL)
    assert session.scalar(sa.select(Job)) is None


def test_a_rollback_leaves_nothing_to_do_and_wakes_nobody(app: Flask, session: Session) -> None:
    with pytest.raises(ZeroDivisionError), transaction(session):
        outbox.later(session, "count")
        session.flush()
        1 / 0  # noqa: B018
    with transaction(session):
        pass
    assert outbox.claim(session) is None
    assert _times_rung(app) == 0


def test_a_worker_is_woken_once_the_transaction_has_committed(app: Flask, session: Session) -> None:
    with transaction(session):
        outbox.later(session, "count")
        outbox.later(session, "count")
        session.flush()
        assert _times_rung(app) == 0
    assert _times_rung(app) == 1
    with transaction(session):
        pass
    assert _times_rung(app) == 1


def _times_rung(app: Flask) -> int:
    """Return how many tasks wait for a worker; in these tests there is none."""
    return int(worker.bell(app)._huey.pending_count())


def test_nothing_is_noted_outside_a_transaction(session: Session) -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        outbox.later(session, "count")


def test_of_messages_with_one_key_the_first_is_written(app: Flask, session: Session) -> None:
    in_threads(app, 8, lambda own: [note(own, key="digest 2026-11-22") for _ in range(3)])  # type: ignore[arg-type]
    assert len(session.scalars(sa.select(OutboxMessage)).all()) == 1


def test_the_same_work_is_not_noted_twice_while_it_waits(session: Session) -> None:
    def note_once() -> int:
        with transaction(session):
            message = outbox.later_once(session, "count")
            session.flush()
            return message.id

    first = note_once()
    assert note_once() == first
    taken(session)
    assert note_once() != first  # the one begun may not see what was written since


def test_however_many_workers_ask_each_message_is_taken_once(app: Flask, session: Session) -> None:
    wanted = {note(session).id for _number in range(20)}
    got: list[int] = []

    def take_all(own: Session) -> None:
        while claim := outbox.claim(own):
            got.append(claim.id)

    in_threads(app, 6, take_all)
    assert sorted(got) == sorted(wanted)


def test_a_message_whose_worker_died_is_due_again_when_its_lease_is_over(session: Session) -> None:
    note(session)
    first = taken(session)
    assert outbox.claim(session) is None
    let_time_pass(session)
    second = taken(session)
    assert (second.id, second.attempt) == (first.id, 2)


def test_a_worker_that_lost_its_message_changes_nothing_of_it(session: Session) -> None:
    message = note(session)
    late = taken(session)
    let_time_pass(session)
    current = taken(session)
    assert not outbox.complete(session, late, {})
    assert not outbox.fail(session, late, "TooLate")
    outbox.put_back(session, late)
    assert outbox.complete(session, current, {"added": 1})
    session.refresh(message)
    assert (message.status, message.attempts, message.error) == (MessageStatus.SENT, 2, "")


def test_a_lease_can_be_renewed(session: Session) -> None:
    note(session)
    claim = taken(session)
    let_time_pass(session)
    outbox.renew(session, claim)
    assert outbox.claim(session) is None


def test_the_pauses_double_up_to_an_hour() -> None:
    minutes = [outbox.pause(attempt) / timedelta(minutes=1) for attempt in (1, 2, 3, 6, 7, 20)]
    assert minutes == [1, 2, 4, 32, 60, 60]


def test_what_fails_waits_and_is_given_up_in_the_end(session: Session) -> None:
    message = note(session)
    for attempt in range(1, outbox.ATTEMPTS + 1):
        claim = taken(session)
        assert claim.attempt == attempt
        assert outbox.fail(session, claim, "Broken") is (attempt == outbox.ATTEMPTS)
        assert outbox.claim(session) is None
        let_time_pass(session)
    session.refresh(message)
    assert (message.status, message.error) == (MessageStatus.FAILED, "Broken")
    assert session.scalars(sa.select(Job.status)).one() is JobStatus.FAILED
    assert outbox.claim(session) is None


def test_what_kills_every_worker_is_given_up_in_the_end(session: Session) -> None:
    message = note(session)
    for _attempt in range(outbox.ATTEMPTS):
        taken(session)
        let_time_pass(session)
    assert outbox.claim(session) is None
    session.refresh(message)
    assert (message.status, message.error) == (MessageStatus.FAILED, outbox.WORKER_DIED)
    assert session.scalars(sa.select(Job.status)).one() is JobStatus.FAILED


def test_what_was_given_up_is_tried_afresh_when_asked(app: Flask, session: Session) -> None:
    message = note(session)
    with transaction(session):
        message.status, message.attempts = MessageStatus.FAILED, outbox.ATTEMPTS
    before = _times_rung(app)
    with transaction(session):
        outbox.retry(session, message)
    assert _times_rung(app) == before + 1
    assert taken(session).attempt == 1
