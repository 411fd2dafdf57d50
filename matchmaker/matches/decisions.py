"""What people decide about a match, and what time decides; each is one transaction.

All raise what `lifecycle.engine.advance` raises. `version` is the one that the page was made from;
answers need none, since two sides that answer at once do not contradict each other.
"""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.audiences import unanswered
from matchmaker.clock import today
from matchmaker.db import lock, transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import (
    GuardedError,
    NotPermittedError,
    ReasonMissingError,
    RefusalError,
    StaleError,
    WrongStateError,
    advance,
    check_permission,
    follow,
)
from matchmaker.lifecycle.match import DAYS_TO_ANSWER, REMINDED_AFTER_DAYS, reminders_due
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission
from matchmaker.postings.open_matches import OPEN
from matchmaker.projects.services import open_from_match
from matchmaker.relations import is_assigned, sees_match, sides
from models import (
    ConsentDecision,
    DeclineReason,
    Event,
    Match,
    MatchConsent,
    MatchStatus,
    Project,
    Role,
    User,
    now,
)

ASSIGN = "assign"
HAND_BACK = "hand_back"


def recommend(session: Session, actor: User, match: Match, version: int | None = None) -> None:
    """Put a proposal to both sides: from today they have thirty days to answer."""
    with transaction(session):
        advance(session, actor, match, Action.RECOMMEND, expected_version=version)
        match.recommended_on, match.recommended_by, match.reminders_sent = today(), actor, 0


def recall(
    session: Session, actor: User, match: Match, reason: str, version: int | None = None
) -> None:
    """Take a recommendation back while no side has answered; both are told that it is off."""
    with transaction(session):
        lock(session, match)  # a side that answers at once comes before or after, not between
        advance(session, actor, match, Action.RECALL, reason=reason, expected_version=version)
        match.recommended_on, match.reminders_sent = None, 0


def dismiss(
    session: Session, actor: User, match: Match, reason: DeclineReason, version: int | None = None
) -> None:
    """Drop a proposal before anybody is asked."""
    advance(session, actor, match, Action.DISMISS, reason=reason, expected_version=version)


def assign(
    session: Session, actor: User, match: Match, broker: User | None, version: int | None = None
) -> None:
    """Give a match to a broker, who then sees it and may recommend it, or to nobody.

    Raises:
        GuardedError: there is no such broker, or one of the texts is only for organizations that
            are invited and the broker's is none of them.
    """
    with transaction(session):
        check_permission(session, actor, match, ASSIGN, [Permission.MATCH_ASSIGN])
        if match.status not in OPEN:
            raise WrongStateError(match, ASSIGN, _("This match is settled already."))
        if broker and (Role.BROKER not in broker.roles or not broker.active):
            raise GuardedError(match, ASSIGN, _("Choose an active broker."))
        if version is not None and version != match.version:
            raise StaleError(match, ASSIGN)
        match.broker = broker
        session.flush()
        if broker and not sees_match(broker, match):
            reason = _(
                "One of the texts is only for invited organizations. Have the broker's invited"
                " first, or choose another."
            )
            raise GuardedError(match, ASSIGN, reason)
        named = broker.public_id if broker else None
        audit.record(session, actor, "match:assign", match, broker=named)
        notifications.tell(session, Event.MATCH_ASSIGNED, match, actor)


def hand_back(session: Session, actor: User, match: Match, reason: str) -> None:
    """Give a match back that one was given as a broker; the bureau is told and reads the reason."""
    with transaction(session):
        check_permission(session, actor, match, HAND_BACK, [Permission.MATCH_READ])
        if not is_assigned(actor, match):
            reason = _("It was given to somebody else meanwhile.")
            raise NotPermittedError(match, HAND_BACK, reason)
        if match.status not in OPEN:
            raise WrongStateError(match, HAND_BACK, _("This match is settled already."))
        if not reason.strip():
            raise ReasonMissingError(match, HAND_BACK, _("Give a reason."))
        match.broker = None
        change = audit.status_change(
            match, match.status, match.status, HAND_BACK, actor, reason.strip()
        )
        session.add(change)
        session.flush()
        audit.record(session, actor, "match:hand_back", match)
        notifications.tell(session, Event.MATCH_HANDED_BACK, match, actor, change_id=change.id)


def consent(session: Session, actor: User, match: Match, comment: str = "") -> Project | None:
    """Agree for one's own side; when both have, contacts open and the project is returned.

    All of that is one transaction: there is no agreed match without its project.
    """
    with transaction(session):
        lock(session, match)  # of two sides that answer at once, the second sees the first
        advance(session, actor, match, Action.CONSENT)
        _answer(session, actor, match, ConsentDecision.AGREED, comment)
        if unanswered(match):
            notifications.tell(session, Event.MATCH_CONSENTED, match, actor)
            return None
        follow(session, actor, match, Action.AGREE)
        return open_from_match(session, actor, match)


def decline(
    session: Session, actor: User, match: Match, reason: DeclineReason, comment: str = ""
) -> None:
    """Decline for one's own side, even after having agreed while the other had not.

    Raises:
        ReasonMissingError: “other” says nothing without a comment.
    """
    if reason is DeclineReason.OTHER and not comment.strip():
        raise ReasonMissingError(match, Action.DECLINE, _("Say in the comment what the reason is."))
    with transaction(session):
        lock(session, match)
        advance(session, actor, match, Action.DECLINE, reason=reason)
        _answer(session, actor, match, ConsentDecision.DECLINED, comment, reason)


def lapse_overdue(session: Session) -> int:
    """Let every match lapse whose time to answer is over; return how many did.

    Each in a transaction of its own; one that somebody answered meanwhile is left alone.
    """
    lapsed = 0
    for match in _waiting_for(session, DAYS_TO_ANSWER):
        try:
            follow(session, None, match, Action.LAPSE)
        except RefusalError:
            continue
        lapsed += 1
    return lapsed


def remind_unanswered(session: Session) -> int:
    """Remind the sides that have yet to answer when a date for it has come.

    Returns how many matches that were about.

    Run twice it reminds once. After days without a run one reminder goes out for all missed.
    """
    return sum(_remind(session, match) for match in _waiting_for(session, REMINDED_AFTER_DAYS[0]))


def _remind(session: Session, match: Match) -> bool:
    with transaction(session):
        lock(session, match)
        if match.status is not MatchStatus.RECOMMENDED or match.recommended_on is None:
            return False
        due = reminders_due(match.recommended_on, today())
        if due <= match.reminders_sent:
            return False
        match.reminders_sent = due
        audit.record(session, None, "match:remind", match, reminder=due)
        notifications.tell(session, Event.MATCH_UNANSWERED, match)
    return True


def _waiting_for(session: Session, days: int) -> Sequence[Match]:
    """Return the matches recommended at least so many days ago that still wait for an answer."""
    since = today() - timedelta(days=days)
    waiting = (Match.status == MatchStatus.RECOMMENDED, Match.recommended_on <= since)
    return session.scalars(sa.select(Match).where(*waiting).order_by(Match.id)).all()


def _answer(
    session: Session,
    actor: User,
    match: Match,
    decision: ConsentDecision,
    comment: str,
    reason: DeclineReason | None = None,
) -> None:
    """Write down, or write anew, what the actor's side has decided."""
    given = {consent.side: consent for consent in match.consents}
    for side in sides(actor, match):
        answer = given.get(side)
        if answer is None:
            answer = MatchConsent(side=side)
            match.consents.append(answer)
        answer.decision, answer.reason, answer.comment = decision, reason, comment.strip()
        answer.user, answer.created_at = actor, now()
    session.flush()
