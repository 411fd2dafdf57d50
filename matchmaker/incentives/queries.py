"""Claims as lists and pages show them, as far as the actor may see; reads only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.clock import today
from matchmaker.incentives.wording import done
from matchmaker.moments import Moment
from matchmaker.permissions import Permission, granted, visible
from matchmaker.postings.filters import clean, one_of
from matchmaker.postings.queries import subtree
from matchmaker.project_relations import is_regional
from matchmaker.relations import where_in_region
from models import (
    Attachment,
    Claim,
    ClaimStatus,
    Organization,
    Policy,
    Project,
    ProjectParty,
    PublicNotice,
    Region,
    StatusChange,
    User,
)

PAGE_SIZE = 20
MOST_EXPORTED = 20_000
YEARS_BACK = 5

_OWED = {
    Permission.CLAIM_DRAFT: (ClaimStatus.ESTIMATED, ClaimStatus.DRAFTED, ClaimStatus.RETURNED),
    Permission.CLAIM_REVIEW: (ClaimStatus.SUBMITTED, ClaimStatus.REVIEWED),
}
_OWED_BY_THE_PURSE = {
    Permission.CLAIM_APPROVE: (ClaimStatus.ON_NOTICE,),
    Permission.CLAIM_PAY: (ClaimStatus.APPROVED,),
}
"""The states in which a claim waits for whom; money is moved by the region that gives it."""


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What the reader asked the list for; None means any.

    `waiting` asks for what the reader is to act on. `after` is the public id of the row from which
    the page continues.
    """

    waiting: bool = True
    status: ClaimStatus | None = None
    year: int | None = None
    policy: Policy | None = None
    region: Region | None = None
    after: str = ""

    def parameters(self) -> dict[str, str]:
        """Return what stands in the address, without where the page begins."""
        given = {
            "view": "" if self.waiting else "all",
            "status": self.status or "",
            "year": str(self.year or ""),
            "policy": self.policy.public_id if self.policy else "",
            "region": self.region.code if self.region else "",
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """One page of claims, newest first, and what all that fit add up to, in fen."""

    claims: Sequence[Claim]
    following: str | None
    count: int
    total: int


def read_filter(
    args: Mapping[str, str], policies: Iterable[Policy], regions: Iterable[Region]
) -> ClaimFilter:
    """Return what `args` ask for; what cannot be read means any."""
    policy, region, year = (args.get(name, "") for name in ("policy", "region", "year"))
    return ClaimFilter(
        waiting=args.get("view") != "all",
        status=one_of(ClaimStatus, args.get("status", "")),
        year=next((one for one in years() if str(one) == year), None),
        policy=next((one for one in policies if one.public_id == policy), None),
        region=next((one for one in regions if one.code == region), None),
        after=clean(args.get("after", "")),
    )


def years() -> list[int]:
    """Return the years that claims may be asked for, this one first."""
    return list(range(today().year, today().year - YEARS_BACK, -1))


def read_page(session: Session, actor: User, chosen: ClaimFilter) -> ClaimPage:
    """Return the page that `chosen` continues to, the first one if that row is gone."""
    fitting = _fitting(actor, chosen)
    counted = fitting.with_only_columns(
        sa.func.count(), sa.func.coalesce(sa.func.sum(Claim.amount), 0)
    )
    count, total = session.execute(counted).one()
    if chosen.after:
        last = visible(actor, Claim).with_only_columns(Claim.id)
        place = session.scalar(last.where(Claim.public_id == chosen.after))
        fitting = fitting.where(Claim.id < place) if place else fitting
    found = session.scalars(
        fitting.order_by(Claim.id.desc()).limit(PAGE_SIZE + 1).options(*listed_with())
    ).all()
    rows = found[:PAGE_SIZE]
    following = rows[-1].public_id if len(found) > PAGE_SIZE else None
    return ClaimPage(rows, following, count, int(total))


def count_waiting(session: Session, actor: User) -> int:
    """Return on how many claims the actor is to act."""
    fitting = _fitting(actor, ClaimFilter())
    return session.scalar(fitting.with_only_columns(sa.func.count())) or 0


def read_all(session: Session, actor: User, chosen: ClaimFilter) -> Sequence[Claim]:
    """Return all claims that `chosen` asks for, newest first, up to `MOST_EXPORTED`."""
    statement = _fitting(actor, chosen).order_by(Claim.id.desc()).limit(MOST_EXPORTED)
    return session.scalars(statement.options(*listed_with())).all()


def of_project(session: Session, actor: User, project: Project) -> Sequence[Claim]:
    """Return the claims for a project and those that its parties have for a year."""
    parties = sa.select(ProjectParty.organization_id).where(ProjectParty.project_id == project.id)
    yearly = sa.and_(Claim.project_id.is_(None), Claim.organization_id.in_(parties))
    statement = visible(actor, Claim).where(sa.or_(Claim.project_id == project.id, yearly))
    return session.scalars(statement.order_by(Claim.id).options(*listed_with())).all()


def files_of(session: Session, actor: User, claims: Collection[int]) -> Sequence[Attachment]:
    """Return the files of the claims with these ids that the actor sees, oldest first."""
    statement = visible(actor, Attachment).where(Attachment.claim_id.in_(claims))
    return session.scalars(statement.order_by(Attachment.id)).all()


def policies(session: Session, actor: User | None) -> Sequence[Policy]:
    """Return the policies that the actor sees, newest first, with versions and budgets."""
    return session.scalars(
        visible(actor, Policy)
        .order_by(Policy.id.desc())
        .options(
            joinedload(Policy.region),
            selectinload(Policy.versions),
        )
    ).all()


def timeline(session: Session, actor: User, claim: Claim) -> list[Moment]:
    """Return what happened to a claim, oldest first.

    Its organization reads which bureau acted, not which of its people.
    """
    rows = session.execute(
        sa.select(StatusChange, User, Organization.name)
        .outerjoin(User, User.id == StatusChange.actor_id)
        .outerjoin(Organization, Organization.id == User.organization_id)
        .where(StatusChange.subject_kind == Claim.__name__, StatusChange.subject_id == claim.id)
        .order_by(StatusChange.id)
    )
    return [
        Moment(change.at, done(change.action), _named(actor, claim, person, name), change.reason)
        for change, person, name in rows
    ]


def listed_with() -> list[Any]:
    """Return what to load with claims so that a list of them takes a fixed number of queries."""
    return [
        joinedload(Claim.policy).joinedload(Policy.region),
        joinedload(Claim.project),
        joinedload(Claim.organization),
        joinedload(Claim.region).joinedload(Region.parent),
        joinedload(Claim.policy_version),
    ]


def shown_with() -> list[Any]:
    """Return what to load with a claim for its page."""
    return [
        *listed_with(),
        joinedload(Claim.policy).selectinload(Policy.budgets),
        joinedload(Claim.organization).selectinload(Organization.restrictions),
        selectinload(Claim.notices).selectinload(PublicNotice.objections),
        selectinload(Claim.files),
    ]


def _fitting(actor: User, chosen: ClaimFilter) -> sa.Select[Claim]:
    statement = visible(actor, Claim)
    if chosen.waiting:
        statement = statement.where(_waits_for(actor))
    if chosen.status:
        statement = statement.where(Claim.status == chosen.status)
    if chosen.year:
        statement = statement.where(Claim.year == chosen.year)
    if chosen.policy:
        statement = statement.where(Claim.policy_id == chosen.policy.id)
    if chosen.region:
        statement = statement.where(Claim.region_id.in_(subtree(chosen.region)))
    return statement


def _waits_for(actor: User) -> sa.ColumnElement[bool]:
    """Return the condition that a claim is in a state that the actor's roles move on."""
    allowed = granted(actor)
    purse = sa.select(Policy.id).where(where_in_region(actor, Policy.region_id))
    own = [Claim.status.in_(states) for key, states in _OWED.items() if key in allowed]
    paying = [
        sa.and_(Claim.status.in_(states), Claim.policy_id.in_(purse))
        for key, states in _OWED_BY_THE_PURSE.items()
        if key in allowed
    ]
    return sa.or_(sa.false(), *own, *paying)


def _named(actor: User, claim: Claim, person: User | None, organization: str) -> str:
    if person is None:
        return ""
    known = is_regional(actor, claim) or person.organization_id == actor.organization_id
    return person.name if known else organization
