"""The engine and the session; writes happen inside `transaction` and nowhere else."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, UOWTransaction

SQLITE_BUSY_SECONDS = 30

db = SQLAlchemy()


def init_app(app: Flask, url: str) -> None:
    """Give `app` its engine for `url`, SQLite or PostgreSQL."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": _engine_options(url)}
    db.init_app(app)
    _close_no_async_sessions(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        sa.event.listen(db.sessionmaker, "before_flush", _refuse_stray_write)


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Write within the block; the outermost block commits, an exception rolls all of it back.

    The read transaction that loaded the records is ended first, so that the block decides on what
    stands in the database now. On SQLite the write lock is taken at once (BEGIN IMMEDIATE): a
    reader that turns writer halfway could only fail.

    Raises:
        RuntimeError: records were changed before the block began.
    """
    if session.info.get("writing"):
        yield
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("records were changed outside a transaction")
    session.rollback()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"begin_immediate": True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info["writing"]


def exclusive(session: Session, purpose: str) -> None:
    """Let one transaction at a time go on from here for `purpose`, until it ends.

    On SQLite a writing transaction is alone already; PostgreSQL takes an advisory lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = sa.func.hashtextextended(purpose, 0)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def lock(session: Session, record: Any) -> None:
    """Wait for whoever else is writing a record, and read it as they leave it.

    The row alone is locked: PostgreSQL refuses that for what a page has joined to it.
    """
    session.expire(record)
    session.refresh(record, with_for_update={"of": type(record)})


def _refuse_stray_write(session: Session, _flush: UOWTransaction, _instances: Any) -> None:
    if not session.info.get("writing"):
        raise RuntimeError("a record was changed outside a transaction")


def _close_no_async_sessions(app: Flask) -> None:
    """Take away the extension's teardown of async sessions: we open none.

    It would run an event loop of its own after every request, and cannot where one runs already.
    """
    plain = [f for f in app.teardown_appcontext_funcs if not inspect.iscoroutinefunction(f)]
    app.teardown_appcontext_funcs[:] = plain


def _engine_options(url: str) -> dict[str, Any]:
    """Return the engine's options; parameters hold confidential texts and stay out of errors.

    PostgreSQL compiles no query to machine code: ours end before that has paid.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        options = f"{parsed.query.get('options', '')} -c jit=off"
        plain = {"connect_args": {"options": options}, "pool_pre_ping": True}
        return {"url": parsed, "hide_parameters": True, **plain}
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    waiting = {"timeout": SQLITE_BUSY_SECONDS}
    return {"url": parsed, "connect_args": waiting, "hide_parameters": True}


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Let SQLAlchemy begin transactions itself and keep foreign keys and the write-ahead log on."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        immediate = connection.get_execution_options().get("begin_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
