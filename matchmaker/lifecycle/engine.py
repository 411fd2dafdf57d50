"""Moves records along their tables: whoever asks, nothing else changes a status.

A record is moved in one transaction with the row that remembers it, its audit entry and what those
concerned are told. However many ask at once, one of them moves it.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.lifecycle.claim import CLAIM
from matchmaker.lifecycle.key_designation import KEY_DESIGNATION
from matchmaker.lifecycle.match import MATCH
from matchmaker.lifecycle.posting import POSTING
from matchmaker.lifecycle.project import PROJECT
from matchmaker.lifecycle.revision import REVISION
from matchmaker.lifecycle.supervision import SUPERVISION_ORDER
from matchmaker.lifecycle.transition import Action, Case, Transition
from matchmaker.permissions import Decision, Permission, can, visible
from models import (
    Claim,
    KeyDesignation,
    Match,
    Need,
    Project,
    Result,
    Revision,
    StatusChange,
    SupervisionOrder,
    User,
    now,
)

Moving = Need | Result | Revision | Match | Project | Claim | KeyDesignation | SupervisionOrder

TABLES: dict[type[Moving], tuple[Transition, ...]] = {
    Need: POSTING,
    Result: POSTING,
    Revision: REVISION,
    Match: MATCH,
    Project: PROJECT,
    Claim: CLAIM,
    KeyDesignation: KEY_DESIGNATION,
    SupervisionOrder: SUPERVISION_ORDER,
}


class RefusalError(Exception):
    """A record was not moved; `reason` says why, in the reader's language."""

    def __init__(self, record: Moving, action: str, reason: str) -> None:
        super().__init__(reason)
        self.record = record
        self.action = action
        self.reason = reason


class NotVisibleError(RefusalError):
    """The actor does not see the record at all."""


class NotPermittedError(RefusalError):
    """The actor sees the record but may not do this to it."""


class WrongStateError(RefusalError):
    """The record is in no state from which this leads anywhere."""


class GuardedError(RefusalError):
    """The record is in the right state, but something about it stands in the way."""


class StaleError(RefusalError):
    """The record has been changed since the actor read it."""

    def __init__(self, record: Moving, action: str) -> None:
        reason = _("It was changed meanwhile. Open it again, compare, and repeat your change.")
        super().__init__(record, action, reason)


class ReasonMissingError(RefusalError):
    """This is not done without giving a reason."""


@dataclass(frozen=True, slots=True)
class Option:
    """An action that the actor may take on a record, or why it cannot be taken now."""

    action: Action
    decision: Decision
    reason_required: bool


def available(actor: User | None, record: Moving) -> list[Option]:
    """Return the actions that the record's state offers to the actor, in the table's order.

    What the actor is not permitted to do is left out; what a guard stops is there with its refusal.
    """
    case = Case(record, actor, today())
    options = []
    for row in rows(record):
        if record.status in row.sources and row.permission and can(actor, row.permission, record):
            refusal = row.guard(case)
            decision = Decision(refusal is None, refusal or "")
            options.append(Option(row.action, decision, row.reason_required))
    return options


def advance(
    session: Session,
    actor: User | None,
    record: Moving,
    action: Action,
    *,
    reason: str = "",
    expected_version: int | None = None,
) -> None:
    """Move a record as a person asks.

    Args:
        session: the session; an outer transaction takes the move with it.
        actor: who asks, None for a visitor.
        record: what to move.
        action: how.
        reason: why, in words or as a code.
        expected_version: the version that the actor read, if the page carried it.

    Raises:
        NotVisibleError: the actor does not see the record.
        NotPermittedError: the actor may not do this to it.
        WrongStateError: this leads nowhere from the state that the record is in.
        StaleError: the record was changed meanwhile.
        ReasonMissingError: this needs a reason.
        GuardedError: something about the record stands in the way.
    """
    with transaction(session):
        check_permission(session, actor, record, action, _permissions(record, action))
        if expected_version is not None and expected_version != record.version:
            raise StaleError(record, action)
        _move(session, actor, record, _row(record, action), reason)


def follow(
    session: Session, cause: User | None, record: Moving, action: Action, *, reason: str = ""
) -> None:
    """Move a record where no person may ask for it: by the clock, or because of another act.

    `cause` is whose act it follows from, None for the clock.

    Raises:
        WrongStateError, StaleError, ReasonMissingError, GuardedError: as for `advance`.
    """
    with transaction(session):
        row = _row(record, action)
        if row.permission is not None:
            raise LookupError(f"“{action}” is for people to ask for")
        _move(session, cause, record, row, reason)


def last_action(kind: type[Moving]) -> sa.ScalarSelect[str]:
    """Return the action that has last changed the status of a record of `kind`, as a column."""
    return (
        sa.select(StatusChange.action)
        .where(StatusChange.subject_kind == kind.__name__, StatusChange.subject_id == kind.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def check_permission(
    session: Session,
    actor: User | None,
    record: Moving,
    action: str,
    permissions: list[Permission],
) -> None:
    """Refuse an actor who does not see the record or has none of the permissions for it.

    Raises:
        NotVisibleError, NotPermittedError: as for `advance`.
    """
    kind = type(record)
    seen = visible(actor, kind).with_only_columns(kind.id).where(kind.id == record.id)
    if session.scalar(seen) is None:
        raise NotVisibleError(record, action, "")
    decisions = [can(actor, permission, record) for permission in permissions]
    if not any(decisions):
        refusals = [decision.reason for decision in decisions]
        reason = refusals[0] if refusals else _("The platform does this by itself.")
        raise NotPermittedError(record, action, reason)


def rows(record: Moving) -> list[Transition]:
    """Return the table of this very record."""
    return [row for row in TABLES[type(record)] if row.applies(record)]


def _permissions(record: Moving, action: Action) -> list[Permission]:
    """Return the permissions for an action: of the row that fits the state, or of all its rows."""
    table = [row for row in rows(record) if row.action == action]
    fitting = [row for row in table if record.status in row.sources]
    return [row.permission for row in fitting or table if row.permission]


def _row(record: Moving, action: Action) -> Transition:
    for row in rows(record):
        if row.action == action and record.status in row.sources:
            return row
    reason = _("This cannot be done: it is “%(status)s” by now.", status=label(record.status))
    raise WrongStateError(record, action, reason)


def _move(
    session: Session, actor: User | None, record: Moving, row: Transition, reason: str
) -> None:
    """Take one row: guard, status, memory, audit and news.

    The update names the version and the status that the row was chosen for, so that of any number
    who come at once one finds them still there, on SQLite and PostgreSQL alike.
    """
    reason = reason.strip()
    if row.reason_required and not reason:
        raise ReasonMissingError(record, row.action, _("Give a reason."))
    refusal = row.guard(Case(record, actor, today()))
    if refusal is not None:
        raise GuardedError(record, row.action, refusal)
    session.flush()
    kind, source = type(record), record.status
    moved = session.execute(
        sa.update(kind)
        .where(kind.id == record.id, kind.version == record.version, kind.status == source)
        .values(status=row.target, version=record.version + 1, updated_at=now())
    )
    if not moved.rowcount:  # type: ignore[attr-defined]
        raise StaleError(record, row.action)
    told = {}
    if row.target is not source:
        change = audit.status_change(record, source, row.target, row.action, actor, reason)
        session.add(change)
        session.flush()
        told["change_id"] = change.id
    name = f"{kind.__name__.lower()}:{row.action}"
    audit.record(session, actor, name, record, source=source, target=row.target)
    if row.event:
        notifications.tell(session, row.event, record, actor, **told)
