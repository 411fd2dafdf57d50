"""Files of a project: of its contracts, payments and milestones; each use case one transaction."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import transaction
from matchmaker.lifecycle.engine import check_permission
from matchmaker.permissions import Permission
from matchmaker.postings.attachments import note_upload, stored
from matchmaker.postings.file_types import Accepted
from matchmaker.project_relations import project_of
from matchmaker.projects import access
from models import Attachment, Milestone, Project, Record, User, now


def keep(session: Session, actor: User, part: Record, file: Accepted) -> Attachment:
    """Keep a file of a part of a project, for whoever sees the project.

    A part has the same file once, however often it is sent.

    Raises:
        StorageError: it could not be kept.
        NotVisibleError, NotPermittedError, WrongStateError: as for `access.demand`.
    """
    project, permission = project_of(part), _permission(part)
    check_permission(session, actor, project, "attach", [permission])
    here = {"project_id": project.id, "subject_kind": type(part).__name__, "subject_id": part.id}
    kept = sa.select(Attachment).filter_by(**here, sha256=file.sha256, attached=True)
    present = session.scalar(kept)
    if present is not None:
        return present
    with stored(session, file) as row, transaction(session):
        access.demand(session, actor, project, "attach", permission)
        attachment = Attachment(
            organization_id=actor.organization_id,
            uploaded_by_id=actor.id,
            attached=True,
            **here,
            **row,
        )
        session.add(attachment)
        note_upload(session, actor, attachment)
    return attachment


def remove(session: Session, actor: User, project: Project, file: Attachment) -> None:
    """Throw a file of a project away that was attached by mistake.

    Raises:
        NotVisibleError, NotPermittedError, WrongStateError: as for `access.demand`.
    """
    with transaction(session):
        access.demand(session, actor, project, "detach")
        file.attached, file.deleted_at = False, now()
        session.flush()
        audit.record(session, actor, "attachment:detach", file)


def _permission(part: Record) -> Permission:
    """Return what it takes to add a file: evidence of a milestone is for the parties to give."""
    return Permission.PROJECT_REPORT if isinstance(part, Milestone) else Permission.PROJECT_RUN
