"""Reading public notices; everybody may, and the objections are for the bureau in charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.clock import today
from matchmaker.permissions import visible
from models import (
    Claim,
    KeyDesignation,
    Objection,
    Project,
    ProjectParty,
    PublicNotice,
    Region,
    User,
)

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """One page of notices and the public id from which the next one continues."""

    rows: Sequence[PublicNotice]
    following: str | None


def read_page(session: Session, actor: User | None, *, over: bool, after: str) -> Page:
    """Return the notices that run, the first to end ahead, or those `over`, the last to end ahead.

    The page begins behind the notice with the public id `after`, "" for the first.
    """
    key = sa.tuple_(PublicNotice.ends_on, PublicNotice.id)
    last = session.execute(
        sa.select(PublicNotice.ends_on, PublicNotice.id).where(PublicNotice.public_id == after)
    ).first()
    statement = visible(actor, PublicNotice).options(*loaded_with())
    ended = PublicNotice.ends_on < today()
    statement = statement.where(ended if over else sa.not_(ended))
    if last:
        here = sa.tuple_(*map(sa.literal, last))
        statement = statement.where(key < here if over else key > here)
    if over:
        statement = statement.order_by(PublicNotice.ends_on.desc(), PublicNotice.id.desc())
    else:
        statement = statement.order_by(PublicNotice.ends_on, PublicNotice.id)
    found = session.scalars(statement.limit(PAGE_SIZE + 1)).all()
    shown = found[:PAGE_SIZE]
    return Page(shown, shown[-1].public_id if len(found) > PAGE_SIZE else None)


def objections(session: Session, actor: User | None, notice: PublicNotice) -> Sequence[Objection]:
    """Return the objections to a notice that the actor may read."""
    return session.scalars(
        visible(actor, Objection)
        .where(Objection.notice_id == notice.id)
        .order_by(Objection.id)
        .options(joinedload(Objection.settled_by))
    ).all()


def loaded_with() -> list[Any]:
    """Return what to load with notices so that a list of them takes a fixed number of queries."""
    project = joinedload(PublicNotice.designation).joinedload(KeyDesignation.project)
    claim = joinedload(PublicNotice.claim)
    return [
        project.joinedload(Project.region).joinedload(Region.parent),
        project.selectinload(Project.parties).joinedload(ProjectParty.organization),
        claim.joinedload(Claim.organization),
        claim.joinedload(Claim.policy),
        claim.joinedload(Claim.region).joinedload(Region.parent),
        claim.joinedload(Claim.project),
    ]
