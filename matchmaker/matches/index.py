"""The published texts as everybody may read them, ready for search: one index per process."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from matching import Matcher
from matching.store import UnusableIndexError
from matchmaker.db import db
from matchmaker.matches import corpus, rankers
from models import Need, Result, StatusChange

FOLDER = "public-index"
AT_ONCE = 500
"""Changes up to which a reader waits for them; more are read in the background."""
OVERLAP = 64
"""Changes looked at again: a transaction may commit after one that began, and counted, later."""
MERGED_FROM = 0.01
MERGED_AFTER_SECONDS = 3600.0
"""A changed index is merged when so large a part of it has changed, or after so long."""

_OF_POSTINGS = StatusChange.subject_kind.in_([Need.__name__, Result.__name__])

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Change:
    id: int
    kind: str
    subject_id: int


@dataclass(frozen=True, slots=True)
class _Held:
    """A matcher, the changes it knows of (the last ones, ascending), and its ranker's stamp."""

    matcher: Matcher
    known: tuple[int, ...]
    ranker: int
    saved: bool
    since: float

    @property
    def last(self) -> int:
        return self.known[-1] if self.known else 0

    @property
    def due(self) -> bool:
        """Return whether the changes should be merged into the index."""
        changed = self.matcher.changed
        waited = time.monotonic() - self.since
        return changed > 0 and (
            changed >= MERGED_FROM * self.matcher.size or waited > MERGED_AFTER_SECONDS
        )


class PublicIndex:
    """Holds a `Matcher` over the public texts, with the ranker in use.

    Every reader gets what was published or withdrawn up to then: each of these changes the status
    of a posting, and a change of text must too. The first reader opens the index saved in the
    folder `data`, or waits for one to be built where there is none to be used. Changes are merged
    and saved in the background; a later process may then open that. Where several processes do
    all this at once, the last one to save counts, and each goes on from what it has.
    """

    def __init__(self, sessions: sessionmaker[Session], data: Path | None = None) -> None:
        self._sessions, self._data = sessions, data
        self._folder = data / FOLDER if data else None
        self._changing = threading.Lock()
        self._renewing = threading.Lock()
        self._held: _Held | None = None

    def current(self, session: Session) -> Matcher:
        """Return the matcher to search with."""
        with self._changing:
            held = self._held or self._opened(session) or self._built(session)
            changes = _changes_since(session, held.last)
            if len(changes) > OVERLAP + AT_ONCE:
                self._in_background(self._rebuild)
            else:
                held = _caught_up(session, held, changes)
            stamp = rankers.stamp(self._data)
            if stamp != held.ranker:
                matcher = held.matcher.with_ranker(rankers.in_use(self._data))
                held = replace(held, matcher=matcher, ranker=stamp)
            self._held = held
        if held.due or (self._folder and not held.saved):
            self._in_background(self._renew)
        return held.matcher

    def _opened(self, session: Session) -> _Held | None:
        """Open what was saved, None where that is unusable or of another database."""
        if self._folder is None or not self._folder.exists():
            return None
        stamp = rankers.stamp(self._data)
        try:
            matcher = Matcher.open(self._folder, rankers.in_use(self._data))
        except (UnusableIndexError, OSError) as error:
            log.warning("the saved index cannot be used and is built anew", reason=str(error))
            return None
        state = json.loads(matcher.state)
        known = tuple(state["known"])
        if not known or _time_of(session, known[-1]) != state["at"]:
            log.warning("the saved index is of another database and is built anew")
            return None
        return _Held(matcher, known, stamp, saved=True, since=time.monotonic())

    def _built(self, session: Session) -> _Held:
        last = session.scalar(sa.select(sa.func.max(StatusChange.id)).where(_OF_POSTINGS)) or 0
        known = tuple(change.id for change in _changes_since(session, last))
        stamp = rankers.stamp(self._data)
        matcher = Matcher(*corpus.published(session, full=False), rankers.in_use(self._data))
        return _Held(matcher, known, stamp, saved=False, since=time.monotonic())

    def _in_background(self, job: Callable[[], None]) -> None:
        """Do a job unless one is being done; the next reader tries again."""
        if not self._renewing.acquire(blocking=False):
            return
        try:
            threading.Thread(target=self._done, args=(job,), name=FOLDER, daemon=True).start()
        except RuntimeError:  # no thread to be had
            self._renewing.release()

    def _done(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception:
            log.exception("the public index could not be renewed")
        finally:
            self._renewing.release()

    def _rebuild(self) -> None:
        """Build the index from the database."""
        with self._sessions() as session:
            held = self._built(session)
        with self._changing:
            self._held = held

    def _renew(self) -> None:
        """Merge the changes and save, or take what another process has merged and saved."""
        held = self._held
        if held is None:
            return
        with self._sessions() as session:
            opened = self._opened(session) if held.saved else None
            if opened is None or not (opened.last > held.last or opened.known == held.known):
                opened = self._merged(session, held)
        with self._changing:
            self._held = opened

    def _merged(self, session: Session, held: _Held) -> _Held:
        matcher = held.matcher.merged() if held.matcher.changed else held.matcher
        merged = replace(held, matcher=matcher, saved=True, since=time.monotonic())
        if self._folder is None or not held.known:
            return merged
        state = {"known": held.known, "at": _time_of(session, held.last)}
        try:
            matcher.save(self._folder, json.dumps(state))
        except OSError as error:
            log.warning("the index cannot be saved", reason=str(error))
            return merged
        return self._opened(session) or merged


def init_app(app: Flask) -> None:
    """Give the application its index."""
    with app.app_context():
        app.extensions["public_index"] = PublicIndex(db.sessionmaker, app.config["DATA"])


def _changes_since(session: Session, last: int) -> list[_Change]:
    """Return the changes of postings from somewhat before `last` on, ascending.

    Of very many only so many that it is clear there are.
    """
    rows = session.execute(
        sa.select(StatusChange.id, StatusChange.subject_kind, StatusChange.subject_id)
        .where(_OF_POSTINGS, StatusChange.id > last - OVERLAP)
        .order_by(StatusChange.id)
        .limit(OVERLAP + AT_ONCE + 1)
    )
    return [_Change(*row) for row in rows]


def _caught_up(session: Session, held: _Held, changes: Sequence[_Change]) -> _Held:
    """Return the matcher with the postings that changed as they are now."""
    known = tuple(change.id for change in changes)
    fresh = set(known).difference(held.known)
    touched: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        if change.id in fresh:
            touched[change.kind].add(change.subject_id)
    if not touched:
        return held
    needs, results = touched[Need.__name__], touched[Result.__name__]
    matcher = held.matcher
    matcher = matcher.without(
        filter(matcher.has_need, map(str, sorted(needs))),
        filter(matcher.has_result, map(str, sorted(results))),
    ).added(
        corpus.published_among(session, Need, needs),
        corpus.published_among(session, Result, results),
    )
    since = held.since if held.matcher.changed else time.monotonic()
    return replace(held, matcher=matcher, known=known, since=since)


def _time_of(session: Session, change: int) -> Any:
    """Return when a change was made, to tell databases apart; None where there is no such."""
    at = session.scalar(sa.select(StatusChange.at).where(StatusChange.id == change))
    return at.isoformat() if at else None
