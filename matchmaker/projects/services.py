"""Opening projects, moving them on, and who takes part in them; each use case is one transaction.

All raise what `lifecycle.engine.advance` raises; `version` is the one that the page was made from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.disclosure import public_title
from matchmaker.i18n import _
from matchmaker.incentives import estimates
from matchmaker.inputs import InputError, need_text
from matchmaker.lifecycle.engine import advance, follow
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, can, demand
from matchmaker.projects import access, lights, orders
from matchmaker.projects.codes import next_code
from models import (
    Event,
    Match,
    Need,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    Project,
    ProjectOrigin,
    ProjectParty,
    ProjectStage,
    Region,
    Result,
    Role,
    User,
    new_public_id,
)

Party = tuple[Organization, OrganizationKind]


@dataclass(frozen=True, slots=True)
class Lead:
    """What an officer knows of a project that grew outside the platform.

    `key` names the form that it was typed into.
    """

    title: str
    region: Region
    parties: tuple[Party, ...] = ()
    origin: ProjectOrigin = ProjectOrigin.MANUAL
    need: Need | None = None
    result: Result | None = None
    reference: str | None = None
    key: str | None = None


def open_from_match(session: Session, cause: User, match: Match) -> Project:
    """Open the project of a match that both sides have just agreed to, in stage matchmaking.

    It counts in the need's region. Its title is what everybody may read of the need: it stands in
    lists that more people see than the two sides.
    """
    with transaction(session):
        exclusive(session, "project code")
        present = session.scalar(sa.select(Project).where(Project.match_id == match.id))
        if present is not None:
            return present
        officer = match.recommended_by
        is_officer = officer is not None and Role.OFFICER in officer.roles
        sides = (match.need.organization, match.result.organization)
        project = Project(
            code=next_code(session, match.need.region, today().year),
            title=public_title(match.need),
            origin=ProjectOrigin.MATCH,
            match=match,
            need=match.need,
            result=match.result,
            region=match.need.region,
            officer=officer if is_officer else None,
            broker=match.broker,
            parties=[ProjectParty(organization=one, role=one.kind) for one in sides],
        )
        _open(session, cause, project, match=match.public_id)
        follow(session, cause, project, Action.BEGIN)
    return project


def open_by_hand(session: Session, actor: User, lead: Lead) -> Project:
    """Register a lead; whoever does runs the project. The same form sent again is the same lead.

    Raises:
        Refused: the actor opens no projects in that region.
        InputError: the title is missing, or an organization is named twice or not approved.
    """
    demand(actor, Permission.PROJECT_OPEN, lead.region)
    title = need_text("title", lead.title)
    for organization, _role in lead.parties:
        _demand_approved(organization)
    if len(set(lead.parties)) < len(lead.parties):
        raise InputError("parties", _("An organization is named twice in the same part."))
    with transaction(session):
        exclusive(session, "project code")
        earlier = session.scalar(sa.select(Project).where(Project.public_id == lead.key))
        if earlier is not None:
            return earlier
        project = Project(
            public_id=lead.key or new_public_id(),
            code=next_code(session, lead.region, today().year),
            title=title,
            reference=lead.reference,
            origin=lead.origin,
            need=lead.need,
            result=lead.result,
            region=lead.region,
            officer=actor if Role.OFFICER in actor.roles else None,
            parties=[ProjectParty(organization=one, role=role) for one, role in lead.parties],
        )
        _open(session, actor, project)
        notifications.tell(session, Event.PROJECT_OPENED, project, actor)
    return project


def move(
    session: Session,
    actor: User,
    project: Project,
    action: Action,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Take a project to its next stage, or end it; what hangs on the stage follows.

    A project that is being tracked has a light and estimates of what may be claimed; one that is
    terminated has no open orders, and what was not yet claimed is not any more.
    """
    with transaction(session):
        estimates.hold(session)
        advance(session, actor, project, action, reason=reason, expected_version=version)
        if action is Action.TRACK:
            estimates.refresh(session, actor, project)
        if action is Action.TERMINATE:
            orders.end_all(session, actor, project, reason)
            estimates.drop(session, actor, project, reason)
        lights.refresh(session, project)


