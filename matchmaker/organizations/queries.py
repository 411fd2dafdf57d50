"""What the pages of organizations read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from stdnum.cn import uscc

from matchmaker.accounts.links import TERMS
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.lifecycle.owners import out_of_line
from matchmaker.moments import Moment
from matchmaker.permissions import visible
from matchmaker.searching import split_words, stands_in
from models import (
    Industry,
    Invitation,
    Need,
    Organization,
    OrganizationStatus,
    Region,
    Result,
    StatusChange,
    TokenPurpose,
    User,
    now,
)

TO_A_PAGE = 50
MOST_FOUND = 10
MOST_COUNTED = 100
SHORTEST_NAME = 2


def regions(session: Session) -> Sequence[Region]:
    """Return the regions in the order of their codes: each before those within it."""
    return session.scalars(sa.select(Region).order_by(Region.code)).all()


def industries(session: Session) -> list[tuple[Industry, list[Industry]]]:
    """Return the industries, each with those within it."""
    found = session.scalars(sa.select(Industry).order_by(Industry.position)).all()
    tops = [industry for industry in found if industry.parent_id is None]
    return [(top, [each for each in found if each.parent_id == top.id]) for top in tops]


def search(
    session: Session, words: str, *conditions: sa.ColumnElement[bool]
) -> Sequence[Organization]:
    """Return approved organizations by a part of the name or the whole code, by name."""
    if len(words) < SHORTEST_NAME:
        return []
    named = stands_in(Organization.name, words)
    coded = Organization.uscc == uscc.compact(words).upper()
    approved = Organization.status == OrganizationStatus.APPROVED
    return session.scalars(
        sa.select(Organization)
        .where(sa.or_(named, coded), approved, *conditions)
        .order_by(Organization.name, Organization.id)
        .limit(MOST_FOUND)
        .options(joinedload(Organization.region).joinedload(Region.parent))
    ).all()


@dataclass(frozen=True, slots=True)
class People:
    """A page of an organization's people, in the order they came.

    `words` is what was looked for; `first` says whether the page is the first; `following` is the
    id after which the next one begins, None on the last.
    """

    rows: Sequence[User]
    words: str
    first: bool
    following: int | None


def people(session: Session, organization: Organization, words: str = "", after: int = 0) -> People:
    """Return a page of those who have an account with an organization.

    `words` is parts of a name, an address or a position; `after` is the id of the last one of the
    page before.
    """
    statement = sa.select(User).where(User.organization_id == organization.id, User.id > after)
    for word in split_words(words):
        kept = (User.name, User.email, User.title)
        statement = statement.where(sa.or_(*(stands_in(column, word) for column in kept)))
    found = session.scalars(statement.order_by(User.id).limit(TO_A_PAGE + 1)).all()
    shown = found[:TO_A_PAGE]
    return People(shown, words, not after, shown[-1].id if len(found) > len(shown) else None)


@dataclass(frozen=True, slots=True)
class Open:
    """An invitation that nobody has accepted, the last moment of its link, and if that is over."""

    invitation: Invitation
    until: datetime
    expired: bool


def open_invitations(session: Session, actor: User) -> list[Open]:
    """Return the invitations that nobody has accepted yet, newest first."""
    statement = visible(actor, Invitation).where(Invitation.closed_at.is_(None))
    found = session.scalars(
        statement.options(joinedload(Invitation.inviter)).order_by(Invitation.id.desc())
    )
    ends = ((each, each.created_at + TERMS[TokenPurpose.INVITATION]) for each in found)
    return [Open(each, until, until <= now()) for each, until in ends]


def out_of_step(session: Session, organization: Organization) -> int:
    """Return how many texts are still to be hidden with an organization, or shown again."""
    counts = (
        sa.select(sa.func.count(kind.id))
        .join(kind.organization)
        .where(kind.organization_id == organization.id, out_of_line(kind))
        .scalar_subquery()
        for kind in (Need, Result)
    )
    return sum(session.execute(sa.select(*counts)).one())


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an organization's state."""

    at: datetime
    status: OrganizationStatus
    reason: str


def history(session: Session, organization: Organization) -> list[Step]:
    """Return what became of an organization, newest first."""
    changes = (change for change, _name in session.execute(_changes(organization)))
    changes = (each for each in changes if each.source != each.target)
    return [Step(each.at, OrganizationStatus(each.target), each.reason) for each in changes]


def moments(session: Session, organization: Organization) -> list[Moment]:
    """Return all that was decided on an organization, with who decided it, newest first."""
    found = [
        Moment(change.at, _what(change), name or "", change.reason)
        for change, name in session.execute(_changes(organization))
    ]
    decided = [one.imposed_by_id for one in organization.restrictions]
    lifted = [one.lifted_by_id for one in organization.restrictions]
    named = sa.select(User.id, User.name).where(User.id.in_({*decided, *lifted} - {None}))
    people: dict[int | None, str] = {row[0]: row[1] for row in session.execute(named)}
    for one in organization.restrictions:
        source = _("%(ground)s (%(source)s)", ground=one.ground, source=one.source_document)
        who = people.get(one.imposed_by_id, "")
        found.append(Moment(one.created_at, _("Integrity restriction entered"), who, source))
        if one.lifted_at:
            who = people.get(one.lifted_by_id, "")
            found.append(Moment(one.lifted_at, _("Integrity restriction lifted"), who, source))
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def _what(change: StatusChange) -> str:
    if change.source == change.target:
        return _("Particulars corrected")
    if change.target == OrganizationStatus.PENDING:
        return _("Asked to be approved")
    return label(OrganizationStatus(change.target))


def _changes(organization: Organization) -> sa.Select[StatusChange, str]:
    """Return the SELECT of an organization's changes with who made them, newest first."""
    return (
        sa.select(StatusChange, User.name)
        .outerjoin(User, User.id == StatusChange.actor_id)
        .where(StatusChange.subject_kind == Organization.__name__)
        .where(StatusChange.subject_id == organization.id)
        .order_by(StatusChange.id.desc())
    )


def waiting(session: Session, actor: User) -> int:
    """Return how many organizations wait for the officer's approval, up to `MOST_COUNTED`."""
    pending = visible(actor, Organization).where(Organization.status == OrganizationStatus.PENDING)
    some = pending.with_only_columns(Organization.id).limit(MOST_COUNTED).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
