"""The audit trail: who did what, when and how it ended, in an append-only hash chain."""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.config import Settings
from matchmaker.db import db, exclusive
from models import AuditEntry, Record, StatusChange, User, now

GENESIS = "0" * 64
ANCHORS = "audit-anchors"

_READ_AT_ONCE = 500
_HEAD = "audit_head"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Anchor:
    """What stands beside the database of an entry: when it was made, and its number."""

    at: str
    id: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of the whole trail came to.

    `broken` is the first entry that does not follow from the one before it, `missing` the first
    anchor whose entry is gone; `anchored` says whether there are anchors to tell the latter by.
    """

    count: int
    broken: AuditEntry | None
    missing: Anchor | None
    anchored: bool


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
    previous = _last_digest(session)
    entry = _entry(actor, action, subject, outcome, detail)
    _append(session, previous, [entry])
    return entry


def record_each(
    session: Session, actor: User | None, action: str, details: Mapping[Record, dict[str, Any]]
) -> None:
    """Append an entry for each of many records, with what `details` tells of it, all at once."""
    if details:
        previous = _last_digest(session)
        entries = [_entry(actor, action, one, "done", told) for one, told in details.items()]
        _append(session, previous, entries)


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


def _last_digest(session: Session) -> str:
    """Return what the next entry follows from; nobody else appends until the transaction ends."""
    exclusive(session, "audit")
    session.flush()
    last = sa.select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    return session.scalar(last) or GENESIS


def _entry(
    actor: User | None, action: str, subject: Record | None, outcome: str, detail: dict[str, Any]
) -> AuditEntry:
    return AuditEntry(
        at=now(),
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind=type(subject).__name__ if subject else "",
        subject_id=subject.id if subject else None,
        outcome=outcome,
        detail=detail,
    )


def _append(session: Session, previous: str, entries: Sequence[AuditEntry]) -> None:
    for entry in entries:
        entry.previous = previous
        entry.digest = previous = digest(entry)
    session.add_all(entries)
    session.flush()
    last = entries[-1]
    session.info[_HEAD] = f"{last.at.isoformat()} {last.id} {last.digest}\n"


def check(session: Session, folder: Path | None) -> Finding:
    """Check that no entry was changed or removed and, by the anchors in a folder, none cut off."""
    broken, missing = first_broken(session), None
    anchored = folder is not None and (folder / ANCHORS).exists()
    if folder is not None and anchored and broken is None:
        missing = first_missing(session, folder / ANCHORS)
    count = session.scalar(sa.select(sa.func.count(AuditEntry.id))) or 0
    return Finding(count, broken, missing, anchored)


def is_whole(entry: AuditEntry) -> bool:
    """Return whether an entry is as it was written, as far as it can tell by itself."""
    return entry.digest == digest(entry)


def first_broken(session: Session) -> AuditEntry | None:
    """Return the first entry that does not follow from the one before it, None if all do."""
    previous = GENESIS
    entries = sa.select(AuditEntry).order_by(AuditEntry.id)
    with closing(session.scalars(entries.execution_options(yield_per=_READ_AT_ONCE))) as read:
        for entry in read:
            if entry.previous != previous or not is_whole(entry):
                return entry
            previous = entry.digest
    return None


def init_app(app: Flask, settings: Settings) -> None:
    """Write down in the data folder, after each commit, the last entry that it holds.

    The chain shows what was changed within it; only what stands elsewhere shows that its end was
    cut off (GB/T 22239-2019, level 3, 8.1.4.3 c). A commit never fails for want of it.
    """
    folder = settings.data
    if folder is None:
        return
    with app.app_context():
        sessions = db.sessionmaker

    @sa.event.listens_for(sessions, "after_commit")
    def committed(session: Session) -> None:
        line = session.info.pop(_HEAD, None)
        if line is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / ANCHORS).open("a", encoding="ascii") as file:
                file.write(line)
        except OSError as error:
            log.error("the audit trail was not anchored", error=type(error).__name__)  # noqa: TRY400 (no local values)

    @sa.event.listens_for(sessions, "after_rollback")
    def rolled_back(session: Session) -> None:
        session.info.pop(_HEAD, None)


def first_missing(session: Session, anchors: Path) -> Anchor | None:
    """Return the first anchor in a file whose entry is not in the database, None if all are."""
    with anchors.open(encoding="ascii") as file:
        while lines := list(itertools.islice(file, _READ_AT_ONCE)):
            parts = (line.split() for line in lines)
            dropped = {digest: Anchor(at, int(number)) for at, number, digest in parts}
            session.rollback()  # and read what was committed before these lines were written
            found = sa.select(AuditEntry.digest).where(AuditEntry.digest.in_(dropped))
            for digest in session.scalars(found):
                del dropped[digest]
            if dropped:
                return next(iter(dropped.values()))
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
