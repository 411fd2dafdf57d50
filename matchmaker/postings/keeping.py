"""Files that belong to a record from the first, such as a payment's or a claim's evidence."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, storage
from matchmaker.db import transaction
from matchmaker.postings.attachments import note_upload, stored
from matchmaker.postings.file_types import MOST_FILES, Accepted, too_many
from models import Attachment, User, now


def keep(
    session: Session,
    actor: User,
    place: Mapping[str, Any],
    file: Accepted,
    demand: Callable[[], None],
) -> Attachment:
    """Keep a file where it belongs; the same file once there, however often it is sent.

    Args:
        session: the session.
        actor: who sends it.
        place: what it belongs to, by the columns of the file's row.
        file: the file.
        demand: raises where the actor may not add to it; lets one writer at a time go on.

    Raises:
        UnacceptableFileError: there are as many as there may be.
        StorageError: it could not be kept.
    """
    with stored(session, file) as row, transaction(session):
        demand()
        there = session.scalars(sa.select(Attachment).filter_by(**place, attached=True)).all()
        same = next((one for one in there if one.sha256 == file.sha256), None)
        if same is not None:
            storage.delete(row["key"])
            return same
        if len(there) >= MOST_FILES:
            raise too_many()
        attachment = Attachment(
            organization_id=actor.organization_id,
            uploaded_by_id=actor.id,
            attached=True,
            **place,
            **row,
        )
        session.add(attachment)
        note_upload(session, actor, attachment)
    return attachment


def throw_away(session: Session, actor: User, file: Attachment) -> None:
    """Take a file from where it belongs; part of the transaction under way."""
    file.attached, file.deleted_at = False, now()
    session.flush()
    audit.record(session, actor, "attachment:detach", file)
