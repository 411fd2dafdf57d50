"""Telling people what happened: who is told of which event, on the platform and by mail.

Both are written in the transaction of what happened. Neither holds a word of a posting: whoever
opens the notification is shown what they may see by then.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import mail
from matchmaker.relations import match_of, posting_of
from models import (
    Delivery,
    Event,
    Match,
    MatchSide,
    Need,
    NoticeKind,
    NoticeSetting,
    Notification,
    Record,
    Region,
    Result,
    Role,
    User,
    UserRole,
)

Audience = Callable[[Session, Record], Iterable[User]]


def tell(
    session: Session, event: Event, subject: Record, besides: User | None = None, **payload: Any
) -> None:
    """Notify those whom an event concerns, except `besides`, who caused it.

    A mail is noted too, unless a person's settings say otherwise. `payload` holds ids and codes.
    """
    kind, audience = TOLD[event]
    concerned = {user.id: user for user in audience(session, subject) if user is not besides}
    own_way = sa.select(NoticeSetting.user_id).where(
        NoticeSetting.user_id.in_(concerned),
        NoticeSetting.kind == kind,
        NoticeSetting.delivery != Delivery.AT_ONCE,
    )
    without_mail = set(session.scalars(own_way))
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
        if notification.user_id not in without_mail:
            mail.later(session, "notification", notification.user, notification_id=notification.id)


@mail.letter("notification")
def _letter(session: Session, _reader: User | None, notification_id: int) -> dict[str, Any] | None:
    """Say what happened, not to what; nothing if it has been read on the platform already."""
    notification = session.get_one(Notification, notification_id)
    return None if notification.read_at else {"event": notification.event}


def _reviewers(session: Session, subject: Record) -> Sequence[User]:
    """Return the officers nearest to a posting: its region's or, if it has none, those above."""
    region: Region | None = posting_of(subject).region
    while region is not None:
        officers = _with_role(session, Role.OFFICER, User.region_id == region.id)
        if officers:
            return officers
        region = region.parent
    return []


def _endorsers(session: Session, subject: Record) -> Sequence[User]:
    organization_id = posting_of(subject).organization_id
    return _with_role(session, Role.MANAGER, User.organization_id == organization_id)


def _posters(session: Session, subject: Record) -> Sequence[User]:
    return _owners(session, posting_of(subject))


def _broker(_session: Session, subject: Record) -> list[User]:
    match = match_of(subject)
    return [match.broker] if match.broker else []


def _both_sides(session: Session, subject: Record) -> list[User]:
    match = match_of(subject)
    return [*_owners(session, match.need), *_owners(session, match.result)]


def _everybody(session: Session, subject: Record) -> list[User]:
    """Return both sides, the broker and whoever recommended the match."""
    match = match_of(subject)
    recommended_by = [match.recommended_by] if match.recommended_by else []
    return [*_both_sides(session, match), *_broker(session, match), *recommended_by]


def _unanswered(session: Session, subject: Record) -> list[User]:
    """Return the people of the sides that have yet to answer."""
    match = match_of(subject)
    return [user for side in unanswered(match) for user in _owners(session, posting(match, side))]


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
    Event.POSTING_EXPIRED: (NoticeKind.REMINDER, _posters),
    Event.REVISION_TO_ENDORSE: (NoticeKind.REVIEW, _endorsers),
    Event.REVISION_SUBMITTED: (NoticeKind.REVIEW, _reviewers),
    Event.REVISION_RETURNED: (NoticeKind.REVIEW, _posters),
    Event.REVISION_APPROVED: (NoticeKind.REVIEW, _posters),
    Event.MATCH_ASSIGNED: (NoticeKind.MATCH, _broker),
    Event.MATCH_RECOMMENDED: (NoticeKind.MATCH, _both_sides),
    Event.MATCH_CONSENTED: (NoticeKind.MATCH, _unanswered),
    Event.MATCH_AGREED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_DECLINED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_LAPSED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_CLOSED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_UNANSWERED: (NoticeKind.REMINDER, _unanswered),
}
"""What each event counts as, and who is told of it."""
