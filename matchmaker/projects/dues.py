"""What projects have to see to next: their open milestones, issues and supervision orders."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from models import Milestone, OrderStatus, Project, ProjectIssue, SupervisionOrder

_FAR = date(9999, 12, 31)

_OPEN: tuple[tuple[Any, sa.ColumnElement[bool]], ...] = (
    (Milestone, Milestone.done_on.is_(None)),
    (ProjectIssue, ProjectIssue.resolved_on.is_(None)),
    (SupervisionOrder, SupervisionOrder.status == OrderStatus.ISSUED),
)
"""Of two that are due on one day the one further up comes first."""

_of_one = sa.union_all(
    *(
        sa.select(kind.due_on).where(kind.project_id == Project.id, is_open).correlate(Project)
        for kind, is_open in _OPEN
    )
).subquery()

NEXT_DUE: sa.ColumnElement[date] = sa.func.coalesce(
    sa.select(sa.func.min(_of_one.c.due_on)).scalar_subquery(), sa.literal(_FAR)
)
"""The day by which a project has to see to something, for the order of a SELECT of projects.

Each kind is looked up by project in an index of its own (`ix_…_open`).
"""


@dataclass(frozen=True, slots=True)
class Due:
    """What a project has to see to next, and by when; only a milestone has a name."""

    on: date
    kind: type[Milestone | ProjectIssue | SupervisionOrder]
    name: str

    @property
    def overdue(self) -> bool:
        """Whether the day has passed."""
        return self.on < today()


def next_dues(session: Session, project_ids: Collection[int]) -> dict[int, Due]:
    """Return by project what each has to see to next; who has nothing is not in it."""
    every = sa.union_all(
        *(
            sa.select(
                kind.project_id,
                kind.due_on,
                sa.literal(rank).label("rank"),
                kind.id,
                (kind.name if kind is Milestone else sa.literal("")).label("name"),
            ).where(kind.project_id.in_(project_ids), is_open)
            for rank, (kind, is_open) in enumerate(_OPEN)
        )
    ).subquery()
    found: dict[int, Due] = {}
    in_order = sa.select(every).order_by(every.c.due_on, every.c.rank, every.c.id)
    for project_id, due_on, rank, _id, name in session.execute(in_order):
        found.setdefault(project_id, Due(due_on, _OPEN[rank][0], name))
    return found
