"""Notifications of one reader, each with the record it is about as far as they see that now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matchmaker.incentives.queries import listed_with
from matchmaker.permissions import visible
from matchmaker.postings.queries import titled_with
from models import (
    Claim,
    Event,
    KeyDesignation,
    Match,
    Need,
    NoticeKind,
    Notification,
    Organization,
    Project,
    ProjectIssue,
    Result,
    Revision,
    SavedSearch,
    StatusChange,
    SupervisionOrder,
    User,
)

Part = KeyDesignation | ProjectIssue | SupervisionOrder
Subject = (
    Claim | Need | Result | Revision | Match | Organization | Project | SavedSearch | User | Part
)

PAGE_SIZE = 20
MOST_COUNTED = 100
_PARTS = (KeyDesignation, ProjectIssue, SupervisionOrder)
"""What hangs on a project and is called after it."""
_UNDONE = (Event.MATCH_RECALLED, Event.MATCH_HANDED_BACK)
"""What is not done to a match without a reason that those who are told may read."""
_KINDS: tuple[Any, ...] = (
    Claim,
    Need,
    Result,
    Revision,
    Match,
    Organization,
    Project,
    SavedSearch,
    User,
    *_PARTS,
)
_EXPLAINED = {kind.__name__ for kind in (Claim, Project)}
"""What is not ended, returned or rejected without a reason, beside texts."""
_SIDES: dict[type[Revision | Match], tuple[tuple[Any, Any], ...]] = {
    Revision: ((Revision.need, Need), (Revision.result, Result)),
    Match: ((Match.need, Need), (Match.result, Result)),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A notification; `subject` is None where its reader does not see the record any more."""

    notification: Notification
    subject: Subject | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page, newest first; `older` is the public id of its last row where more follow."""

    rows: Sequence[Told]
    older: str | None


def page(session: Session, actor: User, *, unread: bool, before: str) -> Page:
    """Return the notifications older than the one with the public id `before`, "" for the first."""
    statement = visible(actor, Notification).order_by(Notification.id.desc())
    if unread:
        statement = statement.where(Notification.read_at.is_(None))
    if before:
        last = sa.select(Notification.id).where(Notification.public_id == before)
        statement = statement.where(Notification.id < last.scalar_subquery())
    found = session.scalars(statement.limit(PAGE_SIZE + 1)).all()
    shown = found[:PAGE_SIZE]
    older = shown[-1].public_id if len(found) > PAGE_SIZE else None
    return Page(_with_subjects(session, actor, shown), older)


def told(session: Session, actor: User, notification: Notification) -> Told:
    """Return one of the actor's own notifications with what it is about."""
    (found,) = _with_subjects(session, actor, [notification])
    return found


def unread_count(session: Session, actor: User) -> int:
    """Return how many notifications nobody has read, counted up to `MOST_COUNTED`."""
    unread = visible(actor, Notification).where(Notification.read_at.is_(None))
    some = unread.with_only_columns(Notification.id).limit(MOST_COUNTED).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _with_subjects(session: Session, actor: User, found: Sequence[Notification]) -> list[Told]:
    subjects: dict[tuple[str, int], Subject] = {}
    for kind in _KINDS:
        ids = {note.subject_id for note in found if note.subject_kind == kind.__name__}
        seen = visible(actor, kind).where(kind.id.in_(ids)).options(*_loaded_with(kind))
        subjects |= {(kind.__name__, record.id): record for record in session.scalars(seen)}
    reasons = _reasons(session, found)
    told = []
    for note in found:
        subject = subjects.get((note.subject_kind, note.subject_id))
        told.append(Told(note, subject, reasons.get(note.id, "") if subject else ""))
    return told


def _reasons(session: Session, found: Sequence[Notification]) -> dict[int, str]:
    """Return by notification why a record was decided on as it was."""
    changes = {
        note.id: note.payload["change_id"]
        for note in found
        if "change_id" in note.payload
        and (
            note.kind is NoticeKind.REVIEW
            or note.subject_kind in _EXPLAINED
            or note.event in _UNDONE
        )
    }
    statement = sa.select(StatusChange.id, StatusChange.reason)
    rows = session.execute(statement.where(StatusChange.id.in_(set(changes.values()))))
    reasons: dict[int, str] = {row[0]: row[1] for row in rows}
    return {note_id: reasons.get(change_id, "") for note_id, change_id in changes.items()}


def _loaded_with(kind: Any) -> list[_AbstractLoad]:
    if kind is Claim:
        return listed_with()
    if kind in _SIDES:
        return [joinedload(side).options(*titled_with(of)) for side, of in _SIDES[kind]]
    if kind in _PARTS:
        return [joinedload(kind.project)]
    return [] if kind in (Organization, Project, SavedSearch, User) else titled_with(kind)
