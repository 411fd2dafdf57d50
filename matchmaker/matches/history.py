"""What became of a match, what happens next, and who owes it, as the reader may know."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.lifecycle.match import answer_by
from matchmaker.lifecycle.transition import Action
from matchmaker.matches.answers import SideAnswer, answers, may_be_named
from matchmaker.matches.decisions import HAND_BACK
from matchmaker.moments import Moment
from matchmaker.permissions import Permission, can
from matchmaker.relations import sides
from models import (
    ConsentDecision,
    DeclineReason,
    Match,
    MatchSide,
    MatchStatus,
    PostingStatus,
    StatusChange,
    User,
)

SIDES = {MatchSide.NEED: _l("The need's side"), MatchSide.RESULT: _l("The result's side")}
DONE: Mapping[str, object] = {
    "propose": _l("Proposed by the matcher"),
    "add": _l("Put together by hand"),
    Action.RECOMMEND: _l("Recommended to both sides"),
    Action.DISMISS: _l("Dismissed"),
    Action.AGREE: _l("Both sides agree"),
    Action.DECLINE: _l("Declined"),
    Action.LAPSE: _l("Lapsed without an answer"),
    Action.CLOSE: _l("Ended, since one of the two left the public"),
    Action.REOPEN: _l("Proposed again"),
    Action.PROPOSE_AGAIN: _l("Proposed again"),
    Action.RECALL: _l("Recommendation taken back"),
    HAND_BACK: _l("Given back by the broker"),
}
ENDED = (MatchStatus.DECLINED, MatchStatus.LAPSED, MatchStatus.DISMISSED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to an agreement; `state` is done, current, ended or ahead."""

    name: str
    state: str


def timeline(session: Session, actor: User, match: Match) -> list[Moment]:
    """Return what happened to a match, oldest first.

    The ids of removed proposals may be given out again: what is older than the match is not its.
    Why a broker gave it back is the bureau's matter, not that of the sides.
    """
    internal = {HAND_BACK} if sides(actor, match) else set()
    rows = session.execute(
        sa.select(StatusChange, User)
        .outerjoin(User, User.id == StatusChange.actor_id)
        .where(StatusChange.subject_kind == Match.__name__, StatusChange.subject_id == match.id)
        .where(StatusChange.at >= match.created_at, StatusChange.action.not_in(internal))
        .order_by(StatusChange.id)
    ).all()
    given = answers(actor, match)
    moments = [
        Moment(
            change.at,
            str(DONE.get(change.action, change.action)),
            _name(actor, match, person),
            _reason(change, given),
        )
        for change, person in rows
    ]
    return sorted([*moments, *_consents(actor, match, given)], key=lambda moment: moment.at)


def steps(match: Match) -> list[Step]:
    """Return the way of a match to its agreement, and where it stands or ended."""
    names = [_("Proposed"), _("Recommended"), _("Both sides answer"), _("Agreed")]
    if match.status in ENDED:
        reached = 1 if match.status is MatchStatus.DISMISSED else 2
        done = [Step(name, "done") for name in names[:reached]]
        return [*done, Step(label(match.status), "ended")]
    reached = {MatchStatus.PROPOSED: 1, MatchStatus.RECOMMENDED: 2}.get(match.status, len(names))
    states = ["done"] * reached + ["current"] + ["ahead"] * len(names)
    return [Step(name, state) for name, state in zip(names, states, strict=False)]


def days_left(match: Match) -> int:
    """Return how many days remain to answer a recommended match."""
    assert match.recommended_on is not None  # noqa: S101 (a recommendation sets it)
    return (answer_by(match.recommended_on) - today()).days


def next_step(actor: User, match: Match) -> str:
    """Return what happens next with a match, and who owes it by when."""
    if match.status is MatchStatus.PROPOSED:
        if match.broker:
            return _(
                "An officer or the broker %(name)s recommends it or not; nobody was asked yet.",
                name=match.broker.name,
            )
        return _("An officer of either region recommends it or not; nobody was asked yet.")
    if match.status is MatchStatus.AGREED:
        return _("Both sides agree: get in touch. The project stands as a lead.")
    if match.status is not MatchStatus.RECOMMENDED or match.recommended_on is None:
        if can(actor, Permission.MATCH_ADD, match):
            return _("This match has ended; nothing is awaited. It can be proposed again below.")
        return _("This match has ended; nothing is awaited of anybody.")
    day, days = answer_by(match.recommended_on), days_left(match)
    given = answers(actor, match)
    if any(answer.own and answer.consent is None for answer in given):
        return _("Your side answers by %(day)s: %(days)d days left.", day=day, days=days)
    owing = [str(SIDES[answer.side]) for answer in given if answer.consent is None]
    return _(
        "%(sides)s: to answer by %(day)s, %(days)d days left.",
        sides=_(", ").join(owing),
        day=day,
        days=days,
    )


def _consents(actor: User, match: Match, given: list[SideAnswer]) -> list[Moment]:
    """Return the consents that the reader may know of; a status change tells of a decline."""
    return [
        Moment(
            answer.consent.created_at,
            _("%(side)s agrees", side=SIDES[answer.side]),
            _name(actor, match, answer.consent.user),
            answer.comment,
        )
        for answer in given
        if answer.consent and answer.consent.decision is ConsentDecision.AGREED
    ]


def _name(actor: User, match: Match, person: User | None) -> str:
    if person is None:
        return ""
    if may_be_named(actor, match, person):
        return person.name
    is_need = person.organization_id == match.need.organization_id
    return str(SIDES[MatchSide.NEED if is_need else MatchSide.RESULT])


def _reason(change: StatusChange, given: list[SideAnswer]) -> str:
    """Return why, in words; the other side's reason is for those who have given their answer."""
    if change.action == Action.DECLINE and not all(answer.known for answer in given):
        return ""
    for kind in (DeclineReason, PostingStatus):
        if change.reason in set(kind):
            return label(kind(change.reason))
    return change.reason
