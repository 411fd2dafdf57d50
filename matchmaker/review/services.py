"""Deciding on texts that wait for review; each use case is one transaction.

All raise what `lifecycle.engine.advance` raises. `version` is the one that the page was made from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from matchmaker import audit, outbox
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import StaleError, available, check_permission
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Decision, Permission
from matchmaker.postings import revisions
from matchmaker.postings import services as postings
from matchmaker.postings.planned import APPROVE, Reviewed, call_off, name_of, planned
from models import Need, Result, Revision, RevisionStatus, User, now

TIME_TO_UNDO = timedelta(minutes=10)
DECISIONS = (
    Action.PUBLISH,
    Action.APPROVE,
    Action.ENDORSE,
    Action.RETURN,
    Action.REJECT,
    Action.SUSPEND,
    Action.RESUME,
)
"""What a reviewer may decide on a text, as far as its state and theirs allow."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of the texts that were approved together: how many will go out, and when."""

    count: int
    due_at: datetime
    refused: tuple[tuple[Reviewed, str], ...]


def gate(record: Reviewed) -> Permission:
    """Return the permission that decides on a record where it stands: internally or not."""
    internal = record.status.value == RevisionStatus.INTERNAL_REVIEW.value
    return Permission.POSTING_ENDORSE if internal else Permission.POSTING_REVIEW


def approval(record: Reviewed) -> Action:
    """Return the action that lets a waiting text pass."""
    if gate(record) is Permission.POSTING_ENDORSE:
        return Action.ENDORSE
    return Action.APPROVE if isinstance(record, Revision) else Action.PUBLISH


def may_approve(actor: User, record: Reviewed) -> Decision:
    """Return whether the actor may let a text pass now and, if not, why."""
    wanted = approval(record)
    options = (option.decision for option in available(actor, record) if option.action is wanted)
    return next(options, Decision(False, _("It does not wait for your review.")))


def decide(
    session: Session,
    actor: User,
    record: Reviewed,
    action: Action,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Let a text pass, return, reject, suspend or resume it; a planned approval is called off."""
    with transaction(session):
        call_off(session, [record])
        if isinstance(record, Revision):
            _decide_on_revision(session, actor, record, action, reason, version)
        else:
            _decide_on_posting(session, actor, record, action, reason, version)


def approve_later(session: Session, actor: User, chosen: Sequence[tuple[Reviewed, int]]) -> Batch:
    """Approve texts together, each with the version that was read, from ten minutes on.

    Until then nothing is published and nobody is told, so that `undo` leaves no trace outside.
    What may not be approved is left out, with the reason.
    """
    due_at, count = now() + TIME_TO_UNDO, 0
    refused: list[tuple[Reviewed, str]] = []
    with transaction(session):
        waiting = planned(session, [record for record, _version in chosen])
        for record, version in chosen:
            decision = may_approve(actor, record)
            if version != record.version:
                refused.append((record, StaleError(record, APPROVE).reason))
            elif not decision:
                refused.append((record, decision.reason))
            elif record in waiting and waiting[record].attempts:
                refused.append((record, _("Its approval is under way.")))
            elif record not in waiting:
                _plan(session, actor, record, due_at)
                count += 1
    return Batch(count, due_at, tuple(refused))


def undo(session: Session, actor: User, records: Sequence[Reviewed]) -> int:
    """Call off the planned approval of texts; return of how many there was time to.

    Raises:
        NotVisibleError, NotPermittedError: as for a decision on any of them.
    """
    with transaction(session):
        for record in records:
            check_permission(session, actor, record, "undo_approval", [gate(record)])
        called_off = call_off(session, records)
        for record in called_off:
            audit.record(session, actor, f"{name_of(record)}:undo_approval", record)
    return len(called_off)


def _plan(session: Session, actor: User, record: Reviewed, due_at: datetime) -> None:
    outbox.later(
        session,
        APPROVE,
        due_at=due_at,
        record_kind=name_of(record),
        record_id=record.id,
        version=record.version,
        actor_id=actor.id,
    )
    audit.record(session, actor, f"{name_of(record)}:approve_later", record)


def _decide_on_posting(
    session: Session,
    actor: User,
    posting: Need | Result,
    action: Action,
    reason: str,
    version: int | None,
) -> None:
    match action:
        case Action.PUBLISH:
            postings.publish(session, actor, posting, version)
        case Action.ENDORSE:
            postings.endorse(session, actor, posting, version)
        case Action.RETURN:
            postings.send_back(session, actor, posting, reason, version)
        case Action.REJECT:
            postings.reject(session, actor, posting, reason, version)
        case Action.SUSPEND:
            postings.suspend(session, actor, posting, reason, version)
        case Action.RESUME:
            postings.resume(session, actor, posting, version)
        case _:
            raise LookupError(f"“{action}” is no decision on a text")


def _decide_on_revision(
    session: Session,
    actor: User,
    revision: Revision,
    action: Action,
    reason: str,
    version: int | None,
) -> None:
    match action:
        case Action.APPROVE:
            revisions.approve(session, actor, revision, version)
        case Action.ENDORSE:
            revisions.endorse(session, actor, revision, version)
        case Action.RETURN:
            revisions.send_back(session, actor, revision, reason, version)
        case Action.REJECT:
            revisions.reject(session, actor, revision, reason, version)
        case _:
            raise LookupError(f"“{action}” is no decision on a revision")
