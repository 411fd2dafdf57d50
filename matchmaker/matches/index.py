"""The published texts as everybody may read them, ready for search: one index per process."""

import threading

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from matching import Matcher
from matchmaker.db import db
from matchmaker.matches import corpus
from models import Need, Result, StatusChange

log = structlog.get_logger()


class PublicIndex:
    """Holds a `Matcher` over the public texts and replaces it when what is published changes.

    The first reader waits for the first one to be built; later ones are built in the background
    while readers go on with the one before. Rows withdrawn in between are left out by the query
    that loads what was found.
    """

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self._matcher: Matcher | None = None
        self._state = -1

    def current(self, session: Session) -> Matcher:
        """Return the matcher to search with."""
        matcher = self._matcher
        if matcher is None:
            with self._lock:
                return self._matcher or self._build(session)
        if self._state != _published_state(session) and self._lock.acquire(blocking=False):
            try:
                threading.Thread(target=self._rebuild, name="public-index", daemon=True).start()
            except RuntimeError:  # no thread to be had; the next reader tries again
                self._lock.release()
        return matcher

    def _rebuild(self) -> None:
        try:
            with self._sessions() as session:
                self._build(session)
        except Exception:
            log.exception("the public index could not be rebuilt")
        finally:
            self._lock.release()

    def _build(self, session: Session) -> Matcher:
        state = _published_state(session)
        matcher = Matcher(*corpus.published(session, full=False))
        self._matcher, self._state = matcher, state
        return matcher


def init_app(app: Flask) -> None:
    """Give the application its index."""
    with app.app_context():
        app.extensions["public_index"] = PublicIndex(db.sessionmaker)


def _published_state(session: Session) -> int:
    """Return a number that rises when a need or a result changes its status."""
    last = (
        sa.select(sa.func.max(StatusChange.id)).where(StatusChange.subject_kind == kind.__name__)
        for kind in (Need, Result)
    )
    return sum(session.scalar(statement) or 0 for statement in last)
