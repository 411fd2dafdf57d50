"""Reading one's saved searches and what was found for them, as far as one may see it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.permissions import visible
from matchmaker.postings.queries import shown_with
from matchmaker.subscriptions.halls import HALLS
from models import FoundText, Need, PostingKind, PostingStatus, Result, SavedSearch, User

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A text that was found for a saved search; `id` is the finding's, higher for later ones."""

    id: int
    posting: Need | Result
    new: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found, newest first; `older` is the id to go on from, if any follow."""

    rows: Sequence[Found]
    older: int | None


def saved(session: Session, actor: User) -> Sequence[SavedSearch]:
    """Return the actor's searches, the last saved first."""
    return session.scalars(visible(actor, SavedSearch).order_by(SavedSearch.id.desc())).all()


def new_counts(session: Session, actor: User) -> dict[int, int]:
    """Return by search how many texts were found since the actor last looked."""
    counts: dict[int, int] = {}
    for kind in PostingKind:
        statement = (
            _found(actor, kind)
            .join(SavedSearch, SavedSearch.id == FoundText.saved_search_id)
            .where(
                SavedSearch.user_id == actor.id,
                SavedSearch.kind == kind,
                FoundText.id > SavedSearch.seen_upto,
            )
            .with_only_columns(SavedSearch.id, sa.func.count())
            .group_by(SavedSearch.id)
        )
        counts |= {row[0]: row[1] for row in session.execute(statement)}
    return counts


def found_page(session: Session, actor: User, search: SavedSearch, before: int) -> Page:
    """Return a page of what was found with an id below `before`."""
    statement: sa.Select[Any] = (
        _found(actor, search.kind)
        .add_columns(FoundText.id)
        .where(FoundText.saved_search_id == search.id, FoundText.id < before)
        .order_by(FoundText.id.desc())
        .options(*shown_with(HALLS[search.kind].record))
    )
    rows = session.execute(statement.limit(PAGE_SIZE + 1)).all()
    shown = [Found(row[1], row[0], row[1] > search.seen_upto) for row in rows[:PAGE_SIZE]]
    return Page(shown, shown[-1].id if len(rows) > PAGE_SIZE else None)


def still_shown(
    session: Session, actor: User, kind: PostingKind, ids: Collection[int]
) -> list[Need | Result]:
    """Return those of some texts that the actor sees published, in the order of `ids`."""
    record = HALLS[kind].record
    statement = visible(actor, record).where(
        record.id.in_(ids), record.status == PostingStatus.PUBLISHED
    )
    rows = {row.id: row for row in session.scalars(statement)}
    return [rows[id_] for id_ in ids if id_ in rows]


def _found(actor: User, kind: PostingKind) -> sa.Select[Need | Result]:
    record = HALLS[kind].record
    return (
        visible(actor, record)
        .join(FoundText, FoundText.posting_id == record.id)
        .where(record.status == PostingStatus.PUBLISHED)
    )
