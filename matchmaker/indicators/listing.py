"""The list of key projects as far as the actor may see it, narrowed and page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matchmaker.clock import today
from matchmaker.permissions import visible
from matchmaker.postings.filters import LONGEST_SEARCH, clean, one_of
from matchmaker.postings.queries import subtree
from matchmaker.searching import split_words, stands_in
from models import KeyDesignation, KeyStatus, Project, ProjectParty, Region, User

PAGE_SIZE = 20
MOST_EXPORTED = 5_000


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What the reader asked the list for; None, 0 and "" mean any.

    `after` is the public id of the row from which the page continues.
    """

    words: str = ""
    status: KeyStatus | None = None
    year: int = 0
    region: Region | None = None
    after: str = ""

    def parameters(self) -> dict[str, str]:
        """Return what narrows the list by parameter name, as it stands in the address."""
        given = {
            "q": self.words,
            "status": self.status or "",
            "year": str(self.year or ""),
            "region": self.region.code if self.region else "",
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list and the public id from which the next one continues."""

    rows: Sequence[KeyDesignation]
    following: str | None


def own_regions(session: Session, actor: User) -> Sequence[Region]:
    """Return the region that the actor acts for and those below it, from above."""
    if actor.region is None:
        return []
    within = Region.code.startswith(actor.region.subtree_prefix)
    return session.scalars(sa.select(Region).where(within).order_by(Region.code)).all()


def years(session: Session) -> list[int]:
    """Return the years that there are lists of, and the last two, newest first."""
    named = set(session.scalars(sa.select(KeyDesignation.year).distinct()))
    return sorted(named | {today().year, today().year - 1}, reverse=True)


def read_filter(args: Mapping[str, str], regions: Sequence[Region]) -> ListFilter:
    """Return what `args` ask for; what cannot be read means any."""
    return ListFilter(
        words=clean(args.get("q", ""))[:LONGEST_SEARCH],
        status=one_of(KeyStatus, args.get("status", "")),
        year=read_year(args, 0),
        region=read_region(args, regions),
        after=clean(args.get("after", "")),
    )


def read_year(args: Mapping[str, str], otherwise: int) -> int:
    """Return the year that `args` name, `otherwise` unless it is one of four digits."""
    year = args.get("year", "")
    return int(year) if len(year) == 4 and year.isascii() and year.isdecimal() else otherwise


def read_region(args: Mapping[str, str], regions: Sequence[Region]) -> Region | None:
    """Return the one of `regions` that `args` name."""
    return next((row for row in regions if row.code == args.get("region")), None)


def read_page(session: Session, actor: User, chosen: ListFilter) -> Page:
    """Return the page that `chosen` continues to, the newest nominations first."""
    statement = _narrowed(actor, chosen)
    if chosen.after:
        last = sa.select(KeyDesignation.id).where(KeyDesignation.public_id == chosen.after)
        statement = statement.where(KeyDesignation.id < last.scalar_subquery())
    found = session.scalars(statement.limit(PAGE_SIZE + 1)).all()
    shown = found[:PAGE_SIZE]
    return Page(shown, shown[-1].public_id if len(found) > PAGE_SIZE else None)


def everything(session: Session, actor: User, chosen: ListFilter) -> Sequence[KeyDesignation]:
    """Return all pages in one, up to `MOST_EXPORTED` rows."""
    return session.scalars(_narrowed(actor, chosen).limit(MOST_EXPORTED)).all()


def _narrowed(actor: User, chosen: ListFilter) -> sa.Select[KeyDesignation]:
    statement = visible(actor, KeyDesignation).join(KeyDesignation.project)
    for word in split_words(chosen.words):
        holds = [stands_in(column, word) for column in (Project.title, Project.code)]
        statement = statement.where(sa.or_(*holds))
    if chosen.status:
        statement = statement.where(KeyDesignation.status == chosen.status)
    if chosen.year:
        statement = statement.where(KeyDesignation.year == chosen.year)
    if chosen.region:
        statement = statement.where(Project.region_id.in_(subtree(chosen.region)))
    return statement.order_by(KeyDesignation.id.desc()).options(*_loaded_with())


def _loaded_with() -> list[_AbstractLoad]:
    project = joinedload(KeyDesignation.project)
    return [
        project.joinedload(Project.region).joinedload(Region.parent),
        project.selectinload(Project.parties).joinedload(ProjectParty.organization),
        joinedload(KeyDesignation.nominated_by),
        selectinload(KeyDesignation.notices),
    ]
