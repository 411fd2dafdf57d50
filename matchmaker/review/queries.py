"""What waits for a reviewer: for the bureau, or for the organization's own review."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matchmaker.clock import today
from matchmaker.i18n import CHINA
from matchmaker.permissions import visible
from matchmaker.postings.planned import Reviewed, name_of
from matchmaker.postings.queries import (
    BODIES,
    family,
    shown_with,
    subtree,
)
from matchmaker.relations import owns, posting_of
from matchmaker.review import deadlines, services
from matchmaker.review.filters import KINDS, MINE, NOBODY, Cursor, InboxFilter, choice
from matchmaker.review.piles import OfPosting, Pile, of_posting, piles
from matchmaker.searching import split_words, stands_in
from models import (
    Need,
    Organization,
    PostingStatus,
    Result,
    Revision,
    RevisionStatus,
    StatusChange,
    User,
)

PAGE_SIZE = 20
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text in the inbox.

    `refusal` says why it may not be approved now, "" where it may.
    """

    record: Reviewed
    posting: Need | Result
    since: datetime
    days: int
    due_on: date
    refusal: str

    @property
    def kind(self) -> str:
        """What kind of record it is."""
        return name_of(self.record)

    @property
    def reviewer(self) -> User | None:
        """The officer who has it in hand; whose account was closed has nothing."""
        reviewer = self.record.reviewer
        return reviewer if reviewer and reviewer.active else None

    @property
    def overdue(self) -> int:
        """How many working days the review is late, 0 or less while it is not."""
        return self.days - deadlines.WORKING_DAYS

    @property
    def choice(self) -> str:
        """The value that stands for the text, as the page shows it, in a form."""
        return choice(self.kind, self.record.public_id, self.record.version)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of the inbox, oldest first, and the row after which the next page begins."""

    rows: Sequence[Waiting]
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a text's state."""

    at: datetime
    status: PostingStatus | RevisionStatus
    by: str | None
    reason: str


def inbox(session: Session, actor: User, chosen: InboxFilter) -> Inbox:
    """Return a page of what waits for the actor.

    Keyset paging: each pile gives its first rows in the order of its index, and of all those the
    first are loaded.
    """
    own = [pile for pile in piles(actor) if chosen.kind in ("", pile.name)]
    if not own:
        return Inbox([], None)
    firsts = [_first_of(actor, pile, chosen).subquery() for pile in own]
    places = sa.union_all(*map(sa.select, firsts)).order_by("since", "place", "id")
    found = session.execute(places.limit(PAGE_SIZE + 1)).all()
    shown = _load(session, found[:PAGE_SIZE])
    last = shown[-1] if len(found) > PAGE_SIZE else None
    after = Cursor(last[1], name_of(last[0]), last[0].public_id) if last else None
    return Inbox(waiting(actor, shown), after)


def waiting(actor: User, found: Sequence[tuple[Reviewed, datetime]]) -> list[Waiting]:
    """Return records with what the inbox says of them; each comes with the time of its arrival."""
    rows = []
    for record, since in found:
        posting = posting_of(record)
        arrived = since.astimezone(CHINA).date()
        rows.append(
            Waiting(
                record=record,
                posting=posting,
                since=since,
                days=deadlines.waited(arrived, today()),
                due_on=deadlines.due_on(arrived),
                refusal=services.may_approve(actor, record).reason,
            )
        )
    return rows


def arrived_at(record: Reviewed) -> datetime:
    """Return since when a record has waited where it stands."""
    if record.status is PostingStatus.SUBMITTED and record.submitted_at:
        return record.submitted_at
    return record.updated_at


def count(session: Session, actor: User, *, overdue: bool = False) -> int:
    """Return how much waits for the actor, or is late, up to `MOST_COUNTED` of each pile."""
    counts = [
        sa.select(sa.func.count())
        .select_from(
            sa.select(pile.kind.id)
            .where(pile.waiting(), _late(pile) if overdue else sa.true())
            .limit(MOST_COUNTED)
            .subquery()
        )
        .scalar_subquery()
        for pile in piles(actor)
    ]
    return sum(session.execute(sa.select(*counts)).one()) if counts else 0


def find(session: Session, actor: User, choices: Sequence[tuple[str, str]]) -> dict[str, Reviewed]:
    """Return by public id the records among (kind, public id) pairs that the actor may see."""
    found: dict[str, Reviewed] = {}
    for name, kind in KINDS.items():
        wanted = [public_id for of, public_id in choices if of == name]
        statement = visible(actor, kind).where(kind.public_id.in_(wanted))
        for record in session.scalars(statement.options(*loaded_with(kind))):
            found[record.public_id] = record
    return found


def loaded_with(kind: Any) -> list[_AbstractLoad]:
    """Return what to load with records so that a page of them takes a fixed number of queries."""
    if kind is Revision:
        sides = ((Revision.need, Need), (Revision.result, Result))
        return [
            _reviewer(kind),
            *(selectinload(side).options(*loaded_with(of)) for side, of in sides),
        ]
    restrictions = joinedload(kind.organization).selectinload(Organization.restrictions)
    rows = [Need.metrics if kind is Need else Result.properties, kind.mode_rows]
    return [*shown_with(kind), _reviewer(kind), restrictions, *map(selectinload, rows)]


