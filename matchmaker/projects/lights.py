"""Keeps each project's light; the arithmetic is in `light`."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import lock, transaction
from matchmaker.projects import orders
from matchmaker.projects.light import Reading, Step, read
from models import Light, Project, ProjectStage


def reading(project: Project) -> Reading:
    """Return the light that a project's plan and reports give today, with its arithmetic."""
    steps = [Step(one.weight, one.starts_on, one.due_on, one.done_on) for one in project.milestones]
    reported = project.reports[-1].percent if project.reports else None
    return read(steps, reported, today())


def refresh(session: Session, project: Project) -> None:
    """Bring a project's light up to date; red raises a supervision order.

    Only what is being tracked has a light.
    """
    with transaction(session):
        lock(session, project)
        before = project.light
        if project.stage is not ProjectStage.TRACKING:
            project.light, project.light_on, project.light_lines = None, None, []
            return
        found = reading(project)
        project.light, project.light_on = found.light, today()
        project.light_lines = [line.as_json() for line in found.lines]
        session.flush()
        if found.light is not before:
            was = before.value if before else ""
            change = {"before": was, "after": found.light.value}
            audit.record(session, None, "project:light", project, **change)
        if found.light is Light.RED:
            orders.raise_for_red(session, project)


def refresh_all(session: Session) -> int:
    """Bring every tracked project's light up to date; return how many are tracked.

    Each in a transaction of its own.
    """
    tracked = sa.select(Project.id).where(Project.stage == ProjectStage.TRACKING)
    ids = session.scalars(tracked.order_by(Project.id)).all()
    for project_id in ids:
        refresh(session, session.get_one(Project, project_id))
    return len(ids)
