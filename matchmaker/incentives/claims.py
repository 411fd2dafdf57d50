"""What becomes of a claim, from the draft to the payment; each use case is one transaction.

All raise what `lifecycle.engine.advance` raises; `version` is the one that the page was made from.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import lock, transaction
from matchmaker.i18n import _
from matchmaker.incentives import budgets, estimates
from matchmaker.incentives.rules import read_rule
from matchmaker.inputs import InputError, need_past, need_text
from matchmaker.lifecycle.engine import (
    GuardedError,
    StaleError,
    WrongStateError,
    advance,
    check_permission,
)
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission
from matchmaker.postings import keeping
from matchmaker.postings.file_types import Accepted
from matchmaker.publicity import services as publicity
from models import Attachment, Claim, ClaimStatus, User

WRITABLE = (ClaimStatus.ESTIMATED, ClaimStatus.DRAFTED, ClaimStatus.RETURNED)
"""The states in which evidence can be given."""


def draft(session: Session, actor: User, claim: Claim, version: int | None = None) -> None:
    """Begin to claim what was estimated, reckoned by what has happened so far."""
    with transaction(session):
        _reckon(session, claim, Action.DRAFT, version)
        advance(session, actor, claim, Action.DRAFT)


def add_evidence(
    session: Session,
    actor: User,
    claim: Claim,
    evidence: Mapping[str, str],
    version: int | None = None,
    *,
    without: Iterable[Attachment] = (),
) -> None:
    """Write down what proves the claim, by the names of the policy's checklist.

    `without` are those of the claim's files that were a mistake; they are thrown away.

    Raises:
        InputError: a name is not on the checklist.
    """
    wanted = _wanted(claim, evidence)
    with transaction(session):
        _demand_writable(session, actor, claim, "add_evidence", version)
        claim.evidence = {name: evidence.get(name, "").strip() for name in wanted}
        session.flush()
        audit.record(session, actor, "claim:add_evidence", claim, names=sorted(evidence))
        for file in without:
            keeping.throw_away(session, actor, file)


def add_file(session: Session, actor: User, claim: Claim, name: str, file: Accepted) -> Attachment:
    """Keep a file that proves an item of the policy's checklist, for whoever sees the claim.

    Raises:
        InputError: the name is not on the checklist.
        UnacceptableFileError, StorageError: as for `keeping.keep`.
    """
    _wanted(claim, [name])
    place = {"claim_id": claim.id, "evidence": name}
    return keeping.keep(
        session, actor, place, file, lambda: _demand_writable(session, actor, claim, "attach")
    )


def submit(session: Session, actor: User, claim: Claim, version: int | None = None) -> None:
    """Hand a claim in; from now on its amount stands."""
    with transaction(session):
        _reckon(session, claim, Action.SUBMIT, version)
        advance(session, actor, claim, Action.SUBMIT)


def hand_in(
    session: Session,
    actor: User,
    claim: Claim,
    evidence: Mapping[str, str],
    version: int | None = None,
    *,
    without: Sequence[Attachment] = (),
) -> None:
    """Write the evidence down and hand the claim in with it; if one is refused, both are.

    Raises:
        InputError: a name is not on the checklist.
    """
    with transaction(session):
        if evidence or without:
            add_evidence(session, actor, claim, evidence, version, without=without)
            version = None
        submit(session, actor, claim, version)


def withdraw(
    session: Session, actor: User, claim: Claim, reason: str = "", version: int | None = None
) -> None:
    """Give a claim up."""
    advance(session, actor, claim, Action.WITHDRAW, reason=reason, expected_version=version)


def review(session: Session, actor: User, claim: Claim, version: int | None = None) -> None:
    """Find a claim right."""
    with transaction(session):
        advance(session, actor, claim, Action.REVIEW, expected_version=version)
        claim.reviewed_by = actor


def send_back(
    session: Session, actor: User, claim: Claim, reason: str, version: int | None = None
) -> None:
    """Return a claim to be mended."""
    advance(session, actor, claim, Action.RETURN, reason=reason, expected_version=version)


def reject(
    session: Session, actor: User, claim: Claim, reason: str, version: int | None = None
) -> None:
    """Refuse a claim for good."""
    advance(session, actor, claim, Action.REJECT, reason=reason, expected_version=version)


def announce(session: Session, actor: User, claim: Claim, version: int | None = None) -> None:
    """Lay a claim that was found right before the public, as long as its policy says."""
    with transaction(session):
        advance(session, actor, claim, Action.ANNOUNCE, expected_version=version)
        days = read_rule(claim.policy_version.rule).notice_days
        publicity.announce(session, actor, claim, days)


def approve(session: Session, actor: User, claim: Claim, version: int | None = None) -> None:
    """Grant a claim out of its year's budget.

    Raises:
        GuardedError: the budget does not cover it, or there is none.
    """
    with transaction(session):
        advance(session, actor, claim, Action.APPROVE, expected_version=version)
        claim.approved_by = actor
        session.flush()
        budgets.commit(session, claim)


def revoke(
    session: Session, actor: User, claim: Claim, reason: str, version: int | None = None
) -> None:
    """Take back an approval that has not been paid; the budget has the money again."""
    with transaction(session):
        advance(session, actor, claim, Action.REVOKE, reason=reason, expected_version=version)
        budgets.release(session, claim)


def pay(
    session: Session,
    actor: User,
    claim: Claim,
    paid_on: date,
    reference: str,
    version: int | None = None,
) -> None:
    """Record that an approved claim was paid, and by which transfer.

    Raises:
        InputError: the day is still to come, or the reference is missing.
    """
    need_past("paid_on", paid_on, today())
    transfer = need_text("reference", reference)
    with transaction(session):
        advance(session, actor, claim, Action.PAY, expected_version=version)
        claim.paid_on, claim.paid_by, claim.payment_reference = paid_on, actor, transfer
        session.flush()
        budgets.spend(session, claim)


def claw_back(
    session: Session, actor: User, claim: Claim, reason: str, version: int | None = None
) -> None:
    """Record that a payment was demanded and given back."""
    with transaction(session):
        advance(session, actor, claim, Action.CLAW_BACK, reason=reason, expected_version=version)
        budgets.take_back(session, claim)


def _wanted(claim: Claim, names: Collection[str]) -> tuple[str, ...]:
    """Return the policy's checklist, on which these names are.

    Raises:
        InputError: one is not.
    """
    wanted = read_rule(claim.policy_version.rule).evidence
    for name in set(names) - set(wanted):
        raise InputError(name, _("The policy does not ask for this."))
    return wanted


def _demand_writable(
    session: Session, actor: User, claim: Claim, action: str, version: int | None = None
) -> None:
    """Let one person at a time give evidence for a claim that has not been handed in."""
    check_permission(session, actor, claim, action, [Permission.CLAIM_DRAFT])
    lock(session, claim)
    if version is not None and version != claim.version:
        raise StaleError(claim, action)
    if claim.status not in WRITABLE:
        raise WrongStateError(claim, action, _("The claim has been handed in."))


def _reckon(session: Session, claim: Claim, action: Action, version: int | None) -> None:
    """Reckon a claim by what stands now, one at a time; refuse what may not be stacked."""
    estimates.hold(session)
    lock(session, claim)
    if version is not None and version != claim.version:
        raise StaleError(claim, action)
    if claim.status not in estimates.FLUID:
        return
    other = estimates.rival(session, claim)
    if other is not None:
        title = other.policy.title
        reason = _("“%(title)s” has been claimed; both together are not given.", title=title)
        raise GuardedError(claim, action, reason)
    estimates.recompute(session, claim)
