"""Supervision orders as lists and what became of one, as far as the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.clock import today
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import visible
from matchmaker.postings.filters import clean, one_of
from matchmaker.project_relations import is_regional
from matchmaker.projects.orders import OPEN
from models import (
    AuditEntry,
    OrderStatus,
    Project,
    RegionLevel,
    StatusChange,
    SupervisionOrder,
    User,
)

PAGE_SIZE = 20
STATES = ("open", "overdue", "climbed", "answered", "closed")
"""What the orders can be narrowed to; all but the last are open."""

_CLIMB = AuditEntry.action == "supervisionorder:climb"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the reader asked for; None means any.

    `after` is the public id of the row from which the page continues.
    """

    state: str = "open"
    level: RegionLevel | None = None
    project: Project | None = None
    after: str = ""

    def parameters(self) -> dict[str, str]:
        """Return what stands in the address beside the state, without where the page begins."""
        project = self.project.public_id if self.project else ""
        given = {"level": self.level or "", "project": project}
        return {name: str(value) for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """An order, whether it has climbed, and by how many days its answer is late."""

    order: SupervisionOrder
    climbed: bool
    late: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of orders, and the public id from which the next one continues."""

    rows: Sequence[Row]
    following: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that became of an order; `words` are what was answered, or why it was done."""

    at: datetime
    action: str
    by: str
    words: str = ""


def read_filter(args: Mapping[str, str], project: Project | None) -> OrderFilter:
    """Return what `args` ask for; what cannot be read means any."""
    state = args.get("state", "")
    return OrderFilter(
        state=state if state in STATES else "open",
        level=one_of(RegionLevel, args.get("level", "")),
        project=project,
        after=clean(args.get("after", "")),
    )


def read_page(session: Session, actor: User, chosen: OrderFilter) -> Page:
    """Return the page that `chosen` continues to, the first one if that row is gone.

    What is due first comes first; of closed orders, what was due last.
    """
    seen = visible(actor, SupervisionOrder)
    key = sa.tuple_(SupervisionOrder.due_on, SupervisionOrder.id)
    columns = (SupervisionOrder.due_on, SupervisionOrder.id)
    last = session.execute(
        seen.with_only_columns(*columns).where(SupervisionOrder.public_id == chosen.after)
    ).first()
    downwards = chosen.state == "closed"
    statement = seen.where(_in_state(chosen.state))
    if chosen.level:
        statement = statement.where(SupervisionOrder.level == chosen.level)
    if chosen.project:
        statement = statement.where(SupervisionOrder.project_id == chosen.project.id)
    if last:
        here = sa.tuple_(*map(sa.literal, last))
        statement = statement.where(key < here if downwards else key > here)
    order = [column.desc() if downwards else column.asc() for column in columns]
    found = session.scalars(
        statement.order_by(*order)
        .limit(PAGE_SIZE + 1)
        .options(joinedload(SupervisionOrder.project).joinedload(Project.region))
    ).all()
    shown = found[:PAGE_SIZE]
    climbed = _climbed(session, [one.id for one in shown])
    rows = [Row(one, one.id in climbed, days_late(one)) for one in shown]
    return Page(rows, shown[-1].public_id if len(found) > PAGE_SIZE else None)


def days_late(order: SupervisionOrder) -> int:
    """Return by how many days the answer to an order is late, 0 while there is time."""
    return max((today() - order.due_on).days, 0) if order.status is OrderStatus.ISSUED else 0


def history(session: Session, actor: User, order: SupervisionOrder) -> list[Step]:
    """Return what became of an order, newest first."""
    changes = _rows_about(session, StatusChange, order)
    climbs = _rows_about(session, AuditEntry, order, _CLIMB)
    steps = [
        Step(row.at, row.action, named(actor, order, person), row.reason) for row, person in changes
    ]
    steps += [Step(row.at, Action.CLIMB, "") for row, _nobody in climbs]
    return sorted(steps, key=lambda step: step.at, reverse=True)


def named(actor: User, order: SupervisionOrder, person: User | None) -> str:
    """Return who somebody is to a reader, "" for nobody: to other organizations, for whom."""
    if person is None:
        return ""
    known = is_regional(actor, order) or person.organization_id == actor.organization_id
    return person.name if known else person.organization.name


def _rows_about(
    session: Session, kind: Any, order: SupervisionOrder, *conditions: sa.ColumnElement[bool]
) -> Sequence[Any]:
    return session.execute(
        sa.select(kind, User)
        .outerjoin(User, User.id == kind.actor_id)
        .where(
            kind.subject_kind == SupervisionOrder.__name__,
            kind.subject_id == order.id,
            kind.at >= order.created_at,
            *conditions,
        )
        .options(joinedload(User.organization))
    ).all()


def _in_state(state: str) -> sa.ColumnElement[bool]:
    order = SupervisionOrder
    match state:
        case "overdue":
            return sa.and_(order.status == OrderStatus.ISSUED, order.due_on < today())
        case "climbed":
            return sa.and_(order.status.in_(OPEN), order.id.in_(_climbs()))
        case "answered":
            return order.status == OrderStatus.ANSWERED
        case "closed":
            return order.status == OrderStatus.CLOSED
        case _:
            return order.status.in_(OPEN)


def _climbed(session: Session, ids: Sequence[int]) -> set[int]:
    return set(session.scalars(_climbs().where(AuditEntry.subject_id.in_(ids))))


def _climbs() -> sa.Select[Any]:
    """Return the SELECT of the ids of the orders that have climbed, once for each time."""
    return sa.select(AuditEntry.subject_id).where(
        AuditEntry.subject_kind == SupervisionOrder.__name__, _CLIMB
    )
