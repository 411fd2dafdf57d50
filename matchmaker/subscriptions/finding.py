"""Finding what was published for saved searches: each text once, however often one looks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker import audit
from matchmaker.db import exclusive, transaction
from matchmaker.jobs import Work
from matchmaker.matches.fitting import Fitting
from matchmaker.postings.filters import Choices, load_choices
from matchmaker.subscriptions.halls import HALLS
from matchmaker.subscriptions.services import FINDING
from models import (
    FoundText,
    Job,
    JobStatus,
    Pace,
    PostingKind,
    PostingStatus,
    SavedSearch,
    User,
    now,
)

BATCH = 100
OVERLAP = timedelta(hours=1)
"""How long a transaction may take to commit after it has dated what it publishes."""
KEPT = timedelta(days=183)
"""How long what was found stays listed."""

Pair = tuple[int, int]


def find(work: Work, paces: Collection[Pace]) -> int:
    """Look for what was published since the last such job; return how many texts were found.

    A search asks its hall once, for the new texts alone, and its words are weighed against these
    by one small matcher. Some searches at a time are a transaction, so that a job which is killed
    and begun again goes on: what has been found before is not found anew.
    """
    session = work.session
    since = _last_begun(session, work.claim.kind)
    fresh = {kind: _published(session, kind, since) for kind in PostingKind}
    kinds = [kind for kind, ids in fresh.items() if ids]
    ids = session.scalars(_searches(paces, kinds).with_only_columns(SavedSearch.id)).all()
    if not ids:
        return 0
    fitting = {kind: Fitting(session, HALLS[kind].record, fresh[kind]) for kind in kinds}
    found = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        found += _keep(session, _fits(session, batch, since, fitting))
        work.progress(start + len(batch), len(ids))
    return found


def forget(session: Session) -> None:
    """Throw away what was found so long ago that nobody looks for it."""
    with transaction(session):
        exclusive(session, FINDING)
        session.execute(sa.delete(FoundText).where(FoundText.found_at < now() - KEPT))


def _last_begun(session: Session, kind: str) -> datetime | None:
    """Return from when on texts have yet to be looked at, None for all that there are."""
    done = sa.select(sa.func.max(Job.started_at))
    last = session.scalar(done.where(Job.kind == kind, Job.status == JobStatus.DONE))
    return last - OVERLAP if last else None


def _published(session: Session, kind: PostingKind, since: datetime | None) -> Sequence[int]:
    """Return the ids of the texts of a kind published since then and since any search was saved."""
    record = HALLS[kind].record
    oldest = sa.select(sa.func.min(SavedSearch.created_at)).where(SavedSearch.kind == kind)
    statement = sa.select(record.id).where(
        record.status == PostingStatus.PUBLISHED,
        record.published_at > oldest.scalar_subquery(),
    )
    if since is not None:
        statement = statement.where(record.published_at > since)
    return session.scalars(statement).all()


def _searches(paces: Collection[Pace], kinds: Collection[PostingKind]) -> sa.Select[SavedSearch]:
    return (
        sa.select(SavedSearch)
        .join(SavedSearch.user)
        .where(User.active, SavedSearch.pace.in_(paces), SavedSearch.kind.in_(kinds))
        .order_by(SavedSearch.id)
    )


def _fits(
    session: Session,
    ids: Sequence[int],
    since: datetime | None,
    fitting: Mapping[PostingKind, Fitting],
) -> list[Pair]:
    """Return the pairs of a search and a text that fits it, as far as the search's user sees."""
    choices = load_choices(session)
    loaded = (
        sa.select(SavedSearch)
        .where(SavedSearch.id.in_(ids))
        .options(
            joinedload(SavedSearch.user).options(
                joinedload(User.organization), joinedload(User.region)
            )
        )
    )
    return [
        (search.id, posting_id)
        for search in session.scalars(loaded)
        for posting_id in session.scalars(_fitting(search, choices, since, fitting[search.kind]))
    ]


def _fitting(
    search: SavedSearch, choices: Choices, since: datetime | None, fitting: Fitting
) -> sa.Select[Any]:
    """Return the texts published since the search was saved that its hall lists, or that fit."""
    hall = HALLS[search.kind]
    chosen = hall.read(search.filters, choices)
    alike = fitting.ids(chosen.words) if chosen.words else ()
    after = max(since, search.created_at) if since else search.created_at
    statement = hall.listed(search.user, chosen, alike)
    return statement.where(hall.record.published_at > after).with_only_columns(hall.record.id)


def _keep(session: Session, pairs: Sequence[Pair]) -> int:
    """Write down what has not been found before, of searches that are still there."""
    searches = {search_id for search_id, _posting_id in pairs}
    if not searches:
        return 0
    present = sa.select(SavedSearch.id, SavedSearch.pace).where(SavedSearch.id.in_(searches))
    known = sa.select(FoundText.saved_search_id, FoundText.posting_id).where(
        FoundText.saved_search_id.in_(searches),
        FoundText.posting_id.in_({posting_id for _search_id, posting_id in pairs}),
    )
    with transaction(session):
        exclusive(session, FINDING)
        paused = {row[0]: row[1] is Pace.PAUSED for row in session.execute(present)}
        before = {(row[0], row[1]) for row in session.execute(known)}
        fresh = [pair for pair in pairs if pair not in before and pair[0] in paused]
        session.add_all(
            FoundText(saved_search_id=search_id, posting_id=posting_id, told=paused[search_id])
            for search_id, posting_id in fresh
        )
        if fresh:
            audit.record(session, None, "search:find", found=len(fresh))
    return len(fresh)
