"""Reading postings for lists: search words, filters and keyset pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, defer, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matchmaker.permissions import visible
from matchmaker.postings.filters import HallFilter, OwnFilter, Place
from matchmaker.postings.leads import Ids, lead
from matchmaker.relations import (
    REGION_ROLES,
    where_invited,
    where_near,
    where_overseen,
    where_own,
)
from matchmaker.searching import search_words, split_words, stands_in
from models import (
    Industry,
    Need,
    NeedMode,
    PostingStatus,
    Region,
    Result,
    ResultMode,
    StatusChange,
    User,
    Visibility,
    among,
    holding,
    holds,
    newest_holding,
    unindexed,
)

PostingT = TypeVar("PostingT", Need, Result)

PAGE_SIZE = 20
MOST_FOUND = 10
OWN_PAGE_SIZE = 50
FEW_FOUND = 50
"""With how many texts that everybody may read a search goes on in the titles of the others."""
WITH_REASON = (PostingStatus.RETURNED, PostingStatus.REJECTED, PostingStatus.SUSPENDED)
"""The states that are not entered without a reason."""
BODIES: dict[Any, tuple[InstrumentedAttribute[str], ...]] = {
    Need: (Need.background, Need.problem, Need.tried),
    Result: (Result.abstract, Result.problem_solved, Result.advantage, Result.applications),
}
"""The columns of a full text that follow its title."""


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort; rows without the key come last, rows with equal keys go by id."""

    key: InstrumentedAttribute[Any]
    descending: bool
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Page(Generic[PostingT]):
    """One page of a list and the public ids from which its neighbours continue."""

    rows: Sequence[PostingT]
    before: str | None
    after: str | None


def narrowed(
    actor: User | None, kind: type[PostingT], chosen: HallFilter, alike: Collection[int] = ()
) -> sa.Select[PostingT]:
    """Return what the actor sees, with the filters that both halls offer.

    `alike` are the ids of postings that count as holding the words, whether they do or not.
    """
    statement = visible(actor, kind).where(
        kind.status == chosen.status, kind.published_at.is_not(None)
    )
    words = [holds(kind.search_text, word) for word in search_words(chosen.words)]
    if words:
        others = [kind.id.in_(alike)] if alike else []
        statement = statement.where(sa.or_(sa.and_(*words), *others))
    if chosen.industry:
        statement = statement.where(among(kind.industry_id, family(chosen.industry)))
    if chosen.region:
        statement = statement.where(among(kind.region_id, subtree(chosen.region)))
    if chosen.mode:
        statement = statement.where(kind.mode_rows.any(mode=chosen.mode))
    if chosen.invited:
        statement = statement.where(where_invited(actor, kind))
    return statement


def has_invitations(session: Session, actor: User | None, kind: type[PostingT]) -> bool:
    """Return whether any published text is for the actor's organization by invitation."""
    invited = sa.select(kind.id).where(where_invited(actor, kind)).limit(1)
    return actor is not None and session.scalar(invited) is not None


def led(
    session: Session, statement: sa.Select[PostingT], kind: type[PostingT], chosen: HallFilter
) -> sa.Select[PostingT]:
    """Return `statement`, narrowed by `chosen`, so that it begins with what few postings meet."""
    modes = NeedMode.__table__.c if kind is Need else ResultMode.__table__.c
    of_status = sa.select(kind.id).where(kind.status == chosen.status)
    conditions: list[Ids] = [
        holding(kind, word) for word in search_words(chosen.words) if len(word) > 1
    ]
    if chosen.industry:
        conditions.append(of_status.where(among(kind.industry_id, family(chosen.industry))))
    if chosen.region:
        conditions.append(of_status.where(among(kind.region_id, subtree(chosen.region))))
    if chosen.mode:
        conditions.append(
            sa.select(modes[f"{kind.__tablename__}_id"]).where(modes.mode == chosen.mode)
        )
    few = lead(session, conditions)
    return statement if few is None else statement.where(among(kind.id, few))


