"""The life of a claim: from the estimate to the payment."""

from matchmaker.i18n import _
from matchmaker.lifecycle.posting import restriction
from matchmaker.lifecycle.publicity import another_than, notice_over
from matchmaker.lifecycle.transition import Action, Case, Transition, all_of
from matchmaker.permissions import Permission
from models import ClaimStatus, Event, Record


def is_automatic(claim: Record) -> bool:
    """Return whether the policy drafts the claim without being asked (免申即享)."""
    version = getattr(claim, "policy_version", None)
    return bool(version and version.rule.get("automatic"))


def is_applied_for(claim: Record) -> bool:
    """Return whether the organization has to ask."""
    return not is_automatic(claim)


def worth_something(case: Case) -> str | None:
    """Refuse a claim that comes to nothing; its arithmetic says why."""
    return None if case.record.amount else _("By its arithmetic the claim comes to nothing.")


def evidence_complete(case: Case) -> str | None:
    """Refuse a claim that lacks both words and a file for an item of the checklist, named."""
    claim = case.record
    given = {name for name, words in claim.evidence.items() if str(words).strip()}
    given |= {file.evidence for file in claim.files}
    wanted = claim.policy_version.rule.get("evidence", [])
    missing = [name for name in wanted if name not in given]
    if missing:
        return _("Missing evidence: %(names)s.", names=_(", ").join(missing))
    return None


def unrestricted(case: Case) -> str | None:
    """Refuse an organization under an integrity restriction, where the policy asks for that."""
    if not case.record.policy_version.rule.get("integrity", True):
        return None
    return restriction(case.record.organization, case.today)


def year_open(case: Case) -> str | None:
    """Refuse what belongs to a year whose books are closed."""
    claim = case.record
    for budget in claim.policy.budgets:
        if budget.year == claim.year and budget.closed_at is not None:
            return _("The books of %(year)s are closed.", year=claim.year)
    return None


_C = ClaimStatus
_presentable = all_of(year_open, worth_something, unrestricted)

CLAIM = (
    Transition(
        Action.DRAFT,
        frozenset({_C.ESTIMATED}),
        _C.DRAFTED,
        Permission.CLAIM_DRAFT,
        guard=_presentable,
        applies=is_applied_for,
    ),
    Transition(
        Action.DRAFT,
        frozenset({_C.ESTIMATED}),
        _C.DRAFTED,
        guard=_presentable,
        event=Event.CLAIM_DRAFTED,
        applies=is_automatic,
    ),
    Transition(
        Action.SUBMIT,
        frozenset({_C.DRAFTED, _C.RETURNED}),
        _C.SUBMITTED,
        Permission.CLAIM_SUBMIT,
        guard=all_of(_presentable, evidence_complete),
        event=Event.CLAIM_SUBMITTED,
    ),
    Transition(
        Action.WITHDRAW,
        frozenset({_C.ESTIMATED, _C.DRAFTED, _C.RETURNED, _C.SUBMITTED}),
        _C.WITHDRAWN,
        Permission.CLAIM_SUBMIT,
    ),
    Transition(
        Action.CLOSE,
        frozenset({_C.ESTIMATED, _C.DRAFTED, _C.RETURNED}),
        _C.WITHDRAWN,
        reason_required=True,
    ),
    Transition(
        Action.REVIEW,
        frozenset({_C.SUBMITTED}),
        _C.REVIEWED,
        Permission.CLAIM_REVIEW,
        guard=all_of(_presentable, evidence_complete),
        event=Event.CLAIM_REVIEWED,
    ),
    Transition(
        Action.RETURN,
        frozenset({_C.SUBMITTED, _C.REVIEWED}),
        _C.RETURNED,
        Permission.CLAIM_REVIEW,
        reason_required=True,
        event=Event.CLAIM_RETURNED,
    ),
    Transition(
        Action.REJECT,
        frozenset({_C.SUBMITTED}),
        _C.REJECTED,
        Permission.CLAIM_REVIEW,
        reason_required=True,
        event=Event.CLAIM_REJECTED,
    ),
    Transition(
        Action.ANNOUNCE,
        frozenset({_C.REVIEWED}),
        _C.ON_NOTICE,
        Permission.CLAIM_REVIEW,
        guard=_presentable,
        event=Event.CLAIM_ON_NOTICE,
    ),
    Transition(
        Action.REJECT,
        frozenset({_C.REVIEWED, _C.ON_NOTICE}),
        _C.REJECTED,
        Permission.CLAIM_APPROVE,
        reason_required=True,
        event=Event.CLAIM_REJECTED,
    ),
    Transition(
        Action.APPROVE,
        frozenset({_C.ON_NOTICE}),
        _C.APPROVED,
        Permission.CLAIM_APPROVE,
        guard=all_of(_presentable, notice_over, another_than("reviewed_by_id")),
        event=Event.CLAIM_APPROVED,
    ),
    Transition(
        Action.REVOKE,
        frozenset({_C.APPROVED}),
        _C.REJECTED,
        Permission.CLAIM_APPROVE,
        reason_required=True,
        event=Event.CLAIM_REJECTED,
    ),
    Transition(
        Action.PAY,
        frozenset({_C.APPROVED}),
        _C.PAID,
        Permission.CLAIM_PAY,
        guard=another_than("approved_by_id"),
        event=Event.CLAIM_PAID,
    ),
    Transition(
        Action.CLAW_BACK,
        frozenset({_C.PAID}),
        _C.CLAWED_BACK,
        Permission.CLAIM_APPROVE,
        guard=another_than("paid_by_id"),
        reason_required=True,
        event=Event.CLAIM_CLAWED_BACK,
    ),
)
