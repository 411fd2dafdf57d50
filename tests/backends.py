"""Real databases for the tests: SQLite files and a PostgreSQL server of our own.

Each test works on its own copy of a prepared database, so that commits, locks and threads are real.
"""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import Engine

_numbers = itertools.count()
ENOUGH_MEMORY = 2 * 1024**3
"""Bytes that must be free in memory for databases to be made there."""


def quick_folder() -> str | None:
    """Return the folder in memory, where making and dropping a database takes a third of the time.

    None, which stands for the usual one, where there is no such folder or too little room in it.
    """
    memory = Path("/dev/shm")  # noqa: S108 (folders in it are made by mkdtemp)
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH_MEMORY
    return str(memory) if roomy else None


class Backend(Protocol):
    """Where databases are made."""

    name: str

    def copy_of(self, template: str, prepare: Callable[[Engine], None]) -> str:
        """Return the URL of a new copy of `template`, which `prepare` fills the first time."""

    def drop(self, url: str) -> None:
        """Remove a copy."""


class Sqlite:
    """Databases as files in one folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy_of(self, template: str, prepare: Callable[[Engine], None]) -> str:
        """Copy the template's file."""
        source = self._folder / f"{template}.sqlite"
        if not source.exists():
            _fill(f"sqlite:///{source}", prepare)
        copy = self._folder / f"copy-{next(_numbers)}.sqlite"
        shutil.copy(source, copy)
        return f"sqlite:///{copy}"

    def drop(self, url: str) -> None:
        """Delete the file and its write-ahead log."""
        path = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


class Postgres:
    """Databases on one server; `server` is the URL of its maintenance database."""

    name = "postgresql"

    def __init__(self, server: str, worker: str) -> None:
        self._server = server
        self._worker = worker
        self._templates: set[str] = set()
        self._engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")

    def copy_of(self, template: str, prepare: Callable[[Engine], None]) -> str:
        """Let the server copy the template database."""
        source = f"{template}_{self._worker}"
        if template not in self._templates:
            self._run(f"DROP DATABASE IF EXISTS {source}", f"CREATE DATABASE {source}")
            _fill(self._url(source), prepare)
            self._templates.add(template)
        copy = f"copy_{self._worker}_{next(_numbers)}"
        self._run(f"CREATE DATABASE {copy} TEMPLATE {source} STRATEGY FILE_COPY")
        return self._url(copy)

    def drop(self, url: str) -> None:
        """Drop the copy, whoever may still be connected."""
        self._run(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the server."""
        self._engine.dispose()

    def _url(self, database: str) -> str:
        url = sa.make_url(self._server).set(database=database)
        return url.render_as_string(hide_password=False)

    def _run(self, *statements: str) -> None:
        with self._engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def _fill(url: str, prepare: Callable[[Engine], None]) -> None:
    engine = sa.create_engine(url)
    try:
        prepare(engine)
    finally:
        engine.dispose()


def postgres_binaries() -> Path | None:
    """Return the folder with the newest server's binaries, None where there is no server."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).parent)
    return max(found, key=lambda folder: folder.parent.name, default=None)


@contextmanager
def postgres_server(binaries: Path, parent: str | None = None) -> Iterator[str]:
    """Run a server on a Unix socket as an ordinary user; yield the maintenance database's URL.

    Its data stand in a folder of their own in `parent`, None for the usual temporary folder.
    PostgreSQL refuses to run as root, so root hands it to the user `postgres`.
    """
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = Path(tempfile.mkdtemp(prefix="mm-pg-", dir=parent))
    try:
        if as_user:
            owner = pwd.getpwnam("postgres")
            os.chown(home, owner.pw_uid, owner.pw_gid)
        data = str(home / "data")
        options = f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=200"
        pg_ctl = [*as_user, str(binaries / "pg_ctl"), "-D", data]
        initdb = [str(binaries / "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]
        _quietly([*as_user, *initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
        _quietly([*pg_ctl, "-o", options, "-l", str(home / "log"), "-w", "start"])
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
        finally:
            _quietly([*pg_ctl, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


class Redis:
    """A Redis server on a Unix socket, to be stopped and started again; it keeps nothing."""

    def __init__(self, binary: str, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._command = [binary, *options, "--dir", str(folder), "--daemonize", "no"]
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}?db=0"

    def start(self) -> None:
        """Start the server and wait until it listens."""
        self._process = subprocess.Popen(  # noqa: S603
            self._command, stdout=subprocess.DEVNULL, cwd="/"
        )
        while not self._socket.exists():
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._socket.unlink(missing_ok=True)
            self._process = None


def _quietly(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603
