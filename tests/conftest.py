"""Fixtures that every test may use: databases, the application and a client for it."""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from matchmaker import create_app, schema, seeding
from matchmaker.config import Settings
from matchmaker.db import db, transaction
from models import User, UserSession, key_digest, now
from tests import factories
from tests.backends import (
    Backend,
    Postgres,
    Redis,
    Sqlite,
    postgres_binaries,
    postgres_server,
    quick_folder,
)
from tests.mailbox import Mailbox
from tests.sweep import Copy, Sandbox, Visit, visit
from tests.trail import Trail
from tests.world import PERSONAS, World, build

POSTGRES_VARIABLE = "MATCHMAKER_TEST_POSTGRES"
SECRET = "a secret for the tests, long enough for production"

SignIn = Callable[[FlaskClient, User], None]
"""Signs a user in on a client, past the sign-in page and its steps."""


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL server for all workers, where its binaries are found."""
    if hasattr(config, "workerinput") or POSTGRES_VARIABLE in os.environ:
        return
    binaries = postgres_binaries()
    if binaries is None:
        return
    stack = ExitStack()
    os.environ[POSTGRES_VARIABLE] = stack.enter_context(postgres_server(binaries, quick_folder()))
    stack.callback(os.environ.pop, POSTGRES_VARIABLE)
    config.add_cleanup(stack.close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, so that `-m 'not browser'` leaves it out."""
    for item in items:
        if "browser" in Path(item.path).parts:
            item.add_marker("browser")
        for shared in {"world", "sandbox"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(shared))  # it is made, and visited, once


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Give each kind of database in turn."""
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory(prefix="mm-sqlite-", dir=quick_folder()) as folder:
            yield Sqlite(Path(folder))
        return
    server = os.environ.get(POSTGRES_VARIABLE)
    if server is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs the PostgreSQL server's binaries")
        pytest.skip("no PostgreSQL server binaries on this machine")
    postgres = Postgres(server, os.environ.get("PYTEST_XDIST_WORKER", "main"))
    yield postgres
    postgres.close()


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Give a running Redis server."""
    binary = shutil.which("redis-server")
    if binary is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs the Redis server: apt-get install redis-server")
        pytest.skip("no Redis server on this machine: apt-get install redis-server")
    with tempfile.TemporaryDirectory(prefix="mm-redis-") as folder:  # socket paths must be short
        server = Redis(binary, Path(folder))
        server.start()
        yield server
        server.stop()
        application("sqlite:///:memory:")  # the limits of all applications count in memory again


def let_go(app: Flask) -> None:
    """Close an application's connections to its database."""
    with app.app_context():
        db.engine.dispose()


class Compiled(BytecodeCache):
    """Templates compiled once for all applications of this process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Use what was compiled before, if its source is still the same."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has been compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
DIALECTS: dict[str, Dialect] = {}
STATEMENTS: LRUCache[Any, Any] = LRUCache(4000)
"""Templates and statements compiled once per process, not once per application."""
_compile_builder = Rule._compile_builder
_BUILDERS: dict[Any, Callable[..., Any]] = {}


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    """Return what makes a route's addresses, made once per process: most of a start."""
    key = (tuple(rule._trace), str(rule.defaults), append_unknown)
    if key not in _BUILDERS:
        _BUILDERS[key] = _compile_builder(rule, append_unknown)
    return _BUILDERS[key]


Rule._compile_builder = _builder  # type: ignore[assignment, method-assign]


def application(url: str, **settings: Any) -> Flask:
    """Return an application on the database at `url`."""
    app = create_app(Settings(database_url=url, secret_key=SECRET, demo=True, **settings))
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        _share_statements(db.engine)
    return app


def _share_statements(engine: Engine) -> None:
    """Let an engine use the statements that others before it have compiled for the same dialect."""
    engine.dialect = DIALECTS.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=STATEMENTS)


def with_reference(engine: Engine) -> None:
    """Migrate and load regions and industries."""
    schema.upgrade(engine)
    _in_application(engine, seeding.load_reference)


