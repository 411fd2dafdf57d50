"""One county's projects, written in bulk, with all that hangs on them.

Far more than a county has: what the pages of projects, key projects and claims are timed on.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from matchmaker.clock import month_of, today
from models import (
    Claim,
    ClaimStatus,
    Contract,
    ContractKind,
    KeyDesignation,
    KeyStatus,
    Light,
    Milestone,
    OrderStatus,
    Organization,
    OrganizationKind,
    Policy,
    PolicyVersion,
    Progress,
    ProgressReport,
    Project,
    ProjectIssue,
    ProjectOrigin,
    ProjectParty,
    ProjectStage,
    RegionLevel,
    StatusChange,
    SupervisionOrder,
    User,
    now,
)
from tests.benchmarks.bulk import Rows, drawn, insert

PROJECTS = 10_000
DESIGNATIONS = 2_000
CLAIMS = 10_000

STAGES = {
    ProjectStage.LEAD: 10,
    ProjectStage.MATCHMAKING: 20,
    ProjectStage.TRACKING: 40,
    ProjectStage.INCENTIVE: 10,
    ProjectStage.COMPLETED: 15,
    ProjectStage.TERMINATED: 5,
}
LIGHTS = {Light.GREEN: 60, Light.YELLOW: 25, Light.RED: 15}
CLAIM_STATUSES = {
    ClaimStatus.ESTIMATED: 40,
    ClaimStatus.SUBMITTED: 15,
    ClaimStatus.REVIEWED: 10,
    ClaimStatus.APPROVED: 10,
    ClaimStatus.PAID: 25,
}
KEY_STATUSES = {
    KeyStatus.NOMINATED: 3,
    KeyStatus.RESERVE: 2,
    KeyStatus.KEY: 4,
    KeyStatus.REMOVED: 1,
}
SIGNED = (
    ProjectStage.TRACKING,
    ProjectStage.INCENTIVE,
    ProjectStage.COMPLETED,
    ProjectStage.TERMINATED,
)
MONEY = {"amount": 100_000_000, "technology_amount": 80_000_000}


def fill(connection: Connection, officer: User, member: User, broker: User) -> None:
    """Write the projects of the officer's county; the member's organization takes part in some."""
    rng = random.Random(7)  # noqa: S311 (drawn alike each time)
    parties = _parties(connection, member)
    projects = list(_projects(rng, officer, broker))
    signed = [row for row in projects if row["stage"] in SIGNED]
    insert(connection, Project, projects)
    insert(connection, ProjectParty, _party_rows(projects, parties))
    insert(connection, Contract, _contracts(rng, signed, parties))
    insert(connection, Milestone, _milestones(rng, signed))
    insert(connection, ProgressReport, _reports(signed))
    insert(connection, ProjectIssue, _issues(rng, projects, officer))
    insert(connection, SupervisionOrder, _orders(rng, signed, officer))
    listed = list(_designations(rng, signed, officer))
    insert(connection, KeyDesignation, listed)
    claims = list(_claims(rng, connection, signed, parties, officer))
    insert(connection, Claim, claims)
    for kind, rows in ((Project, projects), (KeyDesignation, listed), (Claim, claims)):
        insert(connection, StatusChange, _changes(kind, rows))


def _parties(connection: Connection, member: User) -> list[tuple[int, int]]:
    """Return the two organizations of each project; one in a hundred is of the member's."""
    enterprises, universities = (
        connection.scalars(
            sa.select(Organization.id).where(Organization.kind == kind).order_by(Organization.id)
        ).all()
        for kind in (OrganizationKind.ENTERPRISE, OrganizationKind.UNIVERSITY)
    )
    return [
        (
            member.organization_id if number % 100 == 0 else enterprises[number % len(enterprises)],
            universities[number % len(universities)],
        )
        for number in range(PROJECTS)
    ]


def _projects(rng: random.Random, officer: User, broker: User) -> Iterator[dict[str, Any]]:
    stage, light = drawn(rng, STAGES), drawn(rng, LIGHTS)
    for number in range(1, PROJECTS + 1):
        standing = next(stage)
        written = now() - timedelta(days=365 * (1 - number / PROJECTS))
        yield {
            "id": number,
            "code": f"AH-2026-{number:04d}",
            "title": f"基准测试项目{number}：高镍正极材料包覆工艺联合攻关",
            "origin": ProjectOrigin.MANUAL,
            "stage": standing,
            "light": next(light) if standing is ProjectStage.TRACKING else None,
            "region_id": officer.region_id,
            "officer_id": officer.id if rng.random() < 0.8 else None,
            "broker_id": broker.id if rng.random() < 0.1 else None,
            "created_at": written,
            "updated_at": written,
        }


