"""The plan of a project and what has been reached of it; each use case is one transaction.

All raise what `access.demand` raises, and `InputError` for a value that cannot be taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.inputs import InputError, need_past, need_text
from matchmaker.lifecycle.engine import StaleError
from matchmaker.lifecycle.project import WHOLE_PLAN
from matchmaker.permissions import Permission
from matchmaker.projects import access, lights
from models import Milestone, Project, ProjectStage, User, now

PLANNABLE = frozenset({ProjectStage.LEAD, ProjectStage.MATCHMAKING, ProjectStage.TRACKING})


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of a plan; `milestone` is the one that it changes, None for a new one."""

    name: str
    weight: int
    starts_on: date
    due_on: date
    milestone: Milestone | None = None


def plan(
    session: Session,
    actor: User,
    project: Project,
    steps: Sequence[Planned],
    version: int | None = None,
) -> None:
    """Make `steps`, in this order, the plan of the project; what is not among them is dropped.

    The field of an `InputError` names the step: `steps-0-name` and so on, or `weights`.
    """
    for number, step in enumerate(steps):
        _check(number, step)
    total = sum(step.weight for step in steps)
    if total != WHOLE_PLAN:
        reason = _("The weights of the milestones sum to %(sum)s, not to 100.", sum=total)
        raise InputError("weights", reason)
    with transaction(session):
        access.demand(session, actor, project, "plan", stages=PLANNABLE, version=version)
        kept = [step.milestone for step in steps if step.milestone]
        if any(one.project_id != project.id for one in kept):
            raise StaleError(project, "plan")
        for milestone in project.milestones:
            if milestone not in kept:
                _drop(session, milestone)
            milestone.position += len(project.milestones) + len(steps)  # out of the way
        session.flush()
        for position, step in enumerate(steps):
            milestone = step.milestone or Milestone(project=project)
            session.add(milestone)
            milestone.position, milestone.name = position, step.name.strip()
            milestone.weight = step.weight
            milestone.starts_on, milestone.due_on = step.starts_on, step.due_on
        project.updated_at = now()  # so that a second editor's page is out of date
        session.flush()
        session.expire(project, ["milestones"])
        audit.record(session, actor, "project:plan", project, steps=len(steps))
        lights.refresh(session, project)


def reach(
    session: Session,
    actor: User,
    milestone: Milestone,
    done_on: date,
    evidence: str,
    version: int | None = None,
) -> None:
    """Record that a milestone was reached, and what shows it."""
    need_past("done_on", done_on, today())
    proof = need_text("evidence", evidence)
    with transaction(session):
        _demand(session, actor, milestone, "reach", Permission.PROJECT_REPORT, version)
        milestone.done_on, milestone.evidence = done_on, proof
        _note(session, actor, milestone, "reach")


def take_back(
    session: Session, actor: User, milestone: Milestone, reason: str, version: int | None = None
) -> None:
    """Record that a milestone was not reached after all."""
    why = need_text("reason", reason)
    with transaction(session):
        _demand(session, actor, milestone, "take_back", Permission.PROJECT_RUN, version)
        milestone.done_on = None
        milestone.evidence = f"{milestone.evidence}\n{why}".strip()
        _note(session, actor, milestone, "take_back")


def _check(number: int, step: Planned) -> None:
    if not step.name.strip():
        raise InputError(f"steps-{number}-name", _("This is missing."))
    if not 1 <= step.weight <= WHOLE_PLAN:
        raise InputError(f"steps-{number}-weight", _("Give a whole number from 1 to 100."))
    if step.due_on < step.starts_on:
        raise InputError(f"steps-{number}-due_on", _("The milestone is due before it starts."))


def _drop(session: Session, milestone: Milestone) -> None:
    if milestone.done_on is not None:
        reason = _("“%(name)s” has been reached and stays.", name=milestone.name)
        raise InputError("steps", reason)
    session.delete(milestone)


def _demand(
    session: Session,
    actor: User,
    milestone: Milestone,
    action: str,
    permission: Permission,
    version: int | None,
) -> None:
    tracked = frozenset({ProjectStage.TRACKING})
    project = milestone.project
    access.demand(session, actor, project, action, permission, stages=tracked)
    if version is not None and version != milestone.version:
        raise StaleError(project, action)


def _note(session: Session, actor: User, milestone: Milestone, action: str) -> None:
    session.flush()
    audit.record(session, actor, f"milestone:{action}", milestone)
    lights.refresh(session, milestone.project)
