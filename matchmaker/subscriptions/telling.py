"""Telling the owners of saved searches what was found, at the pace that each asks for."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.disclosure import public_title
from matchmaker.notifications import Passage
from matchmaker.permissions import visible
from matchmaker.subscriptions.queries import still_shown
from matchmaker.subscriptions.services import FINDING
from models import Event, FoundText, Notification, Pace, SavedSearch, User

WEEK = timedelta(days=7)
TITLES_NAMED = 5


def tell_due(session: Session, paces: Collection[Pace]) -> int:
    """Tell of what was found and not told; return of how many searches somebody was told.

    Each search is a transaction: done again, after a crash for example, nothing is told twice.
    """
    return sum(_tell(session, search_id) for search_id in _due(session, paces))


def _due(session: Session, paces: Collection[Pace]) -> Sequence[int]:
    """Return the searches of these paces with something to tell, weekly ones after a week."""
    untold = sa.select(FoundText.saved_search_id).where(FoundText.told.is_(False))
    due = sa.or_(
        SavedSearch.pace != Pace.WEEKLY,
        SavedSearch.told_on.is_(None),
        SavedSearch.told_on <= today() - WEEK,
    )
    statement = sa.select(SavedSearch.id).where(
        SavedSearch.id.in_(untold), SavedSearch.pace.in_(paces), due
    )
    return session.scalars(statement.order_by(SavedSearch.id)).all()


def _tell(session: Session, search_id: int) -> bool:
    with transaction(session):
        exclusive(session, FINDING)
        search = session.get(SavedSearch, search_id)
        if search is None:
            return False
        untold = (FoundText.saved_search_id == search_id, FoundText.told.is_(False))
        found = sa.select(FoundText.posting_id).where(*untold).order_by(FoundText.id.desc())
        ids = session.scalars(found).all()
        session.execute(sa.update(FoundText).where(*untold).values(told=True))
        shown = [posting.id for posting in still_shown(session, search.user, search.kind, ids)]
        if not shown:
            return False
        search.told_on = today()
        audit.record(session, None, "search:tell", search, found=len(shown))
        notifications.tell(
            session, Event.SEARCH_FOUND, search, texts=shown[:TITLES_NAMED], count=len(shown)
        )
    return True


@notifications.names(Event.SEARCH_FOUND)
def _passage(session: Session, reader: User, told: Notification) -> Passage | None:
    """Name the search and the public titles of what it found, as far as that is still shown."""
    own = visible(reader, SavedSearch).where(SavedSearch.id == told.subject_id)
    search = session.scalar(own)
    if search is None:
        return None
    postings = still_shown(session, reader, search.kind, told.payload["texts"])
    titles = tuple(public_title(posting) or posting.public_id for posting in postings)
    return Passage(search.name, titles, told.payload["count"] - len(told.payload["texts"]))