def with_demo(engine: Engine) -> None:
    """Migrate and load reference and demo data."""
    with_reference(engine)
    _in_application(engine, seeding.load_demo)


def _in_application(engine: Engine, load: Callable[[Session], object]) -> None:
    app = application(engine.url.render_as_string(hide_password=False))
    with app.app_context():
        load(db.session)
        db.session.close()
        db.engine.dispose()


def _running(backend: Backend, template: str, prepare: Callable[[Engine], None]) -> Iterator[Flask]:
    url = backend.copy_of(template, prepare)
    app = application(url)
    app.testing = True
    yield app
    let_go(app)
    backend.drop(url)


@pytest.fixture
def app(backend: Backend) -> Iterator[Flask]:
    """Give an application whose database holds regions and industries and nothing else."""
    yield from _running(backend, "reference", with_reference)


@pytest.fixture
def demo_app(backend: Backend) -> Iterator[Flask]:
    """Give an application with the demo data."""
    yield from _running(backend, "demo", with_demo)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Give a session on the application's database, with factories that write through it.

    No context of the application stays open: a request would share its session and its user.
    """
    with app.app_context():
        own = db.sessionmaker()
    with own:
        factories.use(own)
        yield own


@pytest.fixture
def trail(session: Session) -> Trail:
    """Give everybody around a project."""
    return Trail(session)


@pytest.fixture
def demo_session(demo_app: Flask) -> Iterator[Session]:
    """Give a session on the demo's database."""
    with demo_app.app_context():
        own = db.sessionmaker()
    with own:
        yield own


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a visitor's client."""
    return app.test_client()


@pytest.fixture
def demo_client(demo_app: Flask) -> FlaskClient:
    """Give a visitor's client of the demo."""
    return demo_app.test_client()


@pytest.fixture
def sign_in() -> SignIn:
    """Give a function that signs a user in on a client, past the sign-in page and its steps."""

    def put_into_session(client: FlaskClient, user: User) -> None:
        key = secrets.token_urlsafe(32)
        opened = UserSession(
            user_id=user.id,
            key_digest=key_digest(key),
            address="127.0.0.1",
            browser="",
            second_factor_at=now(),
            opened_at=now(),
        )
        with client.application.app_context(), db.sessionmaker() as own, transaction(own):
            own.add(opened)
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": key, "_fresh": True, "seen": int(time.time())})

    return put_into_session


@pytest.fixture
def mailbox(app: Flask, tmp_path: Path) -> Mailbox:
    """Give the folder that the application's mails go into."""
    return Mailbox(app, tmp_path)


@pytest.fixture(scope="session")
def world(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a platform with one record of every kind, for requests of any kind."""
    url = backend.copy_of("reference", with_reference)
    app = application(url, data=tmp_path_factory.mktemp("world"))
    app.testing = True
    yield build(app)
    with app.app_context():
        db.engine.dispose()
    backend.drop(url)


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Give such a platform on SQLite."""
    sqlite = Sqlite(tmp_path_factory.mktemp("sandbox"))
    url = sqlite.copy_of("reference", with_reference)
    app = application(url, data=tmp_path_factory.mktemp("sandbox-data"))
    app.testing = True
    made = build(app)
    copy = Copy(app)
    yield Sandbox(made, copy)
    copy.close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """Give a platform whose database is put back after the test."""
    yield shared_sandbox
    shared_sandbox.copy.put_back()


@pytest.fixture(params=PERSONAS)
def visited(request: pytest.FixtureRequest, sandbox: Sandbox) -> Visit:
    """Give each persona's visit to every page of the sandbox."""
    return visit(sandbox, request.param)


class QueryCounter:
    """Counts the SELECTs and writes that an engine runs."""

    def __init__(self, engine: Engine) -> None:
        self.statements: list[str] = []
        sa.event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.statements.append(statement)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], QueryCounter]:
    """Give a function that starts counting the queries of the application."""

    def start() -> QueryCounter:
        with app.app_context():
            return QueryCounter(db.engine)

    return start