def _party_rows(projects: Rows, parties: Sequence[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    roles = (OrganizationKind.ENTERPRISE, OrganizationKind.UNIVERSITY)
    for row, pair in zip(projects, parties, strict=True):
        for organization_id, role in zip(pair, roles, strict=True):
            yield {"project_id": row["id"], "organization_id": organization_id, "role": role}


def _contracts(
    rng: random.Random, signed: Rows, parties: Sequence[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    for row in signed:
        buyer, seller = parties[row["id"] - 1]
        day = today() - timedelta(days=rng.randrange(300))
        yield {
            "project_id": row["id"],
            "number": f"HT-{row['id']}",
            "buyer_id": buyer,
            "seller_id": seller,
            "kind": ContractKind.DEVELOPMENT,
            "signed_on": day,
            "starts_on": day,
            "ends_on": day + timedelta(days=365),
            **MONEY,
        }


def _milestones(rng: random.Random, signed: Rows) -> Iterator[dict[str, Any]]:
    for row in signed:
        due_on = today() + timedelta(days=rng.randrange(-200, 200))
        for position, weight in enumerate((30, 30, 40)):
            starts_on, due_on = due_on, due_on + timedelta(days=60)
            yield {
                "project_id": row["id"],
                "position": position,
                "name": f"第{position + 1}步",
                "weight": weight,
                "starts_on": starts_on,
                "due_on": due_on,
                "done_on": due_on if due_on < today() and rng.random() < 0.8 else None,
            }


def _reports(signed: Rows) -> Iterator[dict[str, Any]]:
    for row in signed:
        yield {
            "project_id": row["id"],
            "month": month_of(today()),
            "overall": Progress.ON_PLAN,
            "percent": row["id"] % 100,
        }


def _issues(rng: random.Random, projects: Rows, officer: User) -> Iterator[dict[str, Any]]:
    for row in projects:
        due_on = today() + timedelta(days=rng.randrange(-30, 90))
        yield {
            "project_id": row["id"],
            "text": "中试场地未落实",
            "raised_by_id": officer.id,
            "owner_id": officer.id,
            "due_on": due_on,
            "resolved_on": due_on if rng.random() < 0.7 else None,
        }


def _orders(rng: random.Random, signed: Rows, officer: User) -> Iterator[dict[str, Any]]:
    status = drawn(rng, {OrderStatus.ISSUED: 3, OrderStatus.ANSWERED: 2, OrderStatus.CLOSED: 5})
    for row in signed:
        yield {
            "project_id": row["id"],
            "level": RegionLevel.COUNTY,
            "status": next(status),
            "text": "请说明进度滞后的原因。",
            "due_on": today() + timedelta(days=rng.randrange(-30, 30)),
            "issuer_id": officer.id,
        }


def _designations(rng: random.Random, signed: Rows, officer: User) -> Iterator[dict[str, Any]]:
    status = drawn(rng, KEY_STATUSES)
    for number, row in enumerate(signed[:DESIGNATIONS], 1):
        yield {
            "id": number,
            "project_id": row["id"],
            "year": today().year,
            "level": RegionLevel.COUNTY,
            "status": next(status),
            "evidence": "合同",
            "nominated_by_id": officer.id,
        }


def _claims(
    rng: random.Random,
    connection: Connection,
    signed: Rows,
    parties: Sequence[tuple[int, int]],
    officer: User,
) -> Iterator[dict[str, Any]]:
    """Yield the claims of two policies on every project, as many of them as there are to be."""
    for policy_id in (1, 2):
        given = {"title": "测试政策", "issuer": "测试局", "document": f"测试〔2026〕{policy_id}号"}
        insert(connection, Policy, [given | {"id": policy_id, "region_id": officer.region_id}])
        version = {"id": policy_id, "policy_id": policy_id, "ordinal": 1, "published_at": now()}
        rule = {"formula": {"kind": "percent", "rate": 1500}}
        term = {"valid_from": today() - timedelta(days=300), "rule": rule}
        insert(connection, PolicyVersion, [version | term])
    status = drawn(rng, CLAIM_STATUSES)
    pairs = ((policy_id, row) for policy_id in (1, 2) for row in signed)
    for number, (policy_id, row) in enumerate(pairs, 1):
        if number > CLAIMS:
            return
        yield {
            "id": number,
            "policy_id": policy_id,
            "policy_version_id": policy_id,
            "project_id": row["id"],
            "organization_id": parties[row["id"] - 1][0],
            "region_id": officer.region_id,
            "year": today().year,
            "amount": 100_000 * rng.randrange(1, 100),
            "status": next(status),
        }


def _changes(kind: type[Project | KeyDesignation | Claim], rows: Rows) -> Iterator[dict[str, Any]]:
    for row in rows:
        target = row["stage"] if kind is Project else row["status"]
        tracked = kind is Project and target in SIGNED
        for one in dict.fromkeys((ProjectStage.TRACKING, target) if tracked else (target,)):
            yield {
                "subject_kind": kind.__name__,
                "subject_id": row["id"],
                "target": one,
                "action": "bench",
            }