def history(session: Session, actor: User, record: Reviewed) -> list[Step]:
    """Return what became of a record, newest first.

    What an organization returned to its own people is nobody else's matter.
    """
    statement = (
        sa.select(StatusChange, User.name)
        .outerjoin(User, User.id == StatusChange.actor_id)
        .where(StatusChange.subject_kind == type(record).__name__)
        .where(StatusChange.subject_id == record.id)
        .order_by(StatusChange.id.desc())
    )
    if not owns(actor, record):
        internal = StatusChange.source == PostingStatus.INTERNAL_REVIEW
        returned = StatusChange.target == PostingStatus.RETURNED
        statement = statement.where(sa.not_(sa.func.coalesce(sa.and_(internal, returned), False)))
    status = RevisionStatus if isinstance(record, Revision) else PostingStatus
    return [
        Step(change.at, status(change.target), name, change.reason)
        for change, name in session.execute(statement)
    ]


def _first_of(actor: User, pile: Pile, chosen: InboxFilter) -> sa.Select[Any]:
    """Return the SELECT of the places of a pile's first records, more than a page of them."""
    place = sa.literal(list(KINDS).index(pile.name)).label("place")
    statement = sa.select(place, pile.kind.id, pile.since.label("since")).where(
        pile.waiting(*_of_texts(chosen)), *_narrowed(actor, pile, chosen)
    )
    if chosen.after:
        statement = statement.where(_beyond(pile, chosen.after))
    return statement.order_by(pile.since, pile.kind.id).limit(PAGE_SIZE + 1)


def _load(session: Session, places: Sequence[sa.Row[Any]]) -> list[tuple[Reviewed, datetime]]:
    """Return the records at these places, each with its posting, and since when each waits.

    A posting that is revised is loaded with those that wait themselves.
    """
    kinds = tuple(KINDS.values())
    ids = {kind: {row.id for row in places if kinds[row.place] is kind} for kind in kinds}
    revisions = _with_ids(session, Revision, ids[Revision])
    ids[Need] |= {each.need_id for each in revisions.values() if each.need_id}
    ids[Result] |= {each.result_id for each in revisions.values() if each.result_id}
    needs, results = (_with_ids(session, kind, ids[kind]) for kind in (Need, Result))
    for revision in revisions.values():
        set_committed_value(revision, "need", needs.get(revision.need_id))
        set_committed_value(revision, "result", results.get(revision.result_id))
    loaded = {Need: needs, Result: results, Revision: revisions}
    return [
        (loaded[kinds[row.place]][row.id], row.since)
        for row in places
        if row.id in loaded[kinds[row.place]]
    ]


def _with_ids(session: Session, kind: Any, ids: Collection[int]) -> dict[int, Any]:
    """Return by id the records of `kind` as the inbox shows them, a revision's posting apart."""
    if not ids:
        return {}
    texts = [defer(Revision.values), defer(Revision.before)]
    options = [_reviewer(kind), *texts] if kind is Revision else loaded_with(kind)
    statement = sa.select(kind).where(kind.id.in_(ids)).options(*options)
    return {record.id: record for record in session.scalars(statement)}


def _reviewer(kind: Any) -> _AbstractLoad:
    return joinedload(kind.reviewer).lazyload(User.role_rows)


def _of_texts(chosen: InboxFilter) -> Iterator[OfPosting]:
    """Give what a record's posting must meet, together: a revision's is looked up but once."""
    if chosen.industry:
        branch = family(chosen.industry)
        yield lambda posting: posting.industry_id.in_(branch)
    if chosen.region:
        places = subtree(chosen.region)
        yield lambda posting: posting.region_id.in_(places)
    if chosen.organization:
        named = sa.select(Organization.id).where(stands_in(Organization.name, chosen.organization))
        yield lambda posting: posting.organization_id.in_(named)


def _narrowed(actor: User, pile: Pile, chosen: InboxFilter) -> Iterator[sa.ColumnElement[bool]]:
    for word in split_words(chosen.words):
        yield _holds(pile.kind, word)
    if chosen.reviewer == MINE:
        yield pile.kind.reviewer_id == actor.id
    if chosen.reviewer == NOBODY:
        yield ~pile.kind.reviewer.has(User.active)
    if chosen.overdue:
        yield _late(pile)


def _late(pile: Pile) -> sa.ColumnElement[bool]:
    """Return the condition that a record has waited longer than a review may take."""
    day_after = deadlines.overdue_since(today()) + timedelta(days=1)
    late: sa.ColumnElement[bool] = pile.since < datetime.combine(day_after, time(), CHINA)
    return late


def _holds(kind: Any, word: str) -> sa.ColumnElement[bool]:
    """Return the condition that a word stands in the full text, or in a revision's new title."""
    text = of_posting(
        kind,
        lambda posting: sa.or_(
            *(stands_in(column, word) for column in (posting.title, *BODIES[posting]))
        ),
    )
    return text if kind is not Revision else sa.or_(text, stands_in(Revision.title, word))


def _beyond(pile: Pile, cursor: Cursor) -> sa.ColumnElement[bool]:
    """Return the condition that a row comes after the cursor's, that being still there or not."""
    kinds = list(KINDS)
    own, last = kinds.index(pile.name), kinds.index(cursor.kind)
    if own > last:
        return pile.since >= cursor.since
    later: sa.ColumnElement[bool] = pile.since > cursor.since
    if own < last:
        return later
    kind = KINDS[cursor.kind]
    row_id = sa.select(kind.id).where(kind.public_id == cursor.public_id).scalar_subquery()
    return sa.or_(later, sa.and_(pile.since == cursor.since, pile.kind.id > row_id))
