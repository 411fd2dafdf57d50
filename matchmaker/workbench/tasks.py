"""What waits for a reader, by what they may do: how much of it, and the page where it is done.

Each number is that of the page it leads to, counted up to `MOST_COUNTED`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.incentives import queries as claims
from matchmaker.matches import board, conversations
from matchmaker.organizations import queries as organizations
from matchmaker.permissions import Permission, granted, visible
from matchmaker.postings.services import STILL_VALID_DAYS
from matchmaker.relations import REGION_ROLES, where_own, where_revises
from matchmaker.review import queries as review
from models import (
    Job,
    JobStatus,
    KeyDesignation,
    KeyStatus,
    Light,
    MatchGrade,
    MessageStatus,
    Need,
    Objection,
    OrderStatus,
    OutboxMessage,
    PostingStatus,
    Project,
    RegionLevel,
    Result,
    Revision,
    RevisionStatus,
    SupervisionOrder,
    User,
)

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of thing that waits: what, how much of it, how much of that is late, and where."""

    text: str
    count: int
    address: str
    late: int = 0


def tasks(session: Session, actor: User) -> list[Task]:
    """Return what waits for the actor, what others wait for first."""
    may = granted(actor)
    every = (
        task for permission, find in _FINDERS if permission in may for task in find(session, actor)
    )
    return [task for task in every if task.count]


def _answers(session: Session, actor: User) -> Iterator[Task]:
    count = board.count_waiting(session, actor)
    yield Task(_("Matches await the answer of your side"), count, url_for("matches.waiting"))


def _reviews(session: Session, actor: User) -> Iterator[Task]:
    count, late = review.count(session, actor), review.count(session, actor, overdue=True)
    yield Task(_("Texts wait for your review"), count, url_for("review.inbox"), late)


def _registrations(session: Session, actor: User) -> Iterator[Task]:
    count = organizations.waiting(session, actor)
    yield Task(_("Organizations wait for approval"), count, url_for("organizations.queue"))


def _pairs(session: Session, actor: User) -> Iterator[Task]:
    """Count what a broker was given and, of a region's pairs, the strong ones."""
    if actor.roles & REGION_ROLES:
        address = url_for("matches.index", grade=MatchGrade.STRONG.value)
        count = board.count_proposed(session, actor, MatchGrade.STRONG)
        yield Task(_("Strong pairs wait to be recommended"), count, address)
    else:
        count = board.count_proposed(session, actor)
        address = url_for("matches.index")
        yield Task(_("Pairs given to you await your recommendation"), count, address)


def _messages(session: Session, actor: User) -> Iterator[Task]:
    count = conversations.unread_count(session, actor)
    yield Task(_("Messages are unread"), count, url_for("matches.inbox"))


def _own_texts(session: Session, actor: User) -> Iterator[Task]:
    returned = PostingStatus.RETURNED
    changes = sa.select(Revision.id).where(
        Revision.status == RevisionStatus.RETURNED,
        where_revises(lambda kind: where_own(actor, kind)),
    )
    last = today() + timedelta(days=max(STILL_VALID_DAYS))
    for text, count, status in (
        (_("Returned texts wait to be mended"), _own(session, actor, returned), returned),
        (_("Returned changes wait to be mended"), _counted(session, changes), None),
        (
            _("Drafts were not submitted yet"),
            _own(session, actor, PostingStatus.DRAFT),
            PostingStatus.DRAFT,
        ),
        (
            _("Texts end soon: renew what still holds"),
            _own(session, actor, PostingStatus.PUBLISHED, lambda kind: kind.valid_until <= last),
            PostingStatus.PUBLISHED,
        ),
    ):
        yield Task(text, count, url_for("portal.mine", status=status.value if status else None))


