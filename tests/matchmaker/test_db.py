"""Writes happen inside one transaction block, whole or not at all, one writer at a time."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.db import db, transaction
from models import Job, Need, Organization
from tests import factories


def _jobs(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Job.kind).order_by(Job.id)))


def test_the_outermost_block_commits(session: Session) -> None:
    with transaction(session):
        session.add(Job(kind="outer"))
        with transaction(session):
            session.add(Job(kind="inner"))
        assert session.in_transaction()
    session.rollback()
    assert _jobs(session) == ["outer", "inner"]


def test_an_exception_rolls_everything_back(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), transaction(session):
        session.add(Job(kind="lost"))
        session.flush()
        1 / 0  # noqa: B018
    assert _jobs(session) == []


def test_a_record_changed_outside_a_block_is_refused(session: Session) -> None:
    session.add(Job(kind="stray"))
    with pytest.raises(RuntimeError, match="outside a transaction"), transaction(session):
        pass
    with pytest.raises(RuntimeError, match="outside a transaction"):
        session.commit()


def test_a_block_sees_what_others_have_committed_since_the_page_was_read(
    app: Flask, session: Session
) -> None:
    need = factories.need(title="before")
    assert need.title == "before"
    with app.app_context(), db.sessionmaker() as other, transaction(other):
        other.get_one(Need, need.id).title = "after"
    with transaction(session):
        assert need.title == "after"


def test_a_stale_writer_is_refused(session: Session) -> None:
    need = factories.need()
    with pytest.raises(StaleDataError), transaction(session):
        assert need.title != "mine"  # the row is read, and then changed by another
        need.title = "mine"
        session.connection().execute(sa.update(Need).values(version=Need.version + 1))
        session.flush()


def test_foreign_keys_and_enumerations_are_enforced(session: Session) -> None:
    organization = factories.organization()
    for values in ({"region_id": 999_999}, {"kind": "guild"}):
        with pytest.raises(IntegrityError), transaction(session):
            table = sa.table("organization", *map(sa.column, values))
            session.connection().execute(sa.update(table).values(values))
    assert session.get_one(Organization, organization.id).region is not None


def test_writers_wait_for_each_other_and_none_is_lost(app: Flask) -> None:
    failures: list[BaseException] = []

    def write(kind: str) -> None:
        try:
            for _ in range(10):
                with db.sessionmaker() as own, transaction(own):
                    own.scalars(sa.select(Job)).all()  # a reader that turns writer
                    own.add(Job(kind=kind))
        except BaseException as error:
            failures.append(error)

    def run(kind: str) -> None:
        with app.app_context():
            write(kind)

    threads = [threading.Thread(target=run, args=(f"thread {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert failures == []
        assert len(_jobs(db.session)) == 40
