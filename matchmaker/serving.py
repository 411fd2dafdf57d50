"""The processes that run until they are stopped: the server, and workers beside it."""

import contextlib
import errno
import gc
import signal
import socket
from collections.abc import Iterator
from threading import Event
from typing import Any

import click
from flask import Flask

from matchmaker import worker
from matchmaker.config import PORTS, ConfigError, Settings
from matchmaker.i18n import _

THREADS = 8
COLLECTED_AFTER = (10_000, 50, 50)
"""After how many new objects, and how many rounds, garbage is looked for (`gc.set_threshold`).

A page makes tens of thousands of objects that go with it. By Python's own 700 and 10 they are
taken for lasting ones while it is made, and every ten pages all that lasts is looked through.
"""


def refuse_port(settings: Settings) -> None:
    """Tell beforehand, and with the cure, that the port cannot be listened on.

    Raises:
        ConfigError: it cannot.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = _(
                    "Port %(port)d is in use; choose another with PORT=%(other)d.",
                    port=settings.port,
                    other=settings.port % PORTS.stop + 1,
                )
            else:
                message = _(
                    "%(host)s:%(port)d cannot be listened on (%(reason)s); check HOST and PORT.",
                    host=settings.host,
                    port=settings.port,
                    reason=error.strerror,
                )
            raise ConfigError(message) from error


def serve(app: Flask, settings: Settings) -> None:
    """Serve until stopped; the first reader waits for nothing.

    Without Redis the background work is done here too.
    """
    import waitress

    from matching import warm

    address = f"http://{settings.host}:{settings.port}"
    with app.app_context():
        from matchmaker.db import db as database
        from matchmaker.matches.queries import public_matcher

        warm()
        public_matcher(database.session)
        database.session.close()
    spare_the_collector()
    beside = contextlib.nullcontext() if settings.redis_url else worker.bell(app).answered()
    with _stopped_by_signals(), beside:
        click.echo(_("Serving on %(address)s (stop with Ctrl+C)", address=address))
        waitress.serve(app, **listening(settings))


def listening(settings: Settings) -> dict[str, Any]:
    """Return how waitress is to listen; what proxies say of a request is for `ProxyFix` to weigh.

    Left to itself waitress takes their headers away before the application sees them.
    """
    return {
        "host": settings.host,
        "port": settings.port,
        "threads": THREADS,
        "ident": None,
        "clear_untrusted_proxy_headers": settings.proxy_count == 0,
    }


def spare_the_collector() -> None:
    """Have what stays for good never looked through for garbage again, and the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def work(app: Flask) -> None:
    """Do background work until stopped."""
    with _stopped_by_signals(), worker.bell(app).answered():
        click.echo(_("Working (stop with Ctrl+C)"))
        Event().wait()


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """End the block quietly on SIGINT and on SIGTERM, which systemd and containers send."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        yield
