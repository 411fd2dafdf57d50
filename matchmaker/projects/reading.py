"""What pages show of contracts, plan, reports, issues and files of a project; reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.clock import month_of, today
from matchmaker.incentives import queries as incentives
from matchmaker.permissions import Permission, can
from matchmaker.projects import gantt, reports
from matchmaker.projects.access import UNFINISHED
from matchmaker.projects.milestones import PLANNABLE
from models import (
    Attachment,
    Claim,
    Contract,
    Milestone,
    Payment,
    ProgressReport,
    Project,
    ProjectIssue,
    ProjectParty,
    ProjectStage,
    Record,
    Role,
    User,
    UserRole,
)


@dataclass(frozen=True, slots=True)
class Tracking:
    """What the parts of the project page on contracts, plan, reports and issues show.

    `reports` are newest first; `missing` are the months that are over and not reported, `month`
    is the one under way where it can be reported and is not. `files` are by the kind and the id
    of what they belong to. The last six say what the reader may do.
    """

    contracts: Sequence[Contract]
    milestones: Sequence[Milestone]
    chart: gantt.Gantt | None
    reports: Sequence[ProgressReport]
    missing: Sequence[date]
    month: date | None
    issues: Sequence[ProjectIssue]
    files: dict[tuple[str, int | None], list[Attachment]]
    today: date
    may_sign: bool
    may_plan: bool
    may_reach: bool
    may_take_back: bool
    may_report: bool
    may_raise: bool

    def files_of(self, part: Record) -> list[Attachment]:
        """Return the files of a part of the project."""
        return self.files.get((type(part).__name__, part.id), [])


@dataclass(frozen=True, slots=True)
class Filed:
    """A file, and the part of the project or the claim that it belongs to."""

    file: Attachment
    record: Record


def read_tracking(session: Session, actor: User, project: Project) -> Tracking:
    """Return what a reader is shown of a project that they see, in a fixed number of queries."""
    runs = bool(can(actor, Permission.PROJECT_RUN, project))
    tells = bool(can(actor, Permission.PROJECT_REPORT, project))
    tracked = project.stage is ProjectStage.TRACKING
    day, month = today(), month_of(today())
    milestones = project.milestones
    told = session.scalars(
        sa.select(ProgressReport)
        .where(ProgressReport.project_id == project.id)
        .options(joinedload(ProgressReport.author))
        .order_by(ProgressReport.month.desc())
    ).all()
    return Tracking(
        contracts=_contracts(session, project),
        milestones=milestones,
        chart=gantt.draw(milestones, day),
        reports=told,
        missing=reports.missing_months(session, project) if tracked else [],
        month=month if tracked and (not told or told[0].month < month) else None,
        issues=_issues(session, project),
        files=files(session, project),
        today=day,
        may_sign=runs and project.stage in UNFINISHED,
        may_plan=runs and project.stage in PLANNABLE,
        may_reach=tells and tracked,
        may_take_back=runs and tracked,
        may_report=tells and tracked,
        may_raise=tells and project.stage in UNFINISHED,
    )


def files(session: Session, project: Project) -> dict[tuple[str, int | None], list[Attachment]]:
    """Return the files of a project by the kind and the id of what they belong to, oldest first."""
    kept = sa.select(Attachment).where(
        Attachment.project_id == project.id, Attachment.deleted_at.is_(None)
    )
    found: dict[tuple[str, int | None], list[Attachment]] = {}
    for file in session.scalars(kept.order_by(Attachment.id)):
        found.setdefault((file.subject_kind, file.subject_id), []).append(file)
    return found


def filed(
    session: Session,
    actor: User,
    project: Project,
    tracking: Tracking,
    claims: Iterable[Claim],
) -> list[Filed]:
    """Return all files of a project, and those of the claims for it among `claims`."""
    payments = [payment for contract in tracking.contracts for payment in contract.payments]
    parts: list[Record] = [*tracking.contracts, *payments, *tracking.milestones]
    parts += [*project.acceptances, *project.designations]
    found = [Filed(file, part) for part in parts for file in tracking.files_of(part)]
    own = {claim.id: claim for claim in claims if claim.project_id == project.id}
    proofs = incentives.files_of(session, actor, own)
    return found + [Filed(file, own[file.claim_id]) for file in proofs if file.claim_id]


def payments(session: Session, contract: Contract) -> Sequence[Payment]:
    """Return what was paid under a contract, cancelled payments too, with who wrote it down."""
    paid = sa.select(Payment).where(Payment.contract_id == contract.id)
    in_order = paid.order_by(Payment.paid_on, Payment.id)
    return session.scalars(in_order.options(joinedload(Payment.author))).all()


def people(session: Session, project: Project) -> list[User]:
    """Return who may be given an issue: the parties' people, the broker, the region's officers."""
    organizations = sa.select(ProjectParty.organization_id).where(
        ProjectParty.project_id == project.id
    )
    officers = User.role_rows.any(UserRole.role == Role.OFFICER)
    known = sa.or_(
        User.organization_id.in_(organizations),
        User.id.in_([one for one in (project.broker_id, project.officer_id) if one]),
        sa.and_(officers, User.region_id == project.region_id),
    )
    statement = sa.select(User).where(User.active, known)
    loaded = statement.options(
        joinedload(User.organization), joinedload(User.region), selectinload(User.role_rows)
    )
    found = session.scalars(loaded.order_by(User.organization_id, User.id)).all()
    return [one for one in found if can(one, Permission.PROJECT_READ, project)]


def _contracts(session: Session, project: Project) -> Sequence[Contract]:
    return session.scalars(
        sa.select(Contract)
        .where(Contract.project_id == project.id)
        .options(
            joinedload(Contract.buyer),
            joinedload(Contract.seller),
            selectinload(Contract.payments),
        )
        .order_by(Contract.id)
    ).all()


def _issues(session: Session, project: Project) -> Sequence[ProjectIssue]:
    """Return the open issues, the most urgent first, and then those that are resolved."""
    return session.scalars(
        sa.select(ProjectIssue)
        .where(ProjectIssue.project_id == project.id)
        .options(joinedload(ProjectIssue.owner), joinedload(ProjectIssue.raised_by))
        .order_by(ProjectIssue.resolved_on.is_not(None), ProjectIssue.due_on, ProjectIssue.id)
    ).all()
