"""`matchmaker audit verify`: whatever was done to the trail behind our back is told (row 45)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.cli import command
from matchmaker.db import db, transaction
from models import AuditEntry
from tests.backends import Backend
from tests.conftest import SECRET, application, let_go, with_reference

Tampering = Callable[[Session, list[AuditEntry]], object]


@pytest.fixture
def trail(backend: Backend, tmp_path: Path) -> Iterator[Flask]:
    """Give an application that keeps a data folder, with four entries in its trail."""
    app = application(backend.copy_of("reference", with_reference), data=tmp_path)
    with app.app_context():
        _write(db.session, "need:submit", "need:publish", "need:suspend", "need:resume")
    yield app
    let_go(app)


def _write(session: Session, *actions: str) -> None:
    for action in actions:
        with transaction(session):
            audit.record(session, None, action)


def _verify(app: Flask, folder: Path) -> Result:
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    environment = {
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "MATCHMAKER_DATA": str(folder),
        "MATCHMAKER_ENV": "",
        "SECRET_KEY": SECRET,
    }
    return CliRunner().invoke(command, ["audit", "verify"], env=environment)


def _tamper(app: Flask, tamper: Tampering) -> None:
    with app.app_context(), db.sessionmaker() as own, transaction(own):
        tamper(own, list(own.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))))


def test_an_untouched_trail_passes(trail: Flask, tmp_path: Path) -> None:
    done = _verify(trail, tmp_path)
    assert done.exit_code == 0, done.output
    assert "5" in done.output  # four, and that the regions were loaded
    assert done.output.count("\n") == 1


def _change(_session: Session, entries: list[AuditEntry]) -> None:
    entries[1].action = "need:suspenc"  # one bit of one letter


def _change_the_detail(_session: Session, entries: list[AuditEntry]) -> None:
    entries[1].detail = {"reason": "another"}


def _remove_the_first(session: Session, entries: list[AuditEntry]) -> None:
    session.delete(entries[0])


def _remove_one_between(session: Session, entries: list[AuditEntry]) -> None:
    session.delete(entries[1])


def _cut_the_tail(session: Session, entries: list[AuditEntry]) -> None:
    session.delete(entries[3])


def _cut_all(session: Session, _entries: list[AuditEntry]) -> None:
    session.execute(sa.delete(AuditEntry))


def _write_the_tail_anew(session: Session, entries: list[AuditEntry]) -> None:
    """Replace the last entry by another of the same number, with a digest that fits."""
    entries[3].action = "need:renew"
    entries[3].digest = audit.digest(entries[3])


@pytest.mark.parametrize(
    "tamper",
    [
        _change,
        _change_the_detail,
        _remove_the_first,
        _remove_one_between,
        _cut_the_tail,
        _cut_all,
        _write_the_tail_anew,
    ],
)
def test_tampering_is_told(trail: Flask, tmp_path: Path, tamper: Tampering) -> None:
    _tamper(trail, tamper)
    done = _verify(trail, tmp_path)
    assert done.exit_code == 1
    assert done.output.strip()


def test_a_cut_is_told_however_much_was_written_since(trail: Flask, tmp_path: Path) -> None:
    _tamper(trail, _cut_the_tail)
    with trail.app_context():
        _write(db.session, "need:withdraw", "need:draft")
    assert _verify(trail, tmp_path).exit_code == 1


def test_without_what_stands_beside_the_database_a_cut_cannot_be_told_and_that_is_said(
    trail: Flask, tmp_path: Path
) -> None:
    (tmp_path / audit.ANCHORS).unlink()
    done = _verify(trail, tmp_path)
    assert done.exit_code == 0, done.output
    assert audit.ANCHORS in done.output


def test_a_write_does_not_fail_for_want_of_an_anchor(
    trail: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / audit.ANCHORS).unlink()
    (tmp_path / audit.ANCHORS).mkdir()
    with trail.app_context():
        _write(db.session, "need:withdraw")
        assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 6


def test_what_was_rolled_back_is_not_expected(trail: Flask, tmp_path: Path) -> None:
    with trail.app_context(), pytest.raises(LookupError), transaction(db.session):
        audit.record(db.session, None, "need:publish")
        raise LookupError
    done = _verify(trail, tmp_path)
    assert done.exit_code == 0, done.output
