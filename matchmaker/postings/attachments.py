"""Use cases of the files that belong to a text; each is one transaction.

A file is uploaded into a form. Which of its form's files a text has is part of the text: saving
attaches them, and those of a published text change when a revision is approved.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, storage
from matchmaker.db import transaction
from matchmaker.permissions import Permission, Refused, can, visible
from matchmaker.postings.file_types import Accepted, accepted
from models import (
    OPEN_REVISION,
    Attachment,
    Need,
    Result,
    Revision,
    TypedForm,
    User,
    new_public_id,
    now,
)

KEPT_UNUSED = timedelta(days=7)

_STORED = "attachment-"

Posting = Need | Result


def upload(session: Session, actor: User, form: TypedForm, name: str, content: bytes) -> Attachment:
    """Keep a file that was chosen in a form of the actor's.

    The file is there before its row, and goes again if there will be no row.

    Raises:
        Refused: the actor may not post.
        UnacceptableFileError: it is of no kind that is taken, or too large.
        StorageError: it could not be kept.
    """
    decision = can(actor, Permission.POSTING_WRITE)
    if not decision:
        raise Refused(decision)
    form_id = form.id
    with stored(session, accepted(name, content)) as file, transaction(session):
        attachment = Attachment(
            organization_id=actor.organization_id,
            uploaded_by_id=actor.id,
            typed_form_id=form_id,
            **file,
        )
        session.add(attachment)
        note_upload(session, actor, attachment)
    return attachment


@contextmanager
def stored(session: Session, file: Accepted) -> Iterator[dict[str, Any]]:
    """Put a file into the store; yield what its row says of it, and take it out if that fails.

    Raises:
        StorageError: it could not be kept.
    """
    key = _STORED + new_public_id()
    session.rollback()  # a slow store holds no connection
    storage.put(key, file.content)
    try:
        yield {
            "name": file.name,
            "media_type": file.media_type,
            "size": len(file.content),
            "sha256": file.sha256,
            "key": key,
        }
    except BaseException:
        storage.delete(key)
        raise


def note_upload(session: Session, actor: User, file: Attachment) -> None:
    """Write into the trail that a file came in; part of the transaction under way."""
    session.flush()
    audit.record(session, actor, "attachment:upload", file, size=file.size, sha256=file.sha256)


def usable(
    session: Session, actor: User, posting: Posting | None, form_key: str
) -> Sequence[Attachment]:
    """Return the files that a form may name: those uploaded into it, and those of its posting."""
    form = sa.select(TypedForm.id).where(
        TypedForm.public_id == form_key, TypedForm.user_id == actor.id
    )
    theirs: sa.ColumnElement[bool] = Attachment.typed_form_id.in_(form)
    if posting is not None:
        theirs = sa.or_(theirs, _of(posting))
    statement = visible(actor, Attachment).where(theirs).order_by(Attachment.id)
    return session.scalars(statement).all()


def named(session: Session, actor: User, public_ids: Collection[str]) -> Sequence[Attachment]:
    """Return those of some files that the actor sees."""
    statement = visible(actor, Attachment).where(Attachment.public_id.in_(public_ids))
    return session.scalars(statement.order_by(Attachment.id)).all()


def attach(
    session: Session, actor: User | None, posting: Posting, public_ids: Collection[str]
) -> None:
    """Let exactly these files belong to a posting's text; part of the transaction under way."""
    named = sa.and_(
        Attachment.public_id.in_(public_ids),
        Attachment.organization_id == posting.organization_id,
    )
    for file in session.scalars(sa.select(Attachment).where(sa.or_(named, _of(posting)))).all():
        wanted = file.public_id in public_ids
        if file.attached != wanted:
            file.attached = wanted
            _give(file, posting)
            audit.record(session, actor, f"attachment:{'attach' if wanted else 'detach'}", file)
    session.flush()
    session.expire(posting, ["attachments"])


def hand_in(session: Session, revision: Revision) -> None:
    """Let the files that a change adds be seen by who reviews it; part of the transaction."""
    added = sa.select(Attachment).where(
        Attachment.public_id.in_(revision.values["attachments"]),
        Attachment.organization_id == revision.posting.organization_id,
        Attachment.attached.is_(False),
    )
    for file in session.scalars(added).all():
        file.revision_id = revision.id
        _give(file, revision.posting)


def throw_away_unused(session: Session) -> int:
    """Delete the files that no text, no open change and no unsaved form has named for a week.

    So go those whose row was never written, because its process was killed. Returns how many went.
    """
    moment = now() - KEPT_UNUSED
    asked_for = sa.select(Revision.id).where(Revision.status.in_(OPEN_REVISION))
    unsaved = sa.select(TypedForm.id).where(TypedForm.saved.is_(False))
    unused = sa.select(Attachment).where(
        Attachment.deleted_at.is_(None),
        Attachment.attached.is_(False),
        Attachment.updated_at < moment,
        Attachment.typed_form_id.not_in(unsaved),
        sa.or_(Attachment.revision_id.is_(None), Attachment.revision_id.not_in(asked_for)),
    )
    with transaction(session):
        files = session.scalars(unused).all()
        for file in files:
            file.deleted_at = now()
        if files:
            audit.record(session, None, "attachment:throw_away", count=len(files))
    kept = set(session.scalars(sa.select(Attachment.key).where(Attachment.deleted_at.is_(None))))
    session.rollback()
    stored = (key for key in storage.kept_before(moment) if key.startswith(_STORED))
    gone = [key for key in stored if key not in kept]
    for key in gone:
        storage.delete(key)
    return len(gone)


def _of(posting: Posting) -> sa.ColumnElement[bool]:
    own = Attachment.need_id if isinstance(posting, Need) else Attachment.result_id
    return own == posting.id


def _give(file: Attachment, posting: Posting) -> None:
    """Note whose file it is; it stays that."""
    if isinstance(posting, Need):
        file.need_id = posting.id
    else:
        file.result_id = posting.id