def add_party(
    session: Session,
    actor: User,
    project: Project,
    organization: Organization,
    role: OrganizationKind,
) -> None:
    """Let an organization take part in a project, and see it from now on.

    Raises:
        InputError: it does already, in this part, or is not approved.
    """
    _demand_approved(organization)
    with transaction(session):
        access.demand(session, actor, project, "add_party")
        if any(
            one.organization_id == organization.id and one.role is role for one in project.parties
        ):
            raise InputError("organization", _("It takes part in this way already."))
        project.parties.append(ProjectParty(organization=organization, role=role))
        session.flush()
        named = {"organization": organization.public_id, "role": role.value}
        audit.record(session, actor, "project:add_party", project, **named)
        notifications.tell(session, Event.PROJECT_OPENED, project, actor)


def remove_party(session: Session, actor: User, project: Project, party: ProjectParty) -> None:
    """Let an organization take part no longer.

    Raises:
        InputError: a contract of the project names it.
    """
    with transaction(session):
        access.demand(session, actor, project, "remove_party")
        signed = {one for c in project.contracts for one in (c.buyer_id, c.seller_id)}
        if party.organization_id in signed:
            raise InputError("organization", _("A contract of the project names it."))
        project.parties.remove(party)
        session.flush()
        named = {"organization": party.organization.public_id, "role": party.role.value}
        audit.record(session, actor, "project:remove_party", project, **named)


def assign(
    session: Session,
    actor: User,
    projects: Sequence[Project],
    *,
    officer: User | None = None,
    broker: User | None = None,
    versions: Mapping[str, int] | None = None,
) -> None:
    """Give projects, all or none, to an officer, a broker, or both.

    `versions` are those of the page, by public id.

    Raises:
        InputError: who is named is not active in that part, or the officer acts for another region.
    """
    for field, person, role in (
        ("officer", officer, Role.OFFICER),
        ("broker", broker, Role.BROKER),
    ):
        if person and not (person.active and role in person.roles):
            raise InputError(field, _("Choose somebody who is active in this part."))
    with transaction(session):
        for project in projects:
            version = (versions or {}).get(project.public_id)
            access.demand(session, actor, project, "assign", version=version)
            if officer and not can(officer, Permission.PROJECT_RUN, project):
                raise InputError("officer", _not_theirs(officer, project))
            project.officer = officer or project.officer
            project.broker = broker or project.broker
            session.flush()
            given = {
                "officer": officer.public_id if officer else "",
                "broker": broker.public_id if broker else "",
            }
            audit.record(session, actor, "project:assign", project, **given)
            notifications.tell(session, Event.PROJECT_OPENED, project, actor)


def record_no_policy(
    session: Session, actor: User, project: Project, reason: str, version: int | None = None
) -> None:
    """Write down why nothing is to be claimed, so that the project can be completed.

    Raises:
        InputError: the reason is missing.
    """
    why = need_text("reason", reason)
    with transaction(session):
        access.demand(session, actor, project, "no_policy", version=version)
        project.no_policy = why
        session.flush()
        audit.record(session, actor, "project:no_policy", project)


def _demand_approved(organization: Organization) -> None:
    if organization.status is not OrganizationStatus.APPROVED:
        name = organization.name
        raise InputError("parties", _("“%(name)s” has not been approved.", name=name))


def _not_theirs(officer: User, project: Project) -> str:
    return _(
        "%(name)s does not act for the region of “%(title)s”. Choose another officer.",
        name=officer.name,
        title=project.title,
    )


def _open(session: Session, cause: User, project: Project, **detail: str) -> None:
    session.add(project)
    session.flush()
    session.add(audit.status_change(project, None, ProjectStage.LEAD, "open", cause))
    audit.record(session, cause, "project:open", project, **detail)
