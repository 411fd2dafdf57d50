"""What a project grew out of, as far as a reader sees it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.permissions import RecordT, visible
from matchmaker.postings.queries import titled_with
from models import Match, Need, Project, ProjectStage, Result, StatusChange, User


@dataclass(frozen=True, slots=True)
class Related:
    """The need, the result and the match of a project; None where there is none to be seen."""

    need: Need | None
    result: Result | None
    match: Match | None


def read_related(session: Session, actor: User, project: Project) -> Related:
    """Return what a project grew out of, as far as the actor sees it."""
    return Related(
        _seen(session, actor, Need, project.need_id, *titled_with(Need)),
        _seen(session, actor, Result, project.result_id, *titled_with(Result)),
        _seen(session, actor, Match, project.match_id),
    )


def last_stage(session: Session, project: Project) -> ProjectStage:
    """Return the stage that a project is in or was in before it was terminated."""
    if project.stage is not ProjectStage.TERMINATED:
        return project.stage
    ended = sa.select(StatusChange.source).where(
        StatusChange.subject_kind == Project.__name__,
        StatusChange.subject_id == project.id,
        StatusChange.target == ProjectStage.TERMINATED,
    )
    return ProjectStage(str(session.scalars(ended).one()))


def _seen(
    session: Session, actor: User, kind: type[RecordT], record_id: int | None, *options: Any
) -> RecordT | None:
    if record_id is None:
        return None
    return session.scalar(visible(actor, kind).where(kind.id == record_id).options(*options))
