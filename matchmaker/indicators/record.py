"""One key project: what happened to it, and how the counter sees it; reads only."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.i18n import _
from matchmaker.indicators.counter import Entry
from matchmaker.indicators.counting import count
from matchmaker.indicators.wording import done_words
from matchmaker.lifecycle.transition import Action
from matchmaker.moments import Moment
from models import (
    KeyDesignation,
    Organization,
    Project,
    ProjectParty,
    PublicNotice,
    Region,
    StatusChange,
    User,
)


def loaded_with() -> list[Any]:
    """Return what to load with a designation so that its page takes a fixed number of queries."""
    project = joinedload(KeyDesignation.project)
    parties = project.selectinload(Project.parties).joinedload(ProjectParty.organization)
    notices = selectinload(KeyDesignation.notices)
    return [
        project.joinedload(Project.region).joinedload(Region.parent),
        parties.selectinload(Organization.restrictions),
        project.selectinload(Project.contracts),
        project.selectinload(Project.milestones),
        project.selectinload(Project.acceptances),
        notices.selectinload(PublicNotice.objections),
        notices.joinedload(PublicNotice.author),
    ]


def timeline(session: Session, designation: KeyDesignation) -> list[Moment]:
    """Return what was done with a designation, by whom and why, oldest first."""
    changes = session.execute(
        sa.select(StatusChange, User.name)
        .outerjoin(User, User.id == StatusChange.actor_id)
        .where(
            StatusChange.subject_kind == KeyDesignation.__name__,
            StatusChange.subject_id == designation.id,
        )
        .order_by(StatusChange.id)
    )
    moments = [
        Moment(change.at, done_words(change.action), name or "", change.reason)
        for change, name in changes
    ]
    moments += [
        Moment(
            notice.created_at,
            done_words(Action.ANNOUNCE),
            notice.author.name if notice.author else "",
            _("%(start)s – %(end)s", start=notice.starts_on, end=notice.ends_on),
        )
        for notice in designation.notices
    ]
    return sorted(moments, key=lambda moment: moment.at)


def entry_of(session: Session, designation: KeyDesignation) -> Entry:
    """Return how the counter of the year it was nominated for sees a designation."""
    found = count(session, designation.year, designation.project.region)
    return next(each for each in found.entries if each.fact.designation_id == designation.id)
