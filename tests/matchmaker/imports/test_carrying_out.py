"""An import is all or nothing, however its worker ends; a file that waits is not kept for long."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import storage
from matchmaker.config import Settings
from matchmaker.db import transaction
from matchmaker.imports import uploads
from matchmaker.imports.files import NotNowError
from matchmaker.spreadsheets import SheetError
from models import (
    AuditEntry,
    ImportBatch,
    ImportStatus,
    Job,
    JobStatus,
    Need,
    NeedMode,
    StatusChange,
    User,
    now,
)
from tests import factories
from tests.conftest import SECRET
from tests.matchmaker.spreadsheets import made_files
from tests.matchmaker.test_jobs import Workers, _wait_until, work_off

MANY = 20_000
PATIENCE = 200
A_DAY_AGO = now() - timedelta(hours=25)


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """Let files be kept in a folder that other processes see too."""
    settings = Settings(database_url="sqlite:///x", secret_key=SECRET, data=tmp_path)
    with app.app_context():
        storage.init_app(app, settings)
        yield tmp_path


@pytest.fixture
def poster(session: Session) -> User:
    """Give a member of an enterprise."""
    return factories.user()


def _uploaded(session: Session, poster: User, folder: Path, count: int) -> ImportBatch:
    rows = [("需求名称", "合作方式"), *((f"题目{number}", "转让") for number in range(count))]
    content = made_files.text(folder / "需求.csv", rows).read_bytes()
    return uploads.upload(session, poster, "needs", "需求.csv", content)


def _count(session: Session, kind: type) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def _is_beyond(session: Session, least: float) -> bool:
    done = session.scalar(sa.select(Job.done).where(Job.status == JobStatus.RUNNING))
    return (done or 0) > least


def _kept(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / storage.FOLDER).rglob("*"))


def test_twenty_thousand_rows_come_in_whole_though_their_worker_is_killed(
    session: Session, folder: Path, poster: User
) -> None:
    batch = _uploaded(session, poster, folder, MANY)
    uploads.start(session, poster, batch, submits=False)
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    workers = Workers(url, str(folder))
    for share in (0.1, 0.9):
        pid = workers.start()
        _wait_until(session, partial(_is_beyond, session, share * MANY), PATIENCE)
        os.kill(pid, signal.SIGKILL)
        assert _count(session, Need) == _count(session, NeedMode) == 0
        with transaction(session):
            session.execute(sa.update(Job).values(done=0))
    workers.start()
    finished = sa.select(Job.id).where(Job.status == JobStatus.DONE)
    _wait_until(session, lambda: session.scalar(finished), PATIENCE)
    workers.close()
    assert _count(session, Need) == _count(session, NeedMode) == MANY
    assert _count(session, StatusChange) == MANY
    session.refresh(batch)
    assert batch.status is ImportStatus.DONE
    assert _kept(folder) == 0
    entries = sa.select(AuditEntry).where(AuditEntry.action == "needs:import")
    assert len(session.scalars(entries).all()) == 1


def test_a_failure_while_rows_are_written_leaves_none_and_is_made_good_for(
    app: Flask, session: Session, folder: Path, poster: User
) -> None:
    batch = _uploaded(session, poster, folder, 50)
    uploads.start(session, poster, batch, submits=False)
    with transaction(session):
        session.execute(sa.text("ALTER TABLE need_mode RENAME TO elsewhere"))
    work_off(app)
    assert _count(session, Need) == 0
    with transaction(session):
        session.execute(sa.text("ALTER TABLE elsewhere RENAME TO need_mode"))
        session.execute(sa.text("UPDATE outbox_message SET due_at = created_at"))
    work_off(app)
    assert _count(session, Need) == _count(session, NeedMode) == 50


def test_the_file_goes_once_it_is_imported_or_thrown_away(
    app: Flask, session: Session, folder: Path, poster: User
) -> None:
    batch = _uploaded(session, poster, folder, 2)
    assert _kept(folder) == 1
    uploads.discard(session, poster, batch)
    assert _kept(folder) == 0
    uploads.start(session, poster, _uploaded(session, poster, folder, 2), submits=False)
    work_off(app)
    assert _kept(folder) == 0


def test_a_file_that_waited_for_a_day_is_thrown_away(
    session: Session, folder: Path, poster: User
) -> None:
    waiting, fresh = (_uploaded(session, factories.user(), folder, 2) for _number in range(2))
    with transaction(session):
        session.execute(
            sa.update(ImportBatch)
            .where(ImportBatch.id == waiting.id)
            .values(updated_at=A_DAY_AGO, version=ImportBatch.version + 1)
        )
    for file in (folder / storage.FOLDER).iterdir():
        if waiting.public_id in file.name:
            os.utime(file, (A_DAY_AGO.timestamp(),) * 2)
    assert uploads.forget(session) == 1
    session.expire_all()
    assert (waiting.status, waiting.found) == (ImportStatus.DISCARDED, {})
    assert fresh.status is ImportStatus.WAITING
    assert _kept(folder) == 1


def test_a_file_without_its_row_is_thrown_away(session: Session, folder: Path) -> None:
    for name in ("import-nobodys", "something else"):
        storage.put(name, b"x")
        os.utime(folder / storage.FOLDER / name, (A_DAY_AGO.timestamp(),) * 2)
    assert uploads.forget(session) == 1
    assert _kept(folder) == 1


def test_a_file_that_is_gone_is_said_so(
    app: Flask, session: Session, folder: Path, poster: User
) -> None:
    batch = _uploaded(session, poster, folder, 2)
    uploads.start(session, poster, batch, submits=False)
    storage.delete(f"import-{batch.public_id}")
    work_off(app)
    session.rollback()
    session.refresh(batch)
    assert batch.status is ImportStatus.WAITING
    assert batch.found["problem"]
    with pytest.raises(NotNowError):
        uploads.choose_columns(session, poster, batch, {"title": 0})


def test_a_refused_file_is_not_kept(session: Session, folder: Path, poster: User) -> None:
    with pytest.raises(SheetError):
        uploads.upload(session, poster, "needs", "x.xlsx", b"no workbook")
    assert _kept(folder) == 0
