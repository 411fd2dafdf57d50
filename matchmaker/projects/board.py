"""The table of projects and the board by stage, as far as the actor may see."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matchmaker.clock import today
from matchmaker.i18n import CHINA
from matchmaker.permissions import Permission, granted, visible
from matchmaker.postings.filters import LONGEST_SEARCH, clean, load_choices, one_of
from matchmaker.postings.queries import family, subtree
from matchmaker.projects.dues import NEXT_DUE
from matchmaker.relations import in_region
from matchmaker.searching import split_words, stands_in
from models import (
    Industry,
    KeyDesignation,
    KeyStatus,
    Light,
    Need,
    Organization,
    Project,
    ProjectParty,
    ProjectStage,
    Region,
    Result,
    User,
    among,
)

PAGE_SIZE = 20
MOST_CARDS = 12
MOST_EXPORTED = 5_000
NOBODY = "none"
"""What stands in the address for projects that nobody was given."""

_LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN, None)
"""The lights in the order of how much they ask for attention."""

_attention = sa.case(
    *((Project.light == light, place) for place, light in enumerate(_LIGHTS) if light),
    else_=_LIGHTS.index(None),
)
SORTS: dict[str, tuple[bool, tuple[sa.SQLColumnExpression[Any], ...]]] = {
    "urgent": (False, (_attention, NEXT_DUE, Project.id)),
    "due": (False, (NEXT_DUE, Project.id)),
    "newest": (True, (Project.id,)),
    "code": (False, (Project.code,)),
}
"""By what the table is sorted, and whether downwards."""

EXPORTED: tuple[sa.SQLColumnExpression[Any], ...] = (
    Project.id,
    Project.code,
    Project.title,
    Project.stage,
    Project.light,
    Project.region_id,
    Project.officer_id,
    Project.broker_id,
    Project.reference,
    Project.created_at,
)
"""What the export tells of a project's own row."""


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What the reader asked for; None, 0 and "" mean any.

    The year is that in which the project was opened, the industry that of its need or result.
    `after` is the public id of the row from which the page continues.
    """

    words: str = ""
    stage: ProjectStage | None = None
    light: Light | None = None
    region: Region | None = None
    industry: Industry | None = None
    officer: User | None = None
    no_officer: bool = False
    broker: User | None = None
    no_broker: bool = False
    year: int = 0
    key: KeyStatus | None = None
    sort: str = "urgent"
    after: str = ""

    def parameters(self) -> dict[str, str]:
        """Return what stands in the address, without where the page begins."""
        given = {
            "q": self.words,
            "stage": self.stage or "",
            "light": self.light or "",
            "region": self.region.code if self.region else "",
            "industry": self.industry.code if self.industry else "",
            "officer": _named(self.officer, self.no_officer),
            "broker": _named(self.broker, self.no_broker),
            "year": str(self.year or ""),
            "key": self.key or "",
            "sort": self.sort if self.sort != "urgent" else "",
        }
        return {name: str(value) for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the filters offer: only people and years that the reader's projects have."""

    industries: Sequence[Industry]
    regions: Sequence[Region]
    officers: Sequence[User]
    brokers: Sequence[User]
    years: Sequence[int]


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the table and the public id from which the next one continues."""

    projects: Sequence[Project]
    following: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A stage on the board: how many projects are in it, and those that come first."""

    stage: ProjectStage
    count: int
    projects: Sequence[Project]


def offered(session: Session, actor: User) -> Offer:
    """Return what the reader may narrow the projects by."""
    choices = load_choices(session)
    given = (Project.officer_id, Project.broker_id)
    first = sa.func.min(Project.created_at, type_=Project.created_at.type)
    pairs = session.execute(
        visible(actor, Project).with_only_columns(*given, first).group_by(*given)
    ).all()
    year = today().year
    oldest = min((row[2].astimezone(CHINA).year for row in pairs), default=year)
    officers, brokers = (
        session.scalars(
            sa.select(User)
            .where(User.id.in_({row[place] for row in pairs if row[place]}))
            .order_by(User.name, User.id)
        ).all()
        for place in range(len(given))
    )
    regions = [one for one in choices.regions if not actor.region or in_region(actor, one)]
    return Offer(choices.industries, regions, officers, brokers, range(year, oldest - 1, -1))


def read_filter(args: Mapping[str, str], offer: Offer) -> ProjectFilter:
    """Return what `args` ask for; what cannot be read means any."""
    names = ("region", "industry", "officer", "broker", "year", "sort")
    region, industry, officer, broker, year, sort = (args.get(name, "") for name in names)
    return ProjectFilter(
        words=clean(args.get("q", ""))[:LONGEST_SEARCH],
        stage=one_of(ProjectStage, args.get("stage", "")),
        light=one_of(Light, args.get("light", "")),
        region=next((row for row in offer.regions if row.code == region), None),
        industry=next((row for row in offer.industries if row.code == industry), None),
        officer=next((row for row in offer.officers if row.public_id == officer), None),
        no_officer=officer == NOBODY,
        broker=next((row for row in offer.brokers if row.public_id == broker), None),
        no_broker=broker == NOBODY,
        year=next((row for row in offer.years if str(row) == year), 0),
        key=one_of(KeyStatus, args.get("key", "")),
        sort=sort if sort in SORTS else "urgent",
        after=clean(args.get("after", "")),
    )


