"""What a dispatch meeting (调度会) talks about: the yellow and red projects of a region."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.permissions import visible
from matchmaker.postings.queries import subtree
from matchmaker.relations import where_in_region
from models import Light, Project, ProjectIssue, ProjectParty, Region, User, among

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Agenda:
    """The projects to talk about, red ones first, and how many more there are."""

    projects: Sequence[Project]
    left_out: int


def read_agenda(session: Session, actor: User, region: Region | None) -> Agenda:
    """Return the agenda of the actor's region, or of a region in it."""
    statement = visible(actor, Project).where(
        Project.light.in_((Light.YELLOW, Light.RED)), where_in_region(actor, Project.region_id)
    )
    if region:
        statement = statement.where(among(Project.region_id, subtree(region)))
    count = session.scalar(statement.with_only_columns(sa.func.count())) or 0
    found = _read(session, statement.limit(MOST_SHOWN))
    return Agenda(found, count - len(found))


def read_again(session: Session, actor: User, public_ids: Sequence[str]) -> Agenda:
    """Return an agenda as it was when its minutes were begun, whatever the lights show by now."""
    named = Project.public_id.in_(public_ids[:MOST_SHOWN])
    return Agenda(_read(session, visible(actor, Project).where(named)), 0)


def _read(session: Session, statement: sa.Select[Project]) -> Sequence[Project]:
    return session.scalars(
        statement.join(Project.region)
        .order_by(sa.case((Project.light == Light.RED, 0), else_=1), Region.code, Project.code)
        .options(
            joinedload(Project.region).joinedload(Region.parent),
            joinedload(Project.officer),
            selectinload(Project.parties).joinedload(ProjectParty.organization),
            selectinload(Project.reports),
            selectinload(Project.issues).joinedload(ProjectIssue.owner),
            selectinload(Project.orders),
        )
    ).all()
