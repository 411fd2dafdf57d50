"""Keeping saved searches; each use case is one transaction."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import exclusive, transaction
from matchmaker.permissions import visible
from models import FoundText, Pace, PostingKind, SavedSearch, User

MOST_SAVED = 50
FINDING = "saved searches"
"""The purpose for which one transaction at a time writes or removes what was found."""


class TooManyError(Exception):
    """The user keeps as many searches as anybody may."""


class SavedAlreadyError(Exception):
    """The user has saved this very search before: `search`."""

    def __init__(self, search: SavedSearch) -> None:
        super().__init__(search.public_id)
        self.search = search


def save(
    session: Session,
    actor: User,
    kind: PostingKind,
    filters: Mapping[str, str],
    name: str,
    pace: Pace,
) -> SavedSearch:
    """Keep a search of a hall: what is published from now on and fits it, the actor is told of.

    Raises:
        SavedAlreadyError: the actor has saved the same filters of the same hall.
        TooManyError: the actor keeps `MOST_SAVED` searches.
    """
    with transaction(session):
        exclusive(session, f"searches of {actor.id}")
        present = session.scalars(visible(actor, SavedSearch)).all()
        for search in present:
            if (search.kind, search.filters) == (kind, filters):
                raise SavedAlreadyError(search)
        if len(present) >= MOST_SAVED:
            raise TooManyError
        search = SavedSearch(
            user_id=actor.id, kind=kind, filters=dict(filters), name=name, pace=pace
        )
        session.add(search)
        session.flush()
        audit.record(session, actor, "search:save", search)
    return search


def change(session: Session, actor: User, search: SavedSearch, name: str, pace: Pace) -> None:
    """Give a search another name, or tell of what it finds at another pace."""
    with transaction(session):
        search.name, search.pace = name, pace
        audit.record(session, actor, "search:change", search, pace=pace)


def mark_seen(session: Session, actor: User, search: SavedSearch, upto: int) -> None:
    """Note that the actor has looked at what was found up to the one with the id `upto`."""
    with transaction(session):
        newest = sa.select(sa.func.max(FoundText.id)).where(
            FoundText.saved_search_id == search.id, FoundText.id <= upto
        )
        search.seen_upto = max(search.seen_upto, session.scalar(newest) or 0)
        audit.record(session, actor, "search:mark_seen", search)


def delete(session: Session, actor: User, search: SavedSearch) -> None:
    """Forget a search and what was found for it."""
    with transaction(session):
        exclusive(session, FINDING)
        audit.record(session, actor, "search:delete", search)
        session.execute(sa.delete(FoundText).where(FoundText.saved_search_id == search.id))
        session.delete(search)
