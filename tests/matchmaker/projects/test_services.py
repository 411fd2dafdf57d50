"""Opening projects, moving them on, and who takes part."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import NotPermittedError, NotVisibleError, StaleError
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, Refused, can, visible
from matchmaker.projects import orders, services
from models import (
    Event,
    OrganizationKind,
    OrganizationStatus,
    Project,
    ProjectStage,
    Role,
    StatusChange,
    User,
)
from tests import factories
from tests.trail import Trail, told


def test_an_officer_registers_a_lead_and_runs_it(session: Session, trail: Trail) -> None:
    project = trail.lead()
    assert project.code == f"AH-{today().year}-0001"
    assert (project.stage, project.officer) == (ProjectStage.LEAD, trail.officer)
    assert told(session, Event.PROJECT_OPENED) == {trail.manager.id, trail.researcher.id}
    services.move(session, trail.officer, project, Action.BEGIN)
    changes = session.scalars(
        sa.select(StatusChange.target).where(StatusChange.subject_kind == "Project")
    ).all()
    assert changes == ["lead", "matchmaking"]
    assert audit.first_broken(session) is None


def test_a_lead_is_refused_with_its_field(session: Session, trail: Trail) -> None:
    region = factories.region(factories.FEIXI)
    pending = factories.organization(status=OrganizationStatus.PENDING)
    party = (trail.enterprise, OrganizationKind.ENTERPRISE)
    for lead, field in (
        (services.Lead("  ", region), "title"),
        (services.Lead("题", region, ((pending, OrganizationKind.ENTERPRISE),)), "parties"),
        (services.Lead("题", region, (party, party)), "parties"),
    ):
        with pytest.raises(InputError) as refused:
            services.open_by_hand(session, trail.officer, lead)
        assert refused.value.field == field
    elsewhere = services.Lead("题", factories.region(factories.WUHU))
    for actor in (trail.officer, trail.manager):
        with pytest.raises(Refused):
            services.open_by_hand(session, actor, elsewhere)
    assert session.scalars(sa.select(Project)).all() == []


def test_the_list_and_the_single_project_agree_for_everybody(
    session: Session, trail: Trail
) -> None:
    project = trail.lead()
    services.assign(session, trail.officer, [project], broker=trail.broker)
    seeing = set()
    for name, actor in vars(trail).items():
        if isinstance(actor, User):
            listed = set(session.scalars(visible(actor, Project)))
            assert bool(can(actor, Permission.PROJECT_READ, project)) == (project in listed), name
            seeing |= {name} if listed else set()
    assert seeing == set(vars(trail)) - {"session", "enterprise", "university", "rival"}


def test_a_broker_of_a_party_sees_what_they_are_charged_with_alone(
    session: Session, trail: Trail
) -> None:
    project = trail.lead()
    broker = factories.user(Role.BROKER, organization=trail.member.organization)
    assert not can(broker, Permission.PROJECT_READ, project)
    assert not can(broker, Permission.PROJECT_REPORT, project)
    assert list(session.scalars(visible(broker, Project))) == []
    services.assign(session, trail.officer, [project], broker=broker)
    assert can(broker, Permission.PROJECT_REPORT, project)
    assert list(session.scalars(visible(broker, Project))) == [project]


def test_a_party_that_is_added_sees_the_project_until_it_is_removed(
    session: Session, trail: Trail
) -> None:
    project = trail.begun()
    bank = trail.rival.organization
    services.add_party(session, trail.officer, project, bank, OrganizationKind.FINANCE)
    assert can(trail.rival, Permission.PROJECT_READ, project)
    with pytest.raises(InputError):
        services.add_party(session, trail.officer, project, bank, OrganizationKind.FINANCE)
    services.remove_party(session, trail.officer, project, project.parties[-1])
    assert not can(trail.rival, Permission.PROJECT_READ, project)


def test_a_party_of_a_contract_stays(session: Session, trail: Trail) -> None:
    project = trail.begun()
    trail.signed(project)
    with pytest.raises(InputError):
        services.remove_party(session, trail.officer, project, project.parties[0])


def test_only_the_bureau_runs_a_project(session: Session, trail: Trail) -> None:
    project = trail.lead()
    with pytest.raises(NotPermittedError):
        services.move(session, trail.manager, project, Action.BEGIN)
    with pytest.raises(NotVisibleError):
        services.record_no_policy(session, trail.rival, project, "没有政策")
    with pytest.raises(StaleError):
        services.record_no_policy(session, trail.officer, project, "没有政策", version=99)


def test_many_projects_are_given_to_one_person_or_none_is(session: Session, trail: Trail) -> None:
    projects = [trail.lead(), trail.lead()]
    services.assign(
        session, trail.officer, projects, officer=trail.second_officer, broker=trail.broker
    )
    assert {(one.officer, one.broker) for one in projects} == {(trail.second_officer, trail.broker)}
    with pytest.raises(InputError) as refused:
        services.assign(session, trail.officer, projects, broker=trail.member)
    assert refused.value.field == "broker"


def test_a_terminated_project_has_no_light_and_no_open_orders(
    session: Session, trail: Trail
) -> None:
    project = trail.tracked()
    order = orders.issue(session, trail.officer, project, "请说明进度。", today())
    services.move(session, trail.officer, project, Action.TERMINATE, "企业停产")
    assert (project.light, order.status) == (None, "closed")
