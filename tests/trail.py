"""A project on its way, and everybody around it."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.lifecycle.transition import Action
from matchmaker.projects import contracts, milestones, services
from matchmaker.projects.contracts import Terms
from matchmaker.projects.milestones import Planned
from models import (
    Contract,
    ContractKind,
    Event,
    Notification,
    OrganizationKind,
    Project,
    Role,
)
from tests import factories

YUAN = 100


def terms(**values: object) -> Terms:
    """Return terms over a million yuan, signed today."""
    day = today()
    defaults: dict[str, object] = {
        "kind": ContractKind.DEVELOPMENT,
        "amount": 1_000_000 * YUAN,
        "technology_amount": 800_000 * YUAN,
        "signed_on": day,
        "starts_on": day,
        "ends_on": day + timedelta(days=365),
    }
    return Terms(**(defaults | values))  # type: ignore[arg-type]


def halves(day: date | None = None) -> list[Planned]:
    """Return a plan of two equal steps, of fifty days each."""
    start = day or today()
    middle, end = start + timedelta(days=49), start + timedelta(days=99)
    return [Planned("样机", 50, start, middle), Planned("中试", 50, middle, end)]


def told(session: Session, event: Event) -> set[int]:
    """Return the ids of those who were told of an event."""
    statement = sa.select(Notification.user_id).where(Notification.event == event)
    return set(session.scalars(statement))


class Trail:
    """An enterprise, a university, the bureaus above them, and what they do together."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.enterprise = factories.organization(name="需方企业")
        self.university = factories.organization(
            name="供方高校", kind=OrganizationKind.UNIVERSITY, region=factories.HEFEI
        )
        self.member = factories.user(Role.MEMBER, organization=self.enterprise)
        self.manager = factories.user(Role.MANAGER, organization=self.enterprise)
        self.researcher = factories.user(Role.MEMBER, organization=self.university)
        self.rival = factories.user(Role.MANAGER)
        self.broker = factories.user(Role.BROKER)
        bureau = factories.organization(kind=OrganizationKind.GOVERNMENT)
        self.officer = factories.user(Role.OFFICER, organization=bureau, region=factories.FEIXI)
        self.second_officer = factories.user(
            Role.OFFICER, organization=bureau, region=factories.FEIXI
        )
        self.city_officer = factories.user(
            Role.OFFICER, organization=bureau, region=factories.HEFEI
        )
        self.city_director = factories.user(
            Role.DIRECTOR, organization=bureau, region=factories.HEFEI
        )
        self.director = factories.user(Role.DIRECTOR, organization=bureau, region=factories.ANHUI)
        self.second_director = factories.user(
            Role.DIRECTOR, organization=bureau, region=factories.ANHUI
        )

    def lead(self) -> Project:
        """Register a lead of both."""
        return services.open_by_hand(
            self.session,
            self.officer,
            services.Lead(
                title="隔膜耐热涂层",
                region=factories.region(factories.FEIXI),
                parties=(
                    (self.enterprise, OrganizationKind.ENTERPRISE),
                    (self.university, OrganizationKind.UNIVERSITY),
                ),
            ),
        )

    def begun(self) -> Project:
        """Bring a lead into matchmaking."""
        project = self.lead()
        services.move(self.session, self.officer, project, Action.BEGIN)
        return project

    def signed(self, project: Project, number: str = "HT-2026-1", **values: object) -> Contract:
        """Record a contract of the two."""
        return contracts.sign(
            self.session,
            self.officer,
            project,
            number,
            self.enterprise,
            self.university,
            terms(**values),
        )

    def tracked(self, number: str = "HT-2026-1") -> Project:
        """Bring a project into tracking."""
        project = self.begun()
        self.signed(project, number)
        milestones.plan(self.session, self.officer, project, halves())
        services.move(self.session, self.officer, project, Action.TRACK)
        return project
