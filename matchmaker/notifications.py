"""Telling people what happened: who is told of which event, on the platform and by mail.

Both are written in the transaction of what happened. Neither holds a word of a posting: whoever
opens the notification is shown what they may see by then, and a mail names titles only where
`names` says how.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import mail
from matchmaker.relations import in_region, match_of, posting_of, takes_part
from models import (
    Delivery,
    Event,
    Match,
    MatchSide,
    Message,
    Need,
    NoticeKind,
    NoticeSetting,
    Notification,
    Record,
    Region,
    Result,
    Revision,
    Role,
    SavedSearch,
    User,
    UserRole,
)

Audience = Callable[[Session, Record], Iterable[User]]

USUAL_DELIVERY = dict.fromkeys(NoticeKind, Delivery.AT_ONCE) | {
    NoticeKind.SUBSCRIPTION: Delivery.DAILY
}
"""How each kind of notice comes by mail to who has not chosen."""
MOST_NAMED = 10
"""Of how many notifications of an event one mail tells what they are about."""


def tell(
    session: Session, event: Event, subject: Record, besides: User | None = None, **payload: Any
) -> None:
    """Notify those whom an event concerns, except `besides`, who caused it.

    A mail is noted too, unless a person's settings say otherwise. `payload` holds ids and codes.
    """
    kind, audience = TOLD[event]
    concerned = {user.id: user for user in audience(session, subject) if user is not besides}
    chosen = sa.select(NoticeSetting.user_id, NoticeSetting.delivery).where(
        NoticeSetting.user_id.in_(concerned), NoticeSetting.kind == kind
    )
    deliveries = dict.fromkeys(concerned, USUAL_DELIVERY[kind])
    deliveries |= {row[0]: row[1] for row in session.execute(chosen)}
    told = [
        Notification(
            user=user,
            kind=kind,
            event=event,
            subject_kind=type(subject).__name__,
            subject_id=subject.id,
            payload=payload,
        )
        for user in concerned.values()
    ]
    session.add_all(told)
    session.flush()
    for notification in told:
        if deliveries[notification.user_id] is Delivery.AT_ONCE:
            mail.later(session, "notification", notification.user, notification_id=notification.id)


@dataclass(frozen=True, slots=True)
class Passage:
    """What a mail says an event is about: a heading, titles, and how many more there are."""

    heading: str
    titles: tuple[str, ...]
    more: int


Naming = Callable[[Session, User, Notification], Passage | None]

_NAMINGS: dict[Event, Naming] = {}


def names(event: Event) -> Callable[[Naming], Naming]:
    """Let a function say what notifications of an event are about, None where nothing is left.

    It is asked when the mail is sent and may name nothing that a mail must not hold: public titles
    of what the reader sees, and words of the reader's own.
    """

    def register(naming: Naming) -> Naming:
        _NAMINGS[event] = naming
        return naming

    return register


def passages(
    session: Session, reader: User | None, told: Iterable[Notification]
) -> Mapping[Event, list[Passage]]:
    """Return by event what the newest of some notifications are about, as far as a mail may say."""
    found: dict[Event, list[Passage]] = defaultdict(list)
    for notification in sorted(told, key=lambda each: -each.id):
        naming = _NAMINGS.get(notification.event)
        if reader and naming and len(found[notification.event]) < MOST_NAMED:
            passage = naming(session, reader, notification)
            found[notification.event] += [passage] if passage else []
    return found


@mail.letter("notification")
def _letter(session: Session, reader: User | None, notification_id: int) -> dict[str, Any] | None:
    """Say what happened; nothing if it has been read on the platform already."""
    notification = session.get_one(Notification, notification_id)
    if notification.read_at:
        return None
    return {
        "event": notification.event,
        "passages": passages(session, reader, [notification])[notification.event],
    }


def _reviewers(session: Session, subject: Record) -> Sequence[User]:
    """Return who has a text's review in hand, and the officers nearest to it.

    These are its region's or, if it has none, those above.
    """
    region: Region | None = posting_of(subject).region
    while region is not None:
        officers = _with_role(session, Role.OFFICER, User.region_id == region.id)
        if officers:
            return [*_in_hand(session, subject), *officers]
        region = region.parent
    return []


def _in_hand(_session: Session, subject: Record) -> list[User]:
    """Return the officer who was given a review, if its text is still in their region."""
    if isinstance(subject, Need | Result | Revision):
        reviewer = subject.reviewer
        within = in_region(reviewer, posting_of(subject).region)
        return [reviewer] if reviewer and reviewer.active and within else []
    raise LookupError(f"{type(subject).__name__} is not reviewed")


def _endorsers(session: Session, subject: Record) -> Sequence[User]:
    organization_id = posting_of(subject).organization_id
    return _with_role(session, Role.MANAGER, User.organization_id == organization_id)


def _posters(session: Session, subject: Record) -> Sequence[User]:
    return _owners(session, posting_of(subject))


def _invited(session: Session, subject: Record) -> Sequence[User]:
    """Return the managers of the organizations invited to a text and not told of that yet."""
    guests = [row.organization_id for row in posting_of(subject).invitations if not row.told]
    return _with_role(session, Role.MANAGER, User.organization_id.in_(guests))


def _broker(_session: Session, subject: Record) -> list[User]:
    match = match_of(subject)
    return [match.broker] if match.broker else []


def _both_sides(session: Session, subject: Record) -> list[User]:
    match = match_of(subject)
    return [*_owners(session, match.need), *_owners(session, match.result)]


def _in_charge(session: Session, subject: Record) -> list[User]:
    """Return the broker and whoever recommended the match."""
    match = match_of(subject)
    recommended_by = [match.recommended_by] if match.recommended_by else []
    return [*_broker(session, match), *recommended_by]


def _everybody(session: Session, subject: Record) -> list[User]:
    return [*_both_sides(session, subject), *_in_charge(session, subject)]


def _correspondents(session: Session, subject: Record) -> list[User]:
    """Return whoever follows the messages of a match and has read the notification before."""
    match = match_of(subject)
    wrote = sa.select(Message.author_id).where(Message.match_id == match.id)
    writers = session.scalars(sa.select(User).where(User.active, User.id.in_(wrote))).all()
    waiting = sa.select(Notification.user_id).where(
        Notification.event == Event.MESSAGE_WRITTEN,
        Notification.subject_kind == Match.__name__,
        Notification.subject_id == match.id,
        Notification.read_at.is_(None),
    )
    told = set(session.scalars(waiting))
    return [
        user
        for user in (*_everybody(session, match), *writers)
        if user.id not in told and takes_part(user, match)
    ]


def _unanswered(session: Session, subject: Record) -> list[User]:
    """Return the people of the sides that have yet to answer."""
    match = match_of(subject)
    return [user for side in unanswered(match) for user in _owners(session, posting(match, side))]


def _subscriber(_session: Session, subject: Record) -> list[User]:
    """Return whose a saved search is."""
    if isinstance(subject, SavedSearch):
        return [subject.user] if subject.user.active else []
    raise LookupError(f"{type(subject).__name__} is no saved search")


def unanswered(match: Match) -> list[MatchSide]:
    """Return the sides of a match that have not answered."""
    answered = {consent.side for consent in match.consents}
    return [side for side in MatchSide if side not in answered]


def posting(match: Match, side: MatchSide) -> Need | Result:
    """Return the posting on one side of a match."""
    return match.need if side is MatchSide.NEED else match.result


def _owners(session: Session, own: Need | Result) -> Sequence[User]:
    """Return whose matter a posting is: its author and the managers, all members if none is."""
    colleagues = sa.select(User).where(User.active, User.organization_id == own.organization_id)
    manages = User.role_rows.any(UserRole.role == Role.MANAGER)
    concerned = colleagues.where(sa.or_(User.id == own.author_id, manages))
    return session.scalars(concerned).all() or session.scalars(colleagues).all()


def _with_role(session: Session, role: Role, where: sa.ColumnElement[bool]) -> Sequence[User]:
    holds = User.role_rows.any(UserRole.role == role)
    return session.scalars(sa.select(User).where(User.active, holds, where)).all()


TOLD: dict[Event, tuple[NoticeKind, Audience]] = {
    Event.POSTING_TO_ENDORSE: (NoticeKind.REVIEW, _endorsers),
    Event.POSTING_SUBMITTED: (NoticeKind.REVIEW, _reviewers),
    Event.POSTING_RETURNED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_REJECTED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_PUBLISHED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_SUSPENDED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_RESUMED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_EXPIRING: (NoticeKind.REMINDER, _posters),
    Event.POSTING_EXPIRED: (NoticeKind.REMINDER, _posters),
    Event.POSTING_INVITED: (NoticeKind.MATCH, _invited),
    Event.REVISION_TO_ENDORSE: (NoticeKind.REVIEW, _endorsers),
    Event.REVISION_SUBMITTED: (NoticeKind.REVIEW, _reviewers),
    Event.REVISION_RETURNED: (NoticeKind.REVIEW, _posters),
    Event.REVISION_APPROVED: (NoticeKind.REVIEW, _posters),
    Event.MATCH_ASSIGNED: (NoticeKind.MATCH, _broker),
    Event.MATCH_RECOMMENDED: (NoticeKind.MATCH, _both_sides),
    Event.MATCH_CONSENTED: (NoticeKind.MATCH, _in_charge),
    Event.MATCH_AGREED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_DECLINED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_LAPSED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_CLOSED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_UNANSWERED: (NoticeKind.REMINDER, _unanswered),
    Event.MATCHES_PROPOSED: (NoticeKind.SUBSCRIPTION, _posters),
    Event.SEARCH_FOUND: (NoticeKind.SUBSCRIPTION, _subscriber),
    Event.MESSAGE_WRITTEN: (NoticeKind.MESSAGE, _correspondents),
    Event.REVIEW_ASSIGNED: (NoticeKind.REVIEW, _in_hand),
}
"""What each event counts as, and who is told of it."""