def find(session: Session, actor: User, kind: type[PostingT], words: str) -> Sequence[PostingT]:
    """Return the newest published postings that hold all the words in what everybody may read."""
    chosen = HallFilter(words=words)
    statement = narrowed(actor, kind, chosen)
    return session.scalars(
        led(session, statement, kind, chosen)
        .order_by(kind.published_at.desc(), kind.id.desc())
        .limit(MOST_FOUND)
        .options(*titled_with(kind))
    ).all()


def texts_with(
    session: Session, actor: User, kind: Any, words: Sequence[str], most: int
) -> Sequence[int]:
    """Return the ids of the newest texts, so many at most, that hold all the words.

    The longest word comes first and has two characters at least. They are looked for in what
    everybody may read, and in the titles of the actor's own texts, which may be kept from others;
    where few hold them, in those of all that the actor oversees, too.
    """
    last = session.scalar(sa.select(sa.func.max(kind.id))) or 0
    may_hold = newest_holding(kind, words[0], last, 2 * most)
    public = sa.select(kind.id).where(  # to look at the texts takes longest
        among(kind.id, may_hold), *(holds(kind.search_text, word) for word in words)
    )
    titled = sa.and_(*(stands_in(kind.title, word) for word in words))
    own = sa.select(kind.id).where(where_own(actor, kind), titled)
    newest = [each.order_by(kind.id.desc()).limit(most).subquery() for each in (public, own)]
    ids = sa.union(*(sa.select(each.c.id) for each in newest)).subquery()
    found = session.scalars(sa.select(ids.c.id).order_by(ids.c.id.desc()).limit(most)).all()
    if len(found) > FEW_FOUND or not actor.roles & REGION_ROLES:
        return found
    kept = sa.select(kind.id).where(kind.visibility.in_((Visibility.MASKED, Visibility.INVITED)))
    rare = kept.where(titled).limit(most)
    overseen = sa.select(kind.id).where(
        among(kind.id, rare), where_overseen(actor, kind, unindexed)
    )
    return sorted({*found, *session.scalars(overseen)}, reverse=True)[:most]


