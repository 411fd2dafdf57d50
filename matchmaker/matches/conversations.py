"""Reading the messages of matches: one conversation, those one follows, and what is unread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.matches.answers import may_be_named
from matchmaker.permissions import visible
from matchmaker.postings.queries import titled_with
from matchmaker.relations import where_own
from models import Match, Message, MessageMark, Need, Result, Role, User

SHOWN_AT_ONCE = 50
PAGE_SIZE = 20
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A message as its reader sees it; `name` is "" where they may not know who wrote it."""

    message: Message
    name: str
    own: bool
    unread: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """Some messages of a match, oldest first; `earlier` tells whether others came before them."""

    lines: Sequence[Line]
    earlier: bool = False

    @property
    def unread(self) -> bool:
        """Whether the reader has yet to read one of them."""
        return any(line.unread for line in self.lines)


@dataclass(frozen=True, slots=True)
class Followed:
    """A conversation in a list: what was said last, and how much of it is unread."""

    last: Line
    unread: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of conversations; `older` is the public id of its last message if more follow."""

    rows: Sequence[Followed]
    older: str | None


def conversation(session: Session, actor: User, match: Match, before: str = "") -> Conversation:
    """Return the last messages of a match, or the last before the one with that public id."""
    statement = visible(actor, Message).where(Message.match_id == match.id)
    if before:
        statement = statement.where(Message.id < _id_of(before))
    newest = statement.order_by(Message.id.desc()).limit(SHOWN_AT_ONCE + 1)
    lines = _lines(session, actor, newest)
    return Conversation(lines[SHOWN_AT_ONCE - 1 :: -1], len(lines) > SHOWN_AT_ONCE)


def since(session: Session, actor: User, match: Match, after: str) -> Conversation:
    """Return what was written after the message with that public id, all of it for ""."""
    statement = visible(actor, Message).where(Message.match_id == match.id)
    if after:
        statement = statement.where(Message.id > _id_of(after))
    return Conversation(_lines(session, actor, statement.order_by(Message.id)))


def followed(session: Session, actor: User, *, unread: bool, before: str) -> Page:
    """Return the conversations that the actor follows, those last written in first.

    Those are their side's, and for officers and brokers what they recommended, were given or wrote
    in. Only what was last written in before the message with the public id `before` is returned,
    everything for "".
    """
    last = sa.func.max(Message.id)
    followed = visible(actor, Message).where(_is_followed(actor))
    statement = followed.with_only_columns(last).group_by(Message.match_id)
    if unread:
        statement = statement.having(sa.func.sum(sa.case((_unread(actor), 1), else_=0)) > 0)
    if before:
        statement = statement.having(last < _id_of(before))
    ids = session.scalars(statement.order_by(last.desc()).limit(PAGE_SIZE + 1)).all()
    messages = session.scalars(
        sa.select(Message)
        .where(Message.id.in_(ids[:PAGE_SIZE]))
        .order_by(Message.id.desc())
        .options(
            joinedload(Message.author),
            joinedload(Message.match).options(
                joinedload(Match.need).options(*titled_with(Need)),
                joinedload(Match.result).options(*titled_with(Result)),
            ),
        )
    ).all()
    counts = unread_by_match(session, actor, [message.match_id for message in messages])
    rows = [
        Followed(_line(actor, message, message.match_id in counts), counts.get(message.match_id, 0))
        for message in messages
    ]
    return Page(rows, messages[-1].public_id if len(ids) > PAGE_SIZE else None)


def unread_by_match(session: Session, actor: User, match_ids: Collection[int]) -> dict[int, int]:
    """Return by match how many messages of those that the actor follows they have not read.

    The matches are some whose messages the actor may read.
    """
    statement = (
        sa.select(Message.match_id, sa.func.count())
        .where(Message.match_id.in_(match_ids), _is_followed(actor), _unread(actor))
        .group_by(Message.match_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def unread_count(session: Session, actor: User) -> int:
    """Return how many messages the actor has not read, counted up to `MOST_COUNTED`.

    Mostly there is none, which is told sooner than who may read what.
    """
    unread = sa.and_(_is_followed(actor), _unread(actor))
    if session.scalar(sa.select(Message.id).where(unread).limit(1)) is None:
        return 0
    readable = visible(actor, Message).with_only_columns(Message.id).where(unread)
    some = readable.limit(MOST_COUNTED).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _is_followed(actor: User) -> sa.ColumnElement[bool]:
    """Return the condition that a message is on a match that is the actor's own matter.

    The matches are looked up by their own indexes first: officers see far more than they follow.
    """
    own = [
        sa.select(Match.id).join(Match.need).where(where_own(actor, Need)),
        sa.select(Match.id).join(Match.result).where(where_own(actor, Result)),
    ]
    if actor.roles & {Role.BROKER, Role.OFFICER}:
        own += [
            sa.select(Match.id).where(Match.broker_id == actor.id),
            sa.select(Match.id).where(Match.recommended_by_id == actor.id),
            sa.select(Message.match_id).where(Message.author_id == actor.id),
        ]
    return Message.match_id.in_(sa.union(*own))


def _unread(actor: User) -> sa.ColumnElement[bool]:
    """Return the condition that somebody else wrote a message which the actor has not read."""
    mark = sa.select(MessageMark.message_id).where(
        MessageMark.user_id == actor.id, MessageMark.match_id == Message.match_id
    )
    read_up_to = sa.func.coalesce(mark.correlate(Message).scalar_subquery(), 0)
    return sa.and_(Message.author_id != actor.id, Message.id > read_up_to)


def _id_of(public_id: str) -> sa.ScalarSelect[int]:
    named = sa.select(Message.id).where(Message.public_id == public_id)
    return named.correlate(None).scalar_subquery()


def _lines(session: Session, actor: User, statement: sa.Select[Message]) -> list[Line]:
    rows = session.execute(
        statement.add_columns(_unread(actor)).options(joinedload(Message.author))
    )
    return [_line(actor, message, unread) for message, unread in rows]


def _line(actor: User, message: Message, unread: bool) -> Line:
    known = may_be_named(actor, message.match, message.author)
    name = message.author.name if known else ""
    return Line(message, name, message.author_id == actor.id, unread)
