"""The life of a match, and the dates that count in it."""

from datetime import date, timedelta

from matchmaker.i18n import _
from matchmaker.lifecycle.posting import not_acting
from matchmaker.lifecycle.transition import Action, Case, Transition, all_of
from matchmaker.permissions import Permission
from matchmaker.relations import sides
from models import (
    ConsentDecision,
    Event,
    MatchSide,
    MatchStatus,
    PostingStatus,
    Visibility,
)

DAYS_TO_ANSWER = 30
REMINDED_AFTER_DAYS = (7, 21)


def answer_by(recommended_on: date) -> date:
    """Return the day on which a recommended match lapses unless both sides have answered."""
    return recommended_on + timedelta(days=DAYS_TO_ANSWER)


def reminders_due(recommended_on: date, today: date) -> int:
    """Return how many reminders ought to have been sent by today."""
    days = (today - recommended_on).days
    return sum(days >= after for after in REMINDED_AFTER_DAYS)


def presentable(case: Case) -> str | None:
    """Refuse a match of one organization with itself, or of what the other side cannot see."""
    match = case.record
    if match.need.organization_id == match.result.organization_id:
        return _("Both are of the same organization.")
    for posting, other in ((match.need, match.result), (match.result, match.need)):
        if posting.status is not PostingStatus.PUBLISHED:
            return _("One of the two is not published.")
        invited = {row.organization_id for row in posting.invitations}
        if posting.visibility is Visibility.INVITED and other.organization_id not in invited:
            return _("One of the two is for invited organizations; the other side is not invited.")
    return None


def both_acting(case: Case) -> str | None:
    """Refuse a match of which one side's organization may not act."""
    sides_of = (case.record.need, case.record.result)
    return next(filter(None, (not_acting(each.organization) for each in sides_of)), None)


def both_published(case: Case) -> str | None:
    """Refuse to propose again what is not published on both sides."""
    statuses = {case.record.need.status, case.record.result.status}
    return None if statuses == {PostingStatus.PUBLISHED} else _("One of the two is not published.")


def unanswered(case: Case) -> str | None:
    """Refuse to take back a recommendation that a side has answered."""
    if not case.record.consents:
        return None
    return _("A side has answered already; a recommendation is taken back before that alone.")


def not_yet_agreed(case: Case) -> str | None:
    """Refuse a second consent of the same side."""
    if sides(case.actor, case.record) <= consented(case):
        return _("Your side has agreed already; the other side has yet to answer.")
    return None


def both_agreed(case: Case) -> str | None:
    """Refuse to conclude before both sides have consented."""
    return None if consented(case) == set(MatchSide) else _("One side has yet to agree.")


def out_of_time(case: Case) -> str | None:
    """Refuse to let a match lapse while there is time to answer."""
    day = answer_by(case.record.recommended_on)
    return None if case.today >= day else _("There is time to answer until %(day)s.", day=day)


def consented(case: Case) -> set[MatchSide]:
    """Return the sides that have agreed."""
    return {
        consent.side
        for consent in case.record.consents
        if consent.decision is ConsentDecision.AGREED
    }


_M = MatchStatus

MATCH = (
    Transition(
        Action.RECOMMEND,
        frozenset({_M.PROPOSED}),
        _M.RECOMMENDED,
        Permission.MATCH_RECOMMEND,
        guard=all_of(both_acting, presentable),
        event=Event.MATCH_RECOMMENDED,
    ),
    Transition(
        Action.DISMISS,
        frozenset({_M.PROPOSED}),
        _M.DISMISSED,
        Permission.MATCH_DISMISS,
        reason_required=True,
    ),
    Transition(
        Action.RECALL,
        frozenset({_M.RECOMMENDED}),
        _M.PROPOSED,
        Permission.MATCH_RECOMMEND,
        guard=unanswered,
        reason_required=True,
        event=Event.MATCH_RECALLED,
    ),
    Transition(
        Action.CONSENT,
        frozenset({_M.RECOMMENDED}),
        _M.RECOMMENDED,
        Permission.MATCH_ANSWER,
        guard=all_of(both_acting, not_yet_agreed),
    ),
    Transition(
        Action.AGREE,
        frozenset({_M.RECOMMENDED}),
        _M.AGREED,
        guard=both_agreed,
        event=Event.MATCH_AGREED,
    ),
    Transition(
        Action.DECLINE,
        frozenset({_M.RECOMMENDED}),
        _M.DECLINED,
        Permission.MATCH_ANSWER,
        reason_required=True,
        event=Event.MATCH_DECLINED,
    ),
    Transition(
        Action.LAPSE,
        frozenset({_M.RECOMMENDED}),
        _M.LAPSED,
        guard=out_of_time,
        event=Event.MATCH_LAPSED,
    ),
    Transition(
        Action.CLOSE,
        frozenset({_M.PROPOSED}),
        _M.DISMISSED,
        reason_required=True,
    ),
    Transition(
        Action.CLOSE,
        frozenset({_M.RECOMMENDED}),
        _M.LAPSED,
        reason_required=True,
        event=Event.MATCH_CLOSED,
    ),
    Transition(
        Action.REOPEN,
        frozenset({_M.DISMISSED, _M.LAPSED}),
        _M.PROPOSED,
        guard=both_published,
    ),
    Transition(
        Action.PROPOSE_AGAIN,
        frozenset({_M.DISMISSED, _M.LAPSED}),
        _M.PROPOSED,
        Permission.MATCH_ADD,
        guard=presentable,
    ),
    Transition(
        Action.PROPOSE_AGAIN,
        frozenset({_M.DECLINED}),
        _M.PROPOSED,
        Permission.MATCH_ADD,
        guard=presentable,
        reason_required=True,
    ),
)
