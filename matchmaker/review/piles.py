"""Where texts wait for a reviewer: for the bureau, or for the organization's own review."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.permissions import Permission, granted
from matchmaker.postings.planned import where_planned
from matchmaker.relations import where_overseen, where_own, where_revises
from matchmaker.review.filters import KINDS
from models import PostingStatus, Revision, User

OfPosting = Callable[[Any], sa.ColumnElement[bool]]
"""A condition on needs or on results: given the one or the other."""

_STAGES: tuple[tuple[Permission, str, Callable[..., sa.ColumnElement[bool]]], ...] = (
    (Permission.POSTING_REVIEW, "submitted", where_overseen),
    (Permission.POSTING_ENDORSE, "internal_review", where_own),
)
"""Where a text is reviewed: who may decide, its status there, and whose it is."""


@dataclass(frozen=True, slots=True)
class Pile:
    """The records of one kind at one stage of review: since when each waits, and whose they are.

    Whoever reviews them sees them: `related` is part of what `visible` asks for.
    """

    kind: Any
    status: str
    since: InstrumentedAttribute[Any]
    related: Callable[[Any], sa.ColumnElement[bool]]

    @property
    def name(self) -> str:
        """What the kind is called in addresses and messages."""
        name: str = self.kind.__name__.lower()
        return name

    def waiting(self, *conditions: OfPosting) -> sa.ColumnElement[bool]:
        """Return the condition that a record of this pile, its posting meeting these, waits.

        One whose approval is planned does not, until that is undone or refused.
        """
        return sa.and_(self._lies_here(*conditions), ~where_planned(self.kind))

    def approved(self) -> sa.ColumnElement[bool]:
        """Return the condition that the approval of a record of this pile is planned."""
        return sa.and_(self._lies_here(), where_planned(self.kind))

    def _lies_here(self, *conditions: OfPosting) -> sa.ColumnElement[bool]:
        every = (self.related, *conditions)
        return sa.and_(
            self.kind.status == self.status,
            of_posting(self.kind, lambda posting: sa.and_(*(each(posting) for each in every))),
        )


def piles(actor: User) -> Iterator[Pile]:
    """Give the piles that the actor decides on."""
    for permission, status, related in _STAGES:
        if permission in granted(actor):
            for kind in KINDS.values():
                yield Pile(kind, status, _arrival(kind, status), partial(related, actor))


def of_posting(kind: Any, condition: OfPosting) -> sa.ColumnElement[bool]:
    """Return a condition on postings as one on the records of `kind`, which may revise them."""
    return where_revises(condition) if kind is Revision else condition(kind)


def _arrival(kind: Any, status: str) -> InstrumentedAttribute[Any]:
    """Return the column that `queries.arrived_at` reads."""
    at_bureau = status == PostingStatus.SUBMITTED and kind is not Revision
    arrival: InstrumentedAttribute[Any] = kind.submitted_at if at_bureau else kind.updated_at
    return arrival
