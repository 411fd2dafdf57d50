"""The match board and the list of what awaits one's own answer, as far as the actor may see."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from matchmaker.matches.board_filter import INTERESTED, SORTS, BoardFilter, words_of
from matchmaker.matches.interests import said, unwanted
from matchmaker.permissions import visible
from matchmaker.postings.leads import lead
from matchmaker.postings.queries import family, subtree, texts_with, titled_with
from matchmaker.relations import OWNER_ROLES, where_in_region, where_own
from models import (
    Match,
    MatchConsent,
    MatchGrade,
    MatchSide,
    MatchStatus,
    Need,
    Result,
    Role,
    User,
    among,
    now,
    one_of,
    unindexed,
)

PAGE_SIZE = 20
MOST_COUNTED = 100
MOST_EXPORTED = 5_000
"""How many matches a file holds at most."""
MOST_TEXTS = 1_000
"""How many needs, and how many results, are looked at for words, the newest ones."""
MOST_AT_ONCE = 1000
"""How many matches are looked at together, at most, for who sees them."""
_GRADE_RANK = sa.case(
    {grade.value: -rank for rank, grade in enumerate(MatchGrade)}, value=Match.grade
)
_INTERESTS = selectinload(Match.interests)
_ANSWERS = selectinload(Match.consents).joinedload(MatchConsent.user).lazyload(User.role_rows)

T = TypeVar("T")

_Texts = tuple[tuple[Any, Any], ...]
_Ways = tuple[sa.ColumnElement[bool], ...]
"""Conditions of which any is enough; each on one column of the match, which has an index."""


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the board and the public id from which the next one continues."""

    matches: Sequence[Match]
    following: str | None


def read_all(session: Session, actor: User, chosen: BoardFilter) -> Sequence[Match]:
    """Return what `chosen` asks for from its first page on, `MOST_EXPORTED` matches at most."""
    return _found(session, actor, replace(chosen, after=""), MOST_EXPORTED)


def read_board(session: Session, actor: User, chosen: BoardFilter) -> Board:
    """Return the page that `chosen` continues to, the first one if that row is gone.

    Keyset paging: a row that moved on to another status still says where the page ended.
    """
    return _page(_found(session, actor, chosen, PAGE_SIZE + 1))


def _found(session: Session, actor: User, chosen: BoardFilter, most: int) -> list[Match]:
    """Return so many matches of what `chosen` continues to.

    Sorted by grade, the grades are read one after the other, each along its index, unless few fit.
    """
    downwards, keys = SORTS[chosen.sort]
    fitting, led = _fitting(session, actor, chosen)
    one_by_one = chosen.sort == "grade" and not led
    if chosen.sort == "grade" and led:
        keys = (_GRADE_RANK, *keys)
    last = _row(session, actor, chosen.after, Match.grade, *keys)
    if last and None in last:  # it lacks what the list is sorted by, having moved on meanwhile
        last = None
    order = [key.desc() if downwards else key.asc() for key in keys]
    options = _shown_with()
    if chosen.status in (None, MatchStatus.RECOMMENDED):
        options.append(_ANSWERS)
    if chosen.status in (None, MatchStatus.PROPOSED):
        options.append(_INTERESTS)
    found: list[Match] = []
    for grade in _grades(last[0] if last else None) if one_by_one else [None]:
        part = fitting.where(Match.grade == grade) if grade else fitting
        if last and grade in (None, last[0]):
            here, row = sa.tuple_(*map(sa.literal, last[1:])), sa.tuple_(*keys)
            part = part.where(row < here if downwards else row > here)
        found += _seen(session, actor, part.order_by(*order), most - len(found), options)
        if len(found) >= most:
            break
    return found


def read_waiting(session: Session, actor: User, after: str) -> Board:
    """Return the matches that the actor's side has yet to answer, those that lapse first ahead.

    The page begins after the match with the public id `after`, answered meanwhile or not.
    """
    unanswered = (
        sa.and_(where_own(actor, kind), ~Match.consents.any(MatchConsent.side == side))
        for kind, side in ((Need, MatchSide.NEED), (Result, MatchSide.RESULT))
    )
    own = _of_own(actor, lambda column: column)
    statement, _few = _led(session, visible(actor, Match), MatchStatus.RECOMMENDED, [own])
    keys = Match.recommended_on, Match.id
    last = _row(session, actor, after, *keys)
    if last:
        statement = statement.where(sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, last)))
    found = session.scalars(
        statement.where(sa.or_(*unanswered))
        .order_by(*keys)
        .limit(PAGE_SIZE + 1)
        .options(*_shown_with())
    ).all()
    return _page(found)


