"""Which texts say the same as one at hand, as far as the reader of the page may read them.

What everybody may read is compared by the public index. Beside it, texts that the reader may read
in full are compared whole: of the same organization, and for who reviews those that wait.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import Document
from matching.duplicates import NearDuplicate
from matchmaker.disclosure import full_text
from matchmaker.matches.corpus import document
from matchmaker.matches.queries import public_matcher
from matchmaker.permissions import Permission, granted, visible
from matchmaker.postings.queries import PostingT, shown_with
from matchmaker.relations import where_text_is_read
from models import Need, PostingStatus, Result, User, Visibility

MOST_DUPLICATES = 3
SHORTEST_COMPARED = 20
"""Characters below which a text says too little to be compared."""
MOST_READ = 100
"""How many texts of the organization, and how many of those that wait, are looked at."""
MOST_COMPARED = 20

_UNPUBLISHED = (
    PostingStatus.DRAFT,
    PostingStatus.INTERNAL_REVIEW,
    PostingStatus.SUBMITTED,
    PostingStatus.RETURNED,
    PostingStatus.SUSPENDED,
)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A posting that says the same, as its reader may read it."""

    posting: Need | Result
    likeness: float
    passages: tuple[str, ...]

    @property
    def page(self) -> str:
        """The endpoint of its page."""
        return "portal.need" if isinstance(self.posting, Need) else "portal.result"


def duplicates(
    session: Session, actor: User | None, posting: Need | Result, own: Document
) -> list[Duplicate]:
    """Return the postings of this kind that say the same as `own`, which is `posting` in full."""
    if own.length < SHORTEST_COMPARED:
        return []
    if isinstance(posting, Need):
        return _duplicates(session, actor, Need, posting, own)
    return _duplicates(session, actor, Result, posting, own)


def _duplicates(
    session: Session, actor: User | None, kind: type[PostingT], posting: PostingT, own: Document
) -> list[Duplicate]:
    matcher = public_matcher(session)
    public: Sequence[NearDuplicate] = (
        matcher.needs_like(own) if kind is Need else matcher.results_like(own)
    )
    rows: dict[int, Need | Result] = {**_published(session, actor, kind, public)}
    read = _read_in_full(session, actor, kind, posting)
    whole = [document(row, full_text(row)) for row in read]
    private: Sequence[NearDuplicate] = matcher.alike(own, _likely(own, whole))
    rows |= {row.id: row for row in read}
    found: list[NearDuplicate] = [*public, *private]
    likest: dict[int, NearDuplicate] = {}
    for same in sorted(found, key=lambda each: -each.likeness):
        if int(same.id) in rows:
            likest.setdefault(int(same.id), same)
    return [
        Duplicate(rows[row_id], same.likeness, same.passages) for row_id, same in likest.items()
    ][:MOST_DUPLICATES]


def _published(
    session: Session, actor: User | None, kind: type[PostingT], found: Sequence[NearDuplicate]
) -> Mapping[int, PostingT]:
    statement = visible(actor, kind).where(
        kind.id.in_([int(same.id) for same in found]), kind.status == PostingStatus.PUBLISHED
    )
    return {row.id: row for row in session.scalars(statement.options(*shown_with(kind)))}


def _read_in_full(
    session: Session, actor: User | None, kind: type[PostingT], posting: PostingT
) -> list[PostingT]:
    """Return texts that the actor may read in full and that the public index lacks or cuts."""
    if actor is None:
        return []
    masked = sa.and_(kind.status == PostingStatus.PUBLISHED, kind.visibility != Visibility.PUBLIC)
    readable: sa.Select[Any] = (
        visible(actor, kind)
        .where(where_text_is_read(actor, kind), kind.id != (posting.id or 0))
        .options(*shown_with(kind))
        .limit(MOST_READ)
    )
    theirs = readable.where(
        kind.organization_id == posting.organization.id,
        sa.or_(kind.status.in_(_UNPUBLISHED), masked),
    ).order_by(kind.updated_at.desc(), kind.id.desc())
    found = list(session.scalars(theirs))
    if Permission.POSTING_REVIEW in granted(actor):
        waiting = readable.where(
            kind.status == PostingStatus.SUBMITTED,
            kind.organization_id != posting.organization.id,
        )
        found += session.scalars(waiting.order_by(kind.submitted_at.desc(), kind.id.desc()))
    return found


def _likely(own: Document, others: Sequence[Document]) -> list[Document]:
    """Return the texts that share most pairs of characters with one: to compare takes long."""
    pairs = _pairs(own)
    shares = {other.id: len(pairs & _pairs(other)) for other in others}
    return sorted(others, key=lambda other: -shares[other.id])[:MOST_COMPARED]


def _pairs(text: Document) -> Set[tuple[str, str]]:
    return set(pairwise(f"{text.title} {text.body}"))