def named(kind: Any, words: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return the condition that each word stands in the title or in the poster's own number.

    A SELECT of ids alone finds them in the index on these two columns and reads no text.
    """
    either = (
        sa.or_(stands_in(kind.title, each), stands_in(kind.reference, each)) for each in words
    )
    return sa.and_(*either)


def family(industry: Industry) -> sa.Select[int]:
    """Return the SELECT of the ids of an industry and its sub-domains."""
    within = sa.or_(Industry.id == industry.id, Industry.parent_id == industry.id)
    return sa.select(Industry.id).where(within)


def subtree(region: Region) -> sa.Select[int]:
    """Return the SELECT of the ids of a region and those below it."""
    return sa.select(Region.id).where(Region.code.startswith(region.subtree_prefix))


def read_page(
    session: Session,
    statement: sa.Select[PostingT],
    kind: type[PostingT],
    order: Order,
    place: Place,
    size: int = PAGE_SIZE,
) -> Page[PostingT]:
    """Return the page of so many rows that continues from `place`, the first if that row is gone.

    Keyset paging: as many statements however deep the page lies, whatever was added meanwhile.
    """
    backwards = bool(place.before) and not place.after
    cursor = _cursor(session, statement, kind, order, place.after or place.before)
    if cursor is None:
        backwards = False
    selected = _sorted(statement, kind, order, backwards)
    if cursor is not None:
        selected = selected.where(_beyond(kind, order, cursor, backwards))
    selected = selected.options(*shown_with(kind)).limit(size + 1)
    found = session.scalars(selected).all()
    more = len(found) > size
    rows = found[:size][::-1] if backwards else found[:size]
    has_newer, has_older = (more, True) if backwards else (cursor is not None, more)
    return Page(
        rows,
        before=rows[0].public_id if rows and has_newer else None,
        after=rows[-1].public_id if rows and has_older else None,
    )


def latest(
    session: Session, actor: User | None, kind: type[PostingT], count: int
) -> Sequence[PostingT]:
    """Return the postings published last, newest first."""
    return session.scalars(
        visible(actor, kind)
        .where(kind.status == PostingStatus.PUBLISHED)
        .order_by(kind.published_at.desc(), kind.id.desc())
        .limit(count)
        .options(*titled_with(kind))
    ).all()


def own(session: Session, actor: User, kind: type[PostingT], chosen: OwnFilter) -> Page[PostingT]:
    """Return a page of the postings of the actor's organization, last changed first.

    Whoever may not read them whole, as a broker, is shown none.

    Words are looked for in the titles and in the references, the organization's own numbers.
    Drafts that were deleted are among the withdrawn alone.
    """
    statement = visible(actor, kind).where(
        kind.organization_id == actor.organization_id, where_near(actor, kind)
    )
    if chosen.status:
        statement = statement.where(kind.status == chosen.status)
    else:
        reached = sa.or_(kind.submitted_at.is_not(None), kind.published_at.is_not(None))
        statement = statement.where(sa.or_(kind.status != PostingStatus.WITHDRAWN, reached))
    words = split_words(chosen.words)
    if words:
        statement = statement.where(named(kind, words))
    order = Order(kind.updated_at, descending=True, nullable=False)
    return read_page(session, statement, kind, order, chosen, OWN_PAGE_SIZE)


def shown_with(kind: type[PostingT]) -> list[_AbstractLoad]:
    """Return what to load with postings so that a list of them takes a fixed number of queries."""
    return [*_posted_by(kind), selectinload(Need.metrics)] if kind is Need else _posted_by(kind)


def titled_with(kind: type[PostingT]) -> list[_AbstractLoad]:
    """Return what to load with postings of which a list gives but the title and the poster."""
    return [*_posted_by(kind), *map(defer, BODIES[kind])]


def _posted_by(kind: type[PostingT]) -> list[_AbstractLoad]:
    return [
        joinedload(kind.organization),
        joinedload(kind.industry),
        joinedload(kind.region).joinedload(Region.parent),
    ]


def _cursor(
    session: Session,
    statement: sa.Select[PostingT],
    kind: type[PostingT],
    order: Order,
    public_id: str,
) -> tuple[Any, int] | None:
    """Return the sort key and id of a row of `statement`, None if it is not among them."""
    if not public_id:
        return None
    found = session.execute(
        statement.with_only_columns(order.key, kind.id).where(kind.public_id == public_id)
    ).first()
    return (found[0], found[1]) if found else None


def _sorted(
    statement: sa.Select[PostingT], kind: type[PostingT], order: Order, backwards: bool
) -> sa.Select[PostingT]:
    direction = sa.desc if order.descending != backwards else sa.asc
    key = direction(order.key)
    if order.nullable:
        key = key.nulls_first() if backwards else key.nulls_last()
    return statement.order_by(key, direction(kind.id))


def _beyond(
    kind: type[PostingT], order: Order, cursor: tuple[Any, int], backwards: bool
) -> sa.ColumnElement[bool]:
    """Return the condition that a row follows `cursor`, or goes before it when `backwards`."""
    key, row_id = cursor
    downwards = order.descending != backwards
    if key is None:
        tie = kind.id < row_id if downwards else kind.id > row_id
        beside = sa.and_(order.key.is_(None), tie)
        return sa.or_(order.key.is_not(None), beside) if backwards else beside
    here = sa.tuple_(sa.literal(key, order.key.type), sa.literal(row_id))
    row = sa.tuple_(order.key, kind.id)
    past = row < here if downwards else row > here
    return sa.or_(past, order.key.is_(None)) if order.nullable and not backwards else past


def last_reason(session: Session, posting: Need | Result) -> str:
    """Return why a posting was returned, rejected or suspended, "" where it is in no such state."""
    return last_reasons(session, [posting]).get(posting.id, "")


def last_reasons(session: Session, postings: Sequence[Need | Result]) -> dict[int, str]:
    """Return by id the reasons of those postings that were returned, rejected or suspended.

    The postings are of one kind, and visible to whoever asks.
    """
    concerned = [posting for posting in postings if posting.status in WITH_REASON]
    if not concerned:
        return {}
    rows = session.execute(
        sa.select(StatusChange.subject_id, StatusChange.reason)
        .where(
            StatusChange.subject_kind == type(concerned[0]).__name__,
            StatusChange.subject_id.in_([posting.id for posting in concerned]),
            StatusChange.target.in_(WITH_REASON),
        )
        .order_by(StatusChange.id)
    )
    return {row[0]: row[1] for row in rows}