def count_waiting(session: Session, actor: User) -> int:
    """Return how many matches await the answer of the actor's side, up to `MOST_COUNTED`.

    Every page asks for it, so it looks but at the indexes of one's own texts. That they are seen is
    taken for granted: what a side does not see any more is closed.
    """
    sides = ((Match.need_id, Need, MatchSide.NEED), (Match.result_id, Result, MatchSide.RESULT))
    waiting = [
        sa.select(Match.id)
        .where(
            column.in_(sa.select(kind.id).where(where_own(actor, kind))),
            Match.status == MatchStatus.RECOMMENDED,
            ~Match.consents.any(MatchConsent.side == side),
        )
        .limit(MOST_COUNTED)
        .subquery()
        for column, kind, side in sides
    ]
    found = sa.union(*(sa.select(each.c.id) for each in waiting)).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def count_proposed(session: Session, actor: User, grade: MatchGrade | None = None) -> int:
    """Return how many pairs of the board's first list there are, up to `MOST_COUNTED`."""
    fitting, _few = _fitting(session, actor, BoardFilter(grade=grade))
    some = among(Match.id, sa.select(fitting.limit(MOST_COUNTED).subquery().c.id))
    statement = visible(actor, Match).where(some)
    return session.scalar(statement.with_only_columns(sa.func.count())) or 0


def _page(found: Sequence[Match]) -> Board:
    """Return the page that begins `found`, which goes on beyond it where a next page does."""
    rows = found[:PAGE_SIZE]
    return Board(rows, rows[-1].public_id if len(found) > PAGE_SIZE else None)


def _grades(first: MatchGrade | None) -> list[MatchGrade]:
    """Return the grades, best first, from the one on which a page ended."""
    grades = list(MatchGrade)
    return grades[grades.index(first) :] if first else grades


def _row(session: Session, actor: User, public_id: str, *columns: Any) -> sa.Row[Any] | None:
    """Return columns of the match with this public id, None where the actor sees none such."""
    if not public_id:
        return None
    statement = visible(actor, Match).with_only_columns(*columns)
    return session.execute(statement.where(Match.public_id == public_id)).first()


def _seen(
    session: Session, actor: User, fitting: sa.Select[int], most: int, options: Sequence[Any]
) -> list[Match]:
    """Return the first matches of `fitting` that the actor sees, loaded with `options`.

    Nearly all that fit are seen: those that fill a page are looked at, and only then some more.
    """
    found: list[Match] = []
    passed, step = 0, most
    while len(found) < most:
        ids = session.scalars(fitting.offset(passed).limit(step)).all()
        statement = visible(actor, Match).where(Match.id.in_(ids)).options(*options)
        places = {id_: place for place, id_ in enumerate(ids)}
        found += sorted(session.scalars(statement), key=lambda match: places[match.id])
        if len(ids) < step:
            break
        passed, step = passed + step, min(2 * step, MOST_AT_ONCE)
    return found[:most]


def _fitting(session: Session, actor: User, chosen: BoardFilter) -> tuple[sa.Select[int], bool]:
    """Return the ids of what `chosen` asks for and may concern the actor, and whether few fit.

    An officer's are told by the index alone that the rows are in order by; who sees a match is
    told by the texts of either side, which take longer to look up.
    """
    texts = _texts(session, actor, chosen)
    met = list(_conditions(actor, chosen, texts, unindexed))
    statement = sa.select(Match.id)
    if chosen.grade:
        statement = statement.where(Match.grade == chosen.grade)
    if chosen.unassigned:
        statement = statement.where(unindexed(Match.broker_id).is_(None))
    if _hides_unwanted(actor, chosen):
        statement = statement.where(Match.id.not_in(unwanted(actor)))
    if chosen.interest:
        said_so = among(Match.id, said(actor, interested=chosen.interest == INTERESTED))
        return _of_few(_meeting(statement, met), said_so, chosen.status), True
    if chosen.text:
        side = Match.need_id if isinstance(chosen.text, Need) else Match.result_id
        own = side == chosen.text.id
        return _of_few(_meeting(statement, met), own, chosen.status), True
    assert chosen.status is not None  # noqa: S101 (every status is shown of one text alone)
    ways = list(_conditions(actor, chosen, texts, lambda column: column))
    return _led(session, statement, chosen.status, ways, met)


