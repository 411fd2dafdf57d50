"""Supervision orders: issued by a bureau or by a red light, answered, closed, climbing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.inputs import InputError, need_text
from matchmaker.lifecycle.engine import RefusalError, advance, follow
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission
from matchmaker.project_relations import LEVELS
from matchmaker.projects import access
from models import (
    Event,
    OrderStatus,
    Project,
    RegionLevel,
    SupervisionOrder,
    User,
    new_public_id,
    now,
)

DAYS_TO_ANSWER = 10

OPEN = (OrderStatus.ISSUED, OrderStatus.ANSWERED)


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be demanded of a project, as a line of the minutes says; `key` names the line."""

    project: Project
    text: str
    due_on: date
    key: str | None = None


def issue(
    session: Session,
    actor: User,
    project: Project,
    text: str,
    due_on: date,
    key: str | None = None,
) -> SupervisionOrder:
    """Demand something of a project; the order is of the actor's own level.

    The form `key` sent again is the same order.

    Raises:
        InputError: the text is missing, or the day to answer by has passed.
    """
    wanted = need_text("text", text)
    with transaction(session):
        access.demand(session, actor, project, "order", Permission.ORDER_ISSUE)
        said = {"text": wanted, "due_on": due_on, "issuer": actor}
        earlier = access.made_before(session, project, SupervisionOrder, key, **said)
        if earlier is not None:
            return earlier
        _still_to_come(due_on)
        level = actor.region.level if actor.region else RegionLevel.COUNTY
        order = SupervisionOrder(
            public_id=key or new_public_id(), project=project, level=level, **said
        )
        _add(session, actor, order)
    return order


def issue_all(session: Session, actor: User, demands: Sequence[Demand]) -> list[SupervisionOrder]:
    """Issue the orders that a dispatch meeting (调度会) decided on, all of them or none.

    Raises:
        InputError: as for `issue`; before the field stands the public id of the project.
    """
    issued = []
    with transaction(session):
        for one in demands:
            try:
                order = issue(session, actor, one.project, one.text, one.due_on, one.key)
            except InputError as error:
                field = f"{one.project.public_id}-{error.field}"
                raise InputError(field, error.reason) from error
            issued.append(order)
    return issued


def answer(
    session: Session, actor: User, order: SupervisionOrder, text: str, version: int | None = None
) -> None:
    """Answer an order; the trail keeps each answer, the order the last.

    Raises:
        InputError: the answer is missing.
    """
    said = need_text("answer", text)
    with transaction(session):
        advance(session, actor, order, Action.ANSWER, reason=said, expected_version=version)
        order.answer, order.answered_by, order.answered_at = said, actor, now()


def send_back(
    session: Session,
    actor: User,
    order: SupervisionOrder,
    reason: str,
    due_on: date,
    version: int | None = None,
) -> None:
    """Ask for a better answer, by another day.

    Raises:
        InputError: that day has passed.
    """
    due_on = _still_to_come(due_on)
    with transaction(session):
        advance(session, actor, order, Action.RETURN, reason=reason, expected_version=version)
        order.due_on = due_on


def close(
    session: Session, actor: User, order: SupervisionOrder, version: int | None = None
) -> None:
    """Take the answer as enough."""
    advance(session, actor, order, Action.CLOSE, expected_version=version)


def withdraw(
    session: Session, actor: User, order: SupervisionOrder, reason: str, version: int | None = None
) -> None:
    """Take back an order that nobody needs to answer any more."""
    advance(session, actor, order, Action.WITHDRAW, reason=reason, expected_version=version)


def raise_for_red(session: Session, project: Project) -> SupervisionOrder | None:
    """Issue the order that a red light demands, unless one is open already."""
    with transaction(session):
        if any(one.issuer_id is None and one.status in OPEN for one in project.orders):
            return None
        order = SupervisionOrder(
            project=project,
            level=RegionLevel.COUNTY,
            text=_("The light is red: say what delays the project and what is done about it."),
            due_on=today() + timedelta(days=DAYS_TO_ANSWER),
        )
        _add(session, None, order)
    return order


def end_all(session: Session, cause: User, project: Project, reason: str) -> None:
    """Close the open orders of a project that has ended."""
    with transaction(session):
        for order in project.orders:
            if order.status in OPEN:
                follow(session, cause, order, Action.END, reason=reason)


def climb_overdue(session: Session) -> int:
    """Hand every unanswered order that is overdue up one level; return how many climbed.

    Each in a transaction of its own, with another term; one that somebody answered meanwhile is
    left alone.
    """
    overdue = sa.select(SupervisionOrder).where(
        SupervisionOrder.status == OrderStatus.ISSUED,
        SupervisionOrder.due_on < today(),
        SupervisionOrder.level != RegionLevel.PROVINCE,
    )
    climbed = 0
    for order in session.scalars(overdue.order_by(SupervisionOrder.id)).all():
        try:
            _climb(session, order)
        except RefusalError:
            continue
        climbed += 1
    return climbed


def _climb(session: Session, order: SupervisionOrder) -> None:
    with transaction(session):
        follow(session, None, order, Action.CLIMB)
        order.level = LEVELS[LEVELS.index(order.level) + 1]
        order.due_on = today() + timedelta(days=DAYS_TO_ANSWER)
        session.flush()
        notifications.tell(session, Event.ORDER_CLIMBED, order)


def _add(session: Session, actor: User | None, order: SupervisionOrder) -> None:
    session.add(order)
    session.flush()
    session.add(audit.status_change(order, None, order.status, "issue", actor))
    audit.record(session, actor, "supervisionorder:issue", order, level=order.level.value)
    notifications.tell(session, Event.ORDER_ISSUED, order, actor)


def _still_to_come(day: date) -> date:
    if day < today():
        raise InputError("due_on", _("This day has passed; give one still to come."))
    return day
