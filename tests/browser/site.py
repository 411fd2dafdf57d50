"""A served site for the tests: the application, and the worker beside it as `serve` runs it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy.orm import Session
from waitress.server import create_server

from matching import warm
from matchmaker import outbox, worker
from matchmaker.db import db, transaction
from matchmaker.matches.queries import public_matcher
from matchmaker.matches.services import propose
from models import MessageStatus, OutboxMessage
from tests import factories
from tests.backends import Sqlite
from tests.conftest import application, with_demo

ValueT = TypeVar("ValueT")


class Site:
    """Where the site is, and a way to do on its database what is not under test."""

    def __init__(self, app: Flask, address: str, beside: ThreadPoolExecutor) -> None:
        self.address = address
        self._app = app
        self._beside = beside  # Playwright's event loop runs in the tests' own thread

    def run(self, work: Callable[[Session], ValueT]) -> ValueT:
        """Do something with a session, which the factories use too; return what it returns."""
        return self._beside.submit(self._run, work).result()

    def let_worker(self, kind: str) -> None:
        """Let the worker do a job of the schedule now, and wait until it has."""

        def note(session: Session) -> int:
            with transaction(session):
                message = outbox.later(session, kind)
                session.flush()
                return message.id

        def waits(session: Session) -> bool:
            return session.get_one(OutboxMessage, noted).status is MessageStatus.WAITING

        noted = self.run(note)
        while self.run(waits):
            time.sleep(0.1)

    def _run(self, work: Callable[[Session], ValueT]) -> ValueT:
        with self._app.app_context(), db.sessionmaker() as session:
            factories.use(session)
            return work(session)


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Serve a fresh demo on a free port, its data in `folder`, until the block ends."""
    with ThreadPoolExecutor(1) as beside, socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        app = beside.submit(_demo, folder, port).result()
        server = create_server(app, sockets=[listener], threads=4)
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        with worker.bell(app).answered():
            yield Site(app, f"http://127.0.0.1:{port}", beside)
        server.close()
        thread.join(timeout=10)
        beside.submit(_let_go, app).result()


def _serve(server: Any) -> None:
    with suppress(OSError):  # it may be closed while it waits for requests
        server.run()


def _demo(folder: Path, port: int) -> Flask:
    """Prepare what `matchmaker demo` does before it serves."""
    app = application(Sqlite(folder).copy_of("demo", with_demo), data=folder, port=port)
    with app.app_context():
        propose(db.session, None)
        warm()
        public_matcher(db.session)
        db.session.close()
    return app


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
    worker.bell(app).close()