def _hides_unwanted(actor: User, chosen: BoardFilter) -> bool:
    """Return whether what the actor's own side does not want stays out of the list."""
    asked_for = chosen.interest or chosen.text or chosen.status is not MatchStatus.PROPOSED
    return bool(actor.roles & OWNER_ROLES) and not asked_for


def _of_few(
    statement: sa.Select[T], few: sa.ColumnElement[bool], status: MatchStatus | None
) -> sa.Select[T]:
    """Return `statement` for the few matches of a condition that an index answers."""
    begun = statement.where(few)
    return begun.where(unindexed(Match.status) == status) if status else begun


def _texts(session: Session, actor: User, chosen: BoardFilter) -> _Texts:
    """Return by column of the match which texts hold the words asked for, () where none are."""
    if not chosen.words:
        return ()
    sides: _Texts = ((Match.need_id, Need), (Match.result_id, Result))
    words = words_of(chosen.words)
    return tuple(
        (side, texts_with(session, actor, kind, words, MOST_TEXTS)) for side, kind in sides
    )


def _meeting(statement: sa.Select[T], conditions: Iterable[_Ways]) -> sa.Select[T]:
    return statement.where(*(sa.or_(*ways) for ways in conditions))


def _led(
    session: Session,
    statement: sa.Select[T],
    status: MatchStatus,
    fitting: Sequence[_Ways],
    met: Sequence[_Ways] = (),
) -> tuple[sa.Select[T], bool]:
    """Return `statement` for the matches of a status, begun with what few meet where few do.

    `met` are the conditions as a row is asked for them; what begins with one need not be.
    """
    of_status = sa.select(Match.id).where(Match.status == status)
    rows = [sa.union_all(*(of_status.where(way) for way in ways)) for ways in fitting]
    few = lead(session, rows)
    asked = (ways for row, ways in zip(rows, met, strict=False) if row is not few)
    statement = _meeting(statement, asked)
    if few is None:
        return statement.where(Match.status == status), False
    return statement.where(unindexed(Match.status) == status, among(Match.id, few)), True


def _conditions(
    actor: User, chosen: BoardFilter, texts: _Texts, of: Callable[[Any], Any]
) -> Iterator[_Ways]:
    """Give what a match must meet, each in one way at least, beginning with whom it concerns.

    `texts` are those that hold the words, where some are asked for; `of` makes of a column of the
    match what is compared.
    """
    regions = of(Match.need_region_id), of(Match.result_region_id)
    concerned = [where_in_region(actor, region) for region in regions]
    if actor.roles & OWNER_ROLES:
        concerned += _of_own(actor, of)
    if Role.BROKER in actor.roles:
        concerned.append(of(Match.broker_id) == actor.id)
    yield tuple(concerned)
    if texts:
        yield tuple(one_of(of(side), ids) for side, ids in texts)
    if chosen.region:
        yield tuple(among(region, subtree(chosen.region)) for region in regions)
    if chosen.industry:
        industries = of(Match.need_industry_id), of(Match.result_industry_id)
        yield tuple(among(industry, family(chosen.industry)) for industry in industries)
    if chosen.broker:
        yield (of(Match.broker_id) == chosen.broker.id,)
    if chosen.days:
        yield (of(Match.created_at) <= now() - timedelta(days=chosen.days),)


def _of_own(actor: User, of: Callable[[Any], Any]) -> _Ways:
    needs, results = (sa.select(kind.id).where(where_own(actor, kind)) for kind in (Need, Result))
    return among(of(Match.need_id), needs), among(of(Match.result_id), results)


def _shown_with() -> list[Any]:
    """Return what to load with a list of matches so that it takes a fixed number of queries."""
    return [
        contains_eager(Match.need).options(*titled_with(Need)),
        contains_eager(Match.result).options(*titled_with(Result)),
        joinedload(Match.broker).lazyload(User.role_rows),
    ]
