"""The life of a project: lead → matchmaking → tracking → incentive → completed."""

from matchmaker.i18n import _
from matchmaker.lifecycle.transition import Action, Case, Transition
from matchmaker.permissions import Permission
from models import ClaimStatus, Event, ProjectOrigin, ProjectStage, Record, Verdict

BOTH = 2
WHOLE_PLAN = 100
SETTLED = frozenset(
    {ClaimStatus.PAID, ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN, ClaimStatus.CLAWED_BACK}
)
"""The states in which nothing more is to be expected of a claim."""


def is_from_match(project: Record) -> bool:
    """Return whether a project grew out of a match, both sides of which have consented."""
    return getattr(project, "origin", None) is ProjectOrigin.MATCH


def is_registered(project: Record) -> bool:
    """Return whether a project was registered by an officer rather than agreed to on a match."""
    return not is_from_match(project)


def both_parties_named(case: Case) -> str | None:
    """Refuse a lead with fewer than two organizations."""
    if len({party.organization_id for party in case.record.parties}) < BOTH:
        return _("Name both parties first: who needs the technology and who has it.")
    return None


def trackable(case: Case) -> str | None:
    """Refuse to track without a contract in force and a plan of the whole."""
    if not any(contract.terminated_on is None for contract in case.record.contracts):
        return _("Record the signed contract first.")
    planned = sum(milestone.weight for milestone in case.record.milestones)
    if planned != WHOLE_PLAN:
        return _("The weights of the milestones sum to %(sum)s, not to 100.", sum=planned)
    return None


def delivered(case: Case) -> str | None:
    """Refuse to reward what was neither accepted nor done step by step."""
    project = case.record
    accepted = any(one.verdict is Verdict.PASSED for one in project.acceptances)
    if accepted or (project.milestones and all(one.done_on for one in project.milestones)):
        return None
    return _("Record a passed acceptance first, or every milestone as done.")


def settled(case: Case) -> str | None:
    """Refuse to complete while a claim is open, or before it is clear that there is none."""
    claims = case.record.claims
    waiting = sum(claim.status not in SETTLED for claim in claims)
    if waiting:
        return _("Claims that are not settled yet: %(count)s.", count=waiting)
    if not claims and not case.record.no_policy:
        return _("Record why no policy applies, or let the claims be estimated.")
    return None


_S = ProjectStage

PROJECT = (
    Transition(
        Action.BEGIN,
        frozenset({_S.LEAD}),
        _S.MATCHMAKING,
        event=Event.PROJECT_ADVANCED,
        applies=is_from_match,
    ),
    Transition(
        Action.BEGIN,
        frozenset({_S.LEAD}),
        _S.MATCHMAKING,
        Permission.PROJECT_RUN,
        guard=both_parties_named,
        event=Event.PROJECT_ADVANCED,
        applies=is_registered,
    ),
    Transition(
        Action.TRACK,
        frozenset({_S.MATCHMAKING}),
        _S.TRACKING,
        Permission.PROJECT_RUN,
        guard=trackable,
        event=Event.PROJECT_ADVANCED,
    ),
    Transition(
        Action.REWARD,
        frozenset({_S.TRACKING}),
        _S.INCENTIVE,
        Permission.PROJECT_RUN,
        guard=delivered,
        event=Event.PROJECT_ADVANCED,
    ),
    Transition(
        Action.COMPLETE,
        frozenset({_S.INCENTIVE}),
        _S.COMPLETED,
        Permission.PROJECT_RUN,
        guard=settled,
        event=Event.PROJECT_ADVANCED,
    ),
    Transition(
        Action.TERMINATE,
        frozenset({_S.LEAD, _S.MATCHMAKING, _S.TRACKING, _S.INCENTIVE}),
        _S.TERMINATED,
        Permission.PROJECT_RUN,
        reason_required=True,
        event=Event.PROJECT_TERMINATED,
    ),
)
