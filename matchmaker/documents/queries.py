"""Records with all that their documents hold, in a fixed number of queries."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matchmaker.permissions import visible
from models import (
    Claim,
    Contract,
    KeyDesignation,
    Organization,
    Project,
    ProjectIssue,
    ProjectParty,
    PublicNotice,
    Region,
    SupervisionOrder,
    User,
)


def with_contract() -> list[_AbstractLoad]:
    """Return what the registration form of a contract reads besides the contract."""
    return [
        joinedload(Contract.project),
        *(
            joinedload(party).joinedload(Organization.region).joinedload(Region.parent)
            for party in (Contract.buyer, Contract.seller)
        ),
        selectinload(Contract.payments),
        selectinload(Contract.versions),
    ]


def with_project() -> list[_AbstractLoad]:
    """Return what the progress form of a project reads besides the project."""
    parties = selectinload(Project.parties).joinedload(ProjectParty.organization)
    owner = selectinload(Project.issues).joinedload(ProjectIssue.owner)
    return [
        joinedload(Project.region).joinedload(Region.parent),
        parties.joinedload(Organization.region).joinedload(Region.parent),
        selectinload(Project.contracts).selectinload(Contract.payments),
        selectinload(Project.milestones),
        selectinload(Project.reports),
        owner.joinedload(User.organization),
        selectinload(Project.acceptances),
    ]


def with_order() -> list[_AbstractLoad]:
    """Return what the letter of a supervision order reads besides the order."""
    project = joinedload(SupervisionOrder.project)
    return [
        project.joinedload(Project.region).joinedload(Region.parent).joinedload(Region.parent),
        project.selectinload(Project.parties).joinedload(ProjectParty.organization),
        joinedload(SupervisionOrder.issuer).joinedload(User.organization),
        joinedload(SupervisionOrder.answered_by).joinedload(User.organization),
    ]


def with_notice() -> list[_AbstractLoad]:
    """Return what a public notice reads besides the notice."""
    project = joinedload(PublicNotice.designation).joinedload(KeyDesignation.project)
    claim = joinedload(PublicNotice.claim)
    return [
        project.joinedload(Project.region).joinedload(Region.parent),
        project.selectinload(Project.parties).joinedload(ProjectParty.organization),
        claim.joinedload(Claim.region).joinedload(Region.parent),
        *(claim.joinedload(one) for one in (Claim.organization, Claim.policy)),
    ]


def contracts_of(
    session: Session, actor: User, projects: Iterable[Project]
) -> dict[int, Sequence[Contract]]:
    """Return the contracts in force of some projects, by project."""
    ids = [project.id for project in projects]
    statement = visible(actor, Contract).where(
        Contract.project_id.in_(ids), Contract.terminated_on.is_(None)
    )
    found: dict[int, list[Contract]] = {number: [] for number in ids}
    for contract in session.scalars(statement.order_by(Contract.id)):
        found[contract.project_id].append(contract)
    return {**found}
