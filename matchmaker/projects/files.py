"""Files of the parts of a project, its nomination among them; each use case one transaction."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.db import lock, transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import WrongStateError, check_permission
from matchmaker.permissions import Permission
from matchmaker.postings import keeping
from matchmaker.postings.file_types import Accepted, UnacceptableFileError
from matchmaker.project_relations import project_of
from matchmaker.projects import access
from matchmaker.storage import StorageError
from models import Attachment, KeyDesignation, KeyStatus, Milestone, Project, Record, User

NOT_YET_KEY = frozenset({KeyStatus.NOMINATED, KeyStatus.RESERVE})
"""The states in which the evidence of a nomination may still be added to."""


def keep(session: Session, actor: User, part: Record, file: Accepted) -> Attachment:
    """Keep a file of a part of a project, for whoever sees the project.

    Raises:
        UnacceptableFileError, StorageError: as for `keeping.keep`.
        NotVisibleError, NotPermittedError, WrongStateError: as for `access.demand`.
    """
    return keeping.keep(
        session, actor, _place(part), file, lambda: _demand(session, actor, part, "attach")
    )


def keep_all(session: Session, actor: User, part: Record, files: Iterable[Accepted]) -> list[str]:
    """Keep files of a part of a project; return for each that could not be why, in words.

    Raises:
        NotVisibleError, NotPermittedError, WrongStateError: as for `keep`.
    """
    refused = []
    for file in files:
        try:
            keep(session, actor, part, file)
        except (UnacceptableFileError, StorageError) as error:
            refused.append(_("“%(name)s”: %(reason)s", name=file.name, reason=error))
    return refused


def remove(session: Session, actor: User, project: Project, file: Attachment) -> None:
    """Throw a file of a project away that was attached by mistake.

    Raises:
        NotVisibleError, NotPermittedError, WrongStateError: as for `access.demand`.
    """
    with transaction(session):
        nominated = file.subject_kind == KeyDesignation.__name__
        part = session.get_one(KeyDesignation, file.subject_id) if nominated else project
        _demand(session, actor, part, "detach")
        keeping.throw_away(session, actor, file)


def files_of(session: Session, part: Record) -> Sequence[Attachment]:
    """Return the files of a part of a project, oldest first."""
    kept = sa.select(Attachment).filter_by(**_place(part), attached=True)
    return session.scalars(kept.order_by(Attachment.id)).all()


def _place(part: Record) -> dict[str, object]:
    return {
        "project_id": project_of(part).id,
        "subject_kind": type(part).__name__,
        "subject_id": part.id,
    }


def _demand(session: Session, actor: User, part: Record, action: str) -> None:
    """Refuse whoever may not change the files of a part; let one at a time go on.

    Evidence of a milestone is for the parties to give, that of a nomination for who may nominate.
    """
    project = project_of(part)
    if isinstance(part, KeyDesignation):
        check_permission(session, actor, project, action, [Permission.KEY_NOMINATE])
        lock(session, part)
        if part.status not in NOT_YET_KEY:
            reason = _("The list has been decided on; its evidence stays as it is.")
            raise WrongStateError(part, action, reason)
        return
    reporting = isinstance(part, Milestone)
    permission = Permission.PROJECT_REPORT if reporting else Permission.PROJECT_RUN
    access.demand(session, actor, project, action, permission)