def _orders(session: Session, actor: User) -> Iterator[Task]:
    issued = _seen(actor, SupervisionOrder, SupervisionOrder.status == OrderStatus.ISSUED)
    count = _counted(session, issued)
    late = _counted(session, issued.where(SupervisionOrder.due_on < today()))
    yield Task(_("Supervision orders await an answer"), count, url_for("projects.orders"), late)


def _answered_orders(session: Session, actor: User) -> Iterator[Task]:
    answered = _seen(actor, SupervisionOrder, SupervisionOrder.status == OrderStatus.ANSWERED)
    address = url_for("projects.orders", state="answered")
    yield Task(_("Answered orders wait to be closed"), _counted(session, answered), address)


def _projects(session: Session, actor: User) -> Iterator[Task]:
    for light, text in (
        (Light.RED, _("Projects show a red light")),
        (Light.YELLOW, _("Projects show a yellow light")),
    ):
        count = _counted(session, _seen(actor, Project, Project.light == light))
        yield Task(text, count, url_for("projects.index", light=light.value))


def _claims(session: Session, actor: User) -> Iterator[Task]:
    count = claims.count_waiting(session, actor)
    yield Task(_("Claims wait for your next step"), count, url_for("incentives.claims"))


def _nominations(session: Session, actor: User) -> Iterator[Task]:
    """Count what a director of a city or the province may put in reserve."""
    if actor.region and actor.region.level is not RegionLevel.COUNTY:
        nominated = KeyDesignation.status == KeyStatus.NOMINATED
        count = _counted(session, _seen(actor, KeyDesignation, nominated))
        address = url_for("indicators.key_projects", status=KeyStatus.NOMINATED.value)
        yield Task(_("Nominations for key projects wait"), count, address)


def _objections(session: Session, actor: User) -> Iterator[Task]:
    open_ones = _counted(session, _seen(actor, Objection, Objection.outcome.is_(None)))
    yield Task(_("Objections to public notices wait"), open_ones, url_for("publicity.index"))


def _operations(session: Session, actor: User) -> Iterator[Task]:
    failed = _counted(session, _seen(actor, Job, Job.status == JobStatus.FAILED))
    yield Task(_("Background jobs have failed"), failed, url_for("admin.jobs", status="failed"))
    lost = _seen(actor, OutboxMessage, OutboxMessage.status == MessageStatus.FAILED)
    yield Task(_("Mails could not be sent"), _counted(session, lost), url_for("admin.mails"))


_FINDERS: tuple[tuple[Permission, Callable[[Session, User], Iterator[Task]]], ...] = (
    (Permission.MATCH_ANSWER, _answers),
    (Permission.REVIEW_DECIDE, _reviews),
    (Permission.ORGANIZATION_REVIEW, _registrations),
    (Permission.MATCH_RECOMMEND, _pairs),
    (Permission.MESSAGE_READ, _messages),
    (Permission.POSTING_WRITE, _own_texts),
    (Permission.ORDER_ANSWER, _orders),
    (Permission.ORDER_ISSUE, _answered_orders),
    (Permission.PROJECT_READ, _projects),
    (Permission.CLAIM_READ, _claims),
    (Permission.KEY_RESERVE, _nominations),
    (Permission.PUBLIC_NOTICE_SETTLE, _objections),
    (Permission.JOB_READ, _operations),
)
"""Who may do what has to look for what, in the order of the page."""


def _seen(actor: User, kind: Any, condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return visible(actor, kind).where(condition).with_only_columns(kind.id)


def _own(
    session: Session,
    actor: User,
    status: PostingStatus,
    condition: Callable[[Any], sa.ColumnElement[bool]] = lambda _kind: sa.true(),
) -> int:
    """Return how many needs and results of the actor's organization are in a state."""
    found = (
        sa.select(kind.id).where(where_own(actor, kind), kind.status == status, condition(kind))
        for kind in (Need, Result)
    )
    return sum(_counted(session, ids) for ids in found)


def _counted(session: Session, ids: sa.Select[Any]) -> int:
    some = ids.limit(MOST_COUNTED).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
