"""Brings the rows of a bureau's existing ledger (台账) in as projects: all of them or none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.audiences import people
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.i18n import _
from matchmaker.incentives import estimates
from matchmaker.inputs import InputError
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, can
from matchmaker.projects import contracts
from matchmaker.projects.codes import next_codes
from matchmaker.projects.contracts import Signing, Terms, check_terms
from matchmaker.spreadsheets import RowError, RowsError
from models import (
    Event,
    Organization,
    OrganizationStatus,
    Project,
    ProjectOrigin,
    ProjectParty,
    ProjectStage,
    Record,
    Region,
    Role,
    User,
)

_BEGUN = (
    (None, ProjectStage.LEAD, "open"),
    (ProjectStage.LEAD, ProjectStage.MATCHMAKING, Action.BEGIN),
)
"""The way of a project of a ledger, as `StatusChange` remembers it: it is past the lead."""

NamedT = TypeVar("NamedT", Region, Organization)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row: `number` as in Excel, `reference` as the ledger numbers it.

    The region and the parties stand there by code or by name. `buyer` needs the technology,
    `seller` has it. A row of a project without a contract yet has
    neither `contract` nor `terms`.
    """

    number: int
    reference: str
    title: str
    region: str
    buyer: str
    seller: str
    contract: str = ""
    terms: Terms | None = None


def import_rows(
    session: Session, actor: User, table: str, rows: Sequence[LedgerRow]
) -> list[Project]:
    """Open a project, in stage matchmaking, for each row of the file called `table`.

    The bureau knows both sides of each, and they of one another: that is past the lead.

    Raises:
        RowsError: any of the rows cannot be taken; the error lists them all.
    """
    with transaction(session):
        exclusive(session, "import")
        estimates.hold(session)
        errors = faults(session, actor, rows)
        if errors:
            raise RowsError(table, errors)
        known = _known(session, actor, rows)
        opened = _open(session, actor, rows, known)
        audit.record(session, actor, "project:import", rows=len(opened))
    return opened


def faults(session: Session, actor: User, rows: Sequence[LedgerRow]) -> list[RowError]:
    """Return what is wrong with rows that are to come in, in their order."""
    known = _known(session, actor, rows)
    return [error for row in rows for error in _errors(row, known)]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows are held to: the actor's regions, approved organizations, numbers in use.

    Regions and organizations by code, and by name where only one is called so.
    """

    regions: dict[str, Region]
    organizations: dict[str, Organization]
    references: Counter[str]


def _known(session: Session, actor: User, rows: Sequence[LedgerRow]) -> _Known:
    named = {name for row in rows for name in (row.buyer, row.seller)}
    approved = sa.select(Organization).where(
        sa.or_(Organization.uscc.in_(named), Organization.name.in_(named)),
        Organization.status == OrganizationStatus.APPROVED,
    )
    organizations = session.scalars(approved).all()
    regions = [
        one
        for one in session.scalars(sa.select(Region))
        if can(actor, Permission.PROJECT_OPEN, one)
    ]
    references = Counter(row.reference for row in rows)
    used = sa.select(Project.reference).where(Project.reference.in_(references))
    return _Known(
        _by_name(regions) | {one.code: one for one in regions},
        _by_name(organizations) | {one.uscc: one for one in organizations},
        references + Counter(filter(None, session.scalars(used))),
    )


def _by_name(records: Sequence[NamedT]) -> dict[str, NamedT]:
    """Return the records whose name no other has."""
    count = Counter(one.name for one in records)
    return {one.name: one for one in records if count[one.name] == 1}


def _open(session: Session, actor: User, rows: Sequence[LedgerRow], known: _Known) -> list[Project]:
    """Open all projects, tell everybody of theirs, and record the contracts.

    Each kind of row is written at once: project by project takes many times as long, and all that
    time SQLite lets nobody else write.
    """
    exclusive(session, "project code")
    codes = next_codes(session, known.regions[rows[0].region], today().year)
    opened = [_project(actor, row, known, code) for row, code in zip(rows, codes, strict=False)]
    session.add_all(opened)
    session.flush()
    session.add_all(
        audit.status_change(project, source, target, action, actor)
        for project in opened
        for source, target, action in _BEGUN
    )
    audit.record_each(session, actor, "project:open", {one: {"stage": one.stage} for one in opened})
    concerned = people(session, {party.organization_id for one in opened for party in one.parties})
    told: dict[Record, list[User]] = {
        one: [user for party in one.parties for user in concerned[party.organization_id]]
        for one in opened
    }
    notifications.tell_each(session, Event.PROJECT_OPENED, told, actor)
    signed = {
        project: Signing(row.contract, *_parties(row, known), row.terms)
        for project, row in zip(opened, rows, strict=True)
        if row.terms is not None
    }
    contracts.sign_first(session, actor, signed)
    return opened


def _project(actor: User, row: LedgerRow, known: _Known, code: str) -> Project:
    return Project(
        code=code,
        title=row.title,
        reference=row.reference,
        origin=ProjectOrigin.MANUAL,
        stage=ProjectStage.MATCHMAKING,
        region=known.regions[row.region],
        officer=actor if Role.OFFICER in actor.roles else None,
        parties=[ProjectParty(organization=one, role=one.kind) for one in _parties(row, known)],
    )


def _parties(row: LedgerRow, known: _Known) -> tuple[Organization, Organization]:
    """Return the buyer and the seller."""
    return known.organizations[row.buyer], known.organizations[row.seller]


def _errors(row: LedgerRow, known: _Known) -> Iterator[RowError]:
    """Yield what shows beside other cells, other rows or what is in the database."""
    if row.region not in known.regions:
        cure = _("give the code of a region of yours, or its name where no other is called so")
        yield _error(row, "region", row.region, cure)
    parties = [("buyer", row.buyer), ("seller", row.seller)]
    for column, name in parties:
        if name not in known.organizations:
            cure = _("give the code or the whole name of an organization that is approved here")
            yield _error(row, column, name, cure)
    buyer, seller = (known.organizations.get(name) for _column, name in parties)
    if buyer and buyer is seller:
        yield _error(row, "seller", row.seller, _("name two organizations"))
    if not row.reference or known.references[row.reference] > 1:
        yield _error(row, "reference", row.reference, _("give each project a number of its own"))
    if row.terms:
        try:
            check_terms(row.terms)
        except InputError as error:
            yield RowError(row.number, error.field, error.reason, _("mend the cell"))


def _error(row: LedgerRow, column: str, value: str, cure: str) -> RowError:
    return RowError(row.number, column, _("“%(value)s” cannot be taken", value=value), cure, value)
