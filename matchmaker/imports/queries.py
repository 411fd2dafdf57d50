"""Reading imports: one's own, how far one is, what became of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.imports.rows import KINDS
from matchmaker.permissions import visible
from models import (
    ImportBatch,
    ImportStatus,
    Job,
    OutboxMessage,
    PostingStatus,
    TypedForm,
    User,
)

MOST_LISTED = 20
FIRST_VERSION = 1


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of an import: how many of its texts stand in which state, and the first ones."""

    counts: Mapping[PostingStatus, int]
    first: Sequence[Any]
    may_be_taken_back: bool


def latest(session: Session, actor: User, kind: str) -> Sequence[ImportBatch]:
    """Return the actor's imports of a kind, newest first."""
    return session.scalars(
        visible(actor, ImportBatch)
        .where(ImportBatch.kind == kind)
        .order_by(ImportBatch.id.desc())
        .limit(MOST_LISTED)
    ).all()


def same_file(session: Session, actor: User, batch: ImportBatch) -> ImportBatch | None:
    """Return an earlier import of the very same file by the same organization, None without."""
    return session.scalar(
        sa.select(ImportBatch)
        .where(
            ImportBatch.organization_id == actor.organization_id,
            ImportBatch.kind == batch.kind,
            ImportBatch.sha256 == batch.sha256,
            ImportBatch.status == ImportStatus.DONE,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )


def job_key(batch: ImportBatch) -> str:
    """Return what the keys of the messages that carry an import out begin with."""
    return f"import {batch.public_id} "


def job_of(session: Session, batch: ImportBatch) -> Job | None:
    """Return the job that carries an import out, None while it waits."""
    mine = OutboxMessage.key.startswith(job_key(batch), autoescape=True)
    return session.scalar(
        sa.select(Job).join(Job.message).where(mine).order_by(Job.id.desc()).limit(1)
    )


def brought(session: Session, batch: ImportBatch) -> Brought:
    """Return what became of an import that is done."""
    record = KINDS[batch.kind][0]
    own = record.import_batch_id == batch.id
    counted = session.execute(
        sa.select(record.status, sa.func.count()).where(own).group_by(record.status)
    )
    first = session.scalars(sa.select(record).where(own).order_by(record.id).limit(MOST_LISTED))
    return Brought(
        {row[0]: row[1] for row in counted}, first.all(), may_be_taken_back(session, batch)
    )


def may_be_taken_back(session: Session, batch: ImportBatch) -> bool:
    """Return whether all texts of an import are drafts still, as they came in."""
    record = KINDS[batch.kind][0]
    own = record.import_batch_id == batch.id
    untouched = record.status == PostingStatus.DRAFT, record.version == FIRST_VERSION
    left = session.scalar(sa.select(sa.func.count()).select_from(record).where(own, *untouched))
    colleagues = sa.select(User.id).where(User.organization_id == batch.organization_id)
    begun = (
        sa.select(TypedForm.id)
        .join(record, record.id == TypedForm.subject_id)
        .where(own, TypedForm.subject_kind == record.__name__, TypedForm.user_id.in_(colleagues))
    )
    return (
        batch.status is ImportStatus.DONE
        and left == batch.row_count
        and session.scalar(begun.limit(1)) is None
    )
