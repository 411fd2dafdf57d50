"""The audit trail: who did what, when and how it ended, in an append-only hash chain."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.db import exclusive
from models import AuditEntry, Record, StatusChange, User, now

GENESIS = "0" * 64


def record(
    session: Session,
    actor: User | None,
    action: str,
    subject: Record | None = None,
    *,
    outcome: str = "done",
    **detail: Any,
) -> AuditEntry:
    """Append an entry to the trail, in the transaction under way.

    `detail` holds plain values; secrets and confidential text stay out of it.
    """
    exclusive(session, "audit")
    session.flush()
    previous = session.scalar(sa.select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=now(),
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind=type(subject).__name__ if subject else "",
        subject_id=subject.id if subject else None,
        outcome=outcome,
        detail=detail,
        previous=previous or GENESIS,
    )
    entry.digest = digest(entry)
    session.add(entry)
    session.flush()
    return entry


def digest(entry: AuditEntry) -> str:
    """Return the SHA-256, as 64 hexadecimal digits, of an entry's content and its predecessor."""
    content = [
        entry.at.isoformat(),
        entry.actor_id,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.outcome,
        entry.detail,
        entry.previous,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(session: Session) -> AuditEntry | None:
    """Return the first entry that does not follow from the one before it, None if all do."""
    previous = GENESIS
    for entry in session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)):
        if entry.previous != previous or entry.digest != digest(entry):
            return entry
        previous = entry.digest
    return None


def status_change(
    subject: Record,
    source: str | None,
    target: str,
    action: str,
    actor: User | None,
    reason: str = "",
) -> StatusChange:
    """Return the row that remembers one change of status; `subject` must have its id."""
    return StatusChange(
        subject_kind=type(subject).__name__,
        subject_id=subject.id,
        source=source,
        target=target,
        action=action,
        reason=reason,
        actor_id=actor.id if actor else None,
    )
