"""The register: every text that has come before a bureau, in whatever state, last changed first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.postings.filters import LONGEST_SEARCH, Choices, Place, clean, one_of, read_common
from matchmaker.postings.leads import lead
from matchmaker.postings.queries import (
    Order,
    Page,
    family,
    named,
    read_page,
    subtree,
)
from matchmaker.relations import where_overseen
from matchmaker.searching import split_words, stands_in
from models import (
    Industry,
    Need,
    Organization,
    PostingStatus,
    Region,
    Result,
    User,
    among,
    unindexed,
)

PostingT = TypeVar("PostingT", Need, Result)

FEW = 1_000
"""How many texts are looked up and sorted at once: of more, one in a hundred fits on the way."""
STATUSES = (
    PostingStatus.SUBMITTED,
    PostingStatus.RETURNED,
    PostingStatus.REJECTED,
    PostingStatus.PUBLISHED,
    PostingStatus.FULFILLED,
    PostingStatus.SUSPENDED,
    PostingStatus.EXPIRED,
    PostingStatus.WITHDRAWN,
)
"""What a text can be once a bureau has had it; drafts and internal reviews are its owner's."""
LISTS: dict[str, type[Any]] = {"needs": Need, "results": Result}
"""The two lists, by the name that addresses use."""


@dataclass(frozen=True, slots=True)
class RegisterFilter(Place):
    """What the reader asked the register for; None and "" mean any."""

    words: str = ""
    status: PostingStatus | None = None
    industry: Industry | None = None
    region: Region | None = None
    organization: str = ""

    def chosen(self) -> dict[str, tuple[str, object]]:
        """Return by parameter name what narrows the list: the value in the URL and its meaning."""
        chosen: dict[str, tuple[str, object]] = {}
        if self.words:
            chosen["q"] = (self.words, self.words)
        if self.status:
            chosen["status"] = (self.status.value, self.status)
        if self.industry:
            chosen["industry"] = (self.industry.code, self.industry)
        if self.region:
            chosen["region"] = (self.region.code, self.region)
        if self.organization:
            chosen["organization"] = (self.organization, self.organization)
        return chosen


def read_filter(args: Mapping[str, str], choices: Choices) -> RegisterFilter:
    """Return what `args` asks for; what cannot be read means any."""
    common = read_common(args, choices, ())
    status = one_of(PostingStatus, args.get("status", ""))
    return RegisterFilter(
        words=common["words"],
        status=status if status in STATUSES else None,
        industry=common["industry"],
        region=common["region"],
        organization=clean(args.get("organization", ""))[:LONGEST_SEARCH],
        after=common["after"],
        before=common["before"],
    )


def register(
    session: Session, actor: User, kind: type[PostingT], chosen: RegisterFilter
) -> Page[PostingT]:
    """Return a page of the needs or the results that have come before the actor's bureau."""
    return _page(session, actor, kind, chosen, chosen)


def exported(
    session: Session, actor: User, kind: type[PostingT], chosen: RegisterFilter, most: int
) -> Page[PostingT]:
    """Return the register from its first page on, so many rows at most."""
    return _page(session, actor, kind, chosen, Place(), most)


def _page(
    session: Session,
    actor: User,
    kind: type[PostingT],
    chosen: RegisterFilter,
    place: Place,
    *size: int,
) -> Page[PostingT]:
    """Return a page, the database being told to begin with what few texts meet.

    Where there is nothing such, it walks through the texts in their order.
    """
    statement = sa.select(kind).where(  # whoever oversees a text sees it
        where_overseen(actor, kind, unindexed), *_conditions(actor, kind, chosen, unindexed)
    )
    if chosen.status:
        statement = statement.where(unindexed(kind.status) == chosen.status)
    of_status = [kind.status == chosen.status] if chosen.status else []
    rare = [sa.select(kind.id).where(*of_status, each) for each in _conditions(actor, kind, chosen)]
    few = lead(session, rare, FEW)
    words = split_words(chosen.words)
    if words:
        statement = statement.where(named(kind, words))
    if words and few is None:
        few = lead(session, [sa.select(kind.id).where(named(kind, words))], FEW)
    if few is not None:
        statement = statement.where(among(kind.id, few))
    order = Order(kind.updated_at, descending=True, nullable=False)
    return read_page(session, statement, kind, order, place, *size)


def _conditions(
    actor: User, kind: Any, chosen: RegisterFilter, column: Callable[[Any], Any] = lambda of: of
) -> Iterator[sa.ColumnElement[bool]]:
    """Give what an index answers, with the status or without; `column` is how to ask for one."""
    for region in filter(None, {actor.region, chosen.region}):
        yield among(column(kind.region_id), subtree(region))
    if chosen.industry:
        yield among(column(kind.industry_id), family(chosen.industry))
    if chosen.organization:
        theirs = sa.select(Organization.id).where(stands_in(Organization.name, chosen.organization))
        yield among(column(kind.organization_id), theirs)