def read_table(session: Session, actor: User, chosen: ProjectFilter) -> Table:
    """Return the page that `chosen` continues to, the first one if that row is gone.

    Keyset paging: a row that moved on to another stage still says where the page ended.
    """
    downwards, keys = SORTS[chosen.sort]
    seen = visible(actor, Project)
    last = session.execute(
        seen.with_only_columns(*keys).where(Project.public_id == chosen.after)
    ).first()
    statement = _narrowed(seen, chosen)
    if last:
        here, row = sa.tuple_(*map(sa.literal, last)), sa.tuple_(*keys)
        statement = statement.where(row < here if downwards else row > here)
    page = _sorted(statement, chosen.sort).limit(PAGE_SIZE + 1)
    found = _cards(session, page.with_only_columns(Project.id), chosen.sort, *_shown_with())
    shown = found[:PAGE_SIZE]
    return Table(shown, shown[-1].public_id if len(found) > PAGE_SIZE else None)


def read_all(session: Session, actor: User, chosen: ProjectFilter) -> Sequence[sa.Row[Any]]:
    """Return what the export tells of the projects of all pages, up to `MOST_EXPORTED`."""
    statement = _sorted(_narrowed(visible(actor, Project), chosen), chosen.sort)
    return session.execute(statement.with_only_columns(*EXPORTED).limit(MOST_EXPORTED)).all()


def read_board(session: Session, actor: User, chosen: ProjectFilter) -> list[Column]:
    """Return every stage with its most urgent projects, and all that their moves depend on."""
    statement = _narrowed(visible(actor, Project), chosen)
    counted = statement.with_only_columns(Project.stage, sa.func.count()).group_by(Project.stage)
    counts = {row[0]: row[1] for row in session.execute(counted)}
    ids = _sorted(statement, "urgent").with_only_columns(Project.id).limit(MOST_CARDS)
    first = [ids.where(Project.stage == stage).subquery() for stage in ProjectStage]
    shown = sa.union_all(*(sa.select(one.c.id) for one in first))
    moves = Permission.PROJECT_RUN in granted(actor)
    cards = _cards(session, shown, "urgent", *_carded_with(moves))
    return [
        Column(stage, counts.get(stage, 0), [card for card in cards if card.stage is stage])
        for stage in ProjectStage
    ]


def chosen_projects(session: Session, actor: User, public_ids: Sequence[str]) -> Sequence[Project]:
    """Return those of the projects with these public ids that the actor sees, by code."""
    statement = visible(actor, Project).where(Project.public_id.in_(public_ids))
    return session.scalars(statement.order_by(Project.code).options(*_shown_with())).all()


def _named(person: User | None, nobody: bool) -> str:
    return NOBODY if nobody else person.public_id if person else ""


def _sorted(statement: sa.Select[Project], sort: str) -> sa.Select[Project]:
    downwards, keys = SORTS[sort]
    return statement.order_by(*(key.desc() if downwards else key.asc() for key in keys))


def _cards(
    session: Session, ids: sa.Select[Any] | sa.CompoundSelect[Any], sort: str, *options: Any
) -> Sequence[Project]:
    """Return the projects with these ids: what is joined is read of them alone, not of all."""
    statement = _sorted(sa.select(Project).where(among(Project.id, ids)), sort)
    return session.scalars(statement.options(*options)).all()


def _narrowed(statement: sa.Select[Project], chosen: ProjectFilter) -> sa.Select[Project]:
    return statement.where(*_conditions(chosen))


def _conditions(chosen: ProjectFilter) -> Iterator[sa.ColumnElement[bool]]:
    for word in split_words(chosen.words):
        yield _holds(word)
    for column, wanted in ((Project.stage, chosen.stage), (Project.light, chosen.light)):
        if wanted:
            yield column == wanted
    if chosen.region:
        yield among(Project.region_id, subtree(chosen.region))
    if chosen.industry:
        of_need, of_result = (
            sa.select(kind.id).where(kind.industry_id.in_(family(chosen.industry)))
            for kind in (Need, Result)
        )
        yield sa.or_(Project.need_id.in_(of_need), Project.result_id.in_(of_result))
    yield from _given_to(Project.officer_id, chosen.officer, chosen.no_officer)
    yield from _given_to(Project.broker_id, chosen.broker, chosen.no_broker)
    if chosen.year:
        begin, end = (datetime(chosen.year + more, 1, 1, tzinfo=CHINA) for more in (0, 1))
        yield sa.and_(Project.created_at >= begin, Project.created_at < end)
    if chosen.key:
        listed = KeyDesignation.status == chosen.key
        yield Project.id.in_(sa.select(KeyDesignation.project_id).where(listed))


def _given_to(
    column: sa.SQLColumnExpression[Any], person: User | None, nobody: bool
) -> Iterator[sa.ColumnElement[bool]]:
    if nobody:
        yield column.is_(None)
    elif person:
        yield column == person.id


def _holds(word: str) -> sa.ColumnElement[bool]:
    """Return the condition that a word stands in the title, the numbers or a party's name."""
    named = sa.select(ProjectParty.project_id).where(
        ProjectParty.organization_id == Organization.id,
        stands_in(Organization.name, word),
    )
    texts = (Project.title, Project.code, Project.reference)
    return sa.or_(
        *(stands_in(text, word) for text in texts),
        Project.id.in_(named),
    )


def _shown_with() -> list[_AbstractLoad]:
    """Return what to load with projects so that a list of them takes a fixed number of queries."""
    return [
        joinedload(Project.region).joinedload(Region.parent),
        joinedload(Project.officer),
        joinedload(Project.broker),
        selectinload(Project.parties).joinedload(ProjectParty.organization),
        selectinload(Project.designations),
    ]


def _carded_with(moves: bool) -> list[_AbstractLoad]:
    """Return what to load with cards: the officer and, where they move, what the guards look at."""
    guarded = (
        Project.parties,
        Project.contracts,
        Project.milestones,
        Project.acceptances,
        Project.claims,
    )
    return [
        joinedload(Project.officer),
        *([joinedload(Project.region), *map(selectinload, guarded)] if moves else ()),
    ]
