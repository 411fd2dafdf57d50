"""Telling officers once a day how many strong pairs await that somebody recommends them."""

from collections import Counter
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.audiences import nearest_officers
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.i18n import CHINA, _
from matchmaker.matches.services import JOB
from matchmaker.notifications import Passage
from models import Event, Match, MatchGrade, MatchStatus, Notification, Region, User


def tell_officers(session: Session) -> int:
    """Tell the officers nearest to the needs; return how many were told.

    It is told of numbers alone, no text is named. Each officer is a transaction: done again on the
    same day, after a crash for example, nobody is told twice.
    """
    return sum(_tell(session, officer, count) for officer, count in _concerned(session).items())


@notifications.names(Event.MATCHES_TO_RECOMMEND)
def _passage(_session: Session, _reader: User, told: Notification) -> Passage:
    """Say how many there are, and name none."""
    return Passage(_("Strong pairs: %(count)d", count=told.payload["count"]), (), 0)


def _concerned(session: Session) -> Counter[User]:
    """Return by officer how many strong pairs there are of needs that nobody is nearer to."""
    waiting = (
        sa.select(Match.need_region_id, sa.func.count())
        .where(Match.status == MatchStatus.PROPOSED, Match.grade == MatchGrade.STRONG)
        .group_by(Match.need_region_id)
    )
    counts = {row[0]: row[1] for row in session.execute(waiting)}
    found: Counter[User] = Counter()
    for region in session.scalars(sa.select(Region).where(Region.id.in_(counts))):
        for officer in nearest_officers(session, region):
            found[officer] += counts[region.id]
    return found


def _tell(session: Session, officer: User, count: int) -> bool:
    with transaction(session):
        exclusive(session, JOB)
        since = datetime.combine(today(), time(), CHINA)
        told = sa.select(Notification.id).where(
            Notification.user_id == officer.id,
            Notification.event == Event.MATCHES_TO_RECOMMEND,
            Notification.created_at >= since,
        )
        if session.scalar(told.limit(1)) is not None:
            return False
        audit.record(session, None, "match:tell_officers", officer, matches=count)
        notifications.tell(session, Event.MATCHES_TO_RECOMMEND, officer, count=count)
    return True
