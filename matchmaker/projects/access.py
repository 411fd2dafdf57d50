"""What every write to a part of a project asks first."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.db import lock
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import StaleError, WrongStateError, check_permission
from matchmaker.permissions import Permission, RecordT
from matchmaker.project_relations import project_of
from models import Project, ProjectStage, User

RUNNING = frozenset({ProjectStage.TRACKING, ProjectStage.INCENTIVE})
UNFINISHED = frozenset({ProjectStage.LEAD, ProjectStage.MATCHMAKING}) | RUNNING


def demand(
    session: Session,
    actor: User,
    project: Project,
    action: str,
    permission: Permission = Permission.PROJECT_RUN,
    *,
    stages: frozenset[ProjectStage] = UNFINISHED,
    version: int | None = None,
) -> None:
    """Let one writer at a time go on with a project that they may work on and that is not over.

    `version` is that of the page, where the whole project is what was edited.

    Raises:
        NotVisibleError, NotPermittedError, StaleError: as for `lifecycle.engine.advance`.
        WrongStateError: the project is in none of `stages`.
    """
    check_permission(session, actor, project, action, [permission])
    lock(session, project)
    if version is not None and version != project.version:
        raise StaleError(project, action)
    demand_stage(project, action, stages)


def demand_stage(project: Project, action: str, stages: frozenset[ProjectStage]) -> None:
    """Refuse what is not done in the stage that a project is in.

    Raises:
        WrongStateError: the project is in none of `stages`.
    """
    if project.stage not in stages:
        raise WrongStateError(project, action, _("The project is not in a stage for this."))


def made_before(
    session: Session, project: Project, kind: type[RecordT], key: str | None, **values: object
) -> RecordT | None:
    """Return the part of a project that the form `key` has made already, None if it is new.

    Raises:
        WrongStateError: the form was sent before and said something else than `values`.
    """
    if key is None:
        return None
    earlier = session.scalar(sa.select(kind).where(kind.public_id == key))
    if earlier is None:
        return None
    same = all(getattr(earlier, name) == value for name, value in values.items())
    if same and project_of(earlier) is project:
        return earlier
    reason = _("This form was sent before and said something else. Send it again if you mean both.")
    raise WrongStateError(project, kind.__name__.lower(), reason)
