"""Forks a worker for every line read; it works until it is killed.

Its lease is half a second long, and it reports fifty times a second.
"""

import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from matching import warm
from matchmaker import jobs, outbox
from matchmaker.db import db
from tests.conftest import application


def work_until_killed(url: str, *folder: str) -> None:
    """Work on what is due, and on what becomes due; files are in the folder, if there is one."""
    outbox.LEASE = timedelta(seconds=0.5)
    jobs.SECONDS_BETWEEN_REPORTS = 0.02
    app = application(url, data=Path(folder[0]) if folder else None)
    with app.app_context():
        while os.getppid() != 1:
            jobs.drain(db.sessionmaker, threading.Event())
            time.sleep(0.02)


def main() -> None:
    """Fork, and tell the process id of each worker on standard output."""
    application("sqlite:///:memory:")  # loads every module
    warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # leaves no zombies
    workers = []
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work_until_killed(*sys.argv[1:])
            os._exit(0)
        workers.append(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in workers:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
