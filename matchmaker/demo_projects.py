"""Lets the demo's personas write policies and bring a few projects on their way."""

import json
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import demo
from matchmaker.clock import month_of, today
from matchmaker.config import ROOT
from matchmaker.db import transaction
from matchmaker.incentives import budgets, policies
from matchmaker.indicators import services as key_projects
from matchmaker.indicators.services import NOTICE_DAYS
from matchmaker.lifecycle.transition import Action
from matchmaker.projects import contracts, milestones, orders, reports, services
from matchmaker.projects.contracts import Terms
from matchmaker.projects.milestones import Planned
from matchmaker.projects.reports import Report
from matchmaker.publicity import services as publicity
from models import (
    ContractKind,
    DelayReason,
    Organization,
    OrganizationKind,
    Progress,
    Project,
    Region,
    User,
)

SEED = ROOT / "seed"


def load(session: Session, organizations: dict[str, Organization]) -> None:
    """Write the policies of `seed/policies.json` and the projects of `seed/demo/projects.json`.

    Each step is taken by the persona whose part it is, through the services.
    """
    officer, director, member = (
        _persona(session, name) for name in ("county-officer", "provincial-director", "enterprise")
    )
    for row in json.loads((SEED / "policies.json").read_text(encoding="utf-8")):
        _load_policy(session, officer, director, row)
    for row in json.loads((SEED / "demo" / "projects.json").read_text(encoding="utf-8")):
        project = _load_project(session, officer, member, row, organizations)
        if "designated" in row:
            _designate(session, officer, director, project, row["designated"])


def _persona(session: Session, name: str) -> User:
    email = f"{name}@{demo.DOMAIN}"
    return session.scalars(sa.select(User).where(User.email == email)).one()


def _load_policy(session: Session, officer: User, director: User, row: dict[str, Any]) -> None:
    region = session.scalars(sa.select(Region).where(Region.code == row["region"])).one()
    policy = policies.create(session, officer, row["title"], row["issuer"], row["document"], region)
    begins = date.fromisoformat(row["valid_from"])
    version = policies.draft_version(session, officer, policy, row["rule"], begins)
    policies.publish(session, director, version)
    budgets.set_amount(session, director, policy, today().year, row["budget"])


def _load_project(
    session: Session,
    officer: User,
    member: User,
    row: dict[str, Any],
    organizations: dict[str, Organization],
) -> Project:
    parties = [(organizations[key], OrganizationKind(role)) for key, role in row["parties"]]
    assert officer.region is not None  # noqa: S101 (an officer acts for a region)
    lead = services.Lead(row["title"], officer.region, tuple(parties))
    project = services.open_by_hand(session, officer, lead)
    if "contract" not in row:
        return project
    services.move(session, officer, project, Action.BEGIN)
    _sign(session, officer, project, row["contract"])
    steps = [
        Planned(name, weight, _day(start), _day(due))
        for name, weight, start, due in row["milestones"]
    ]
    milestones.plan(session, officer, project, steps)
    services.move(session, officer, project, Action.TRACK)
    for milestone in project.milestones[: row.get("reached", 0)]:
        milestones.reach(session, member, milestone, today(), "检测报告（演示）")
    if "report" in row:
        reports.file(session, member, project, _report(row["report"]))
    if "answer" in row:
        for order in project.orders:
            orders.answer(session, member, order, row["answer"])
            orders.close(session, officer, order)
    if "nominated" in row:
        key_projects.nominate(session, officer, project, today().year, row["nominated"])
    return project


def _report(told: dict[str, Any]) -> Report:
    return Report(
        month=month_of(today()),
        overall=Progress(told["overall"]),
        percent=told["percent"],
        reason=DelayReason(told["reason"]) if "reason" in told else None,
        text=told["text"],
    )


def _designate(
    session: Session, officer: User, director: User, project: Project, evidence: str
) -> None:
    """Bring a project onto the list; its public notice was over before the demo's first day."""
    designation = key_projects.nominate(session, officer, project, today().year, evidence)
    key_projects.reserve(session, director, designation)
    notice = key_projects.announce(session, director, designation)
    with transaction(session):
        notice.starts_on, notice.ends_on = _day(-NOTICE_DAYS), _day(-1)
    publicity.end_notices(session)
    key_projects.designate(session, director, designation)


def _sign(session: Session, officer: User, project: Project, row: dict[str, Any]) -> None:
    signed_on = _day(-row["days_ago"])
    terms = Terms(
        kind=ContractKind(row["kind"]),
        amount=row["amount"],
        technology_amount=row["technology_amount"],
        signed_on=signed_on,
        starts_on=signed_on,
        ends_on=signed_on + timedelta(days=row["days"]),
        document="技术合同（演示）",
    )
    buyer, seller = (party.organization for party in project.parties[:2])
    contract = contracts.sign(session, officer, project, row["number"], buyer, seller, terms)
    if "registration" in row:
        contracts.register(session, officer, contract, row["registration"], today())
        contracts.pay(session, officer, contract, today(), row["paid"], "银行回单（演示）")


def _day(offset: int) -> date:
    return today() + timedelta(days=offset)
