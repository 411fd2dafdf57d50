"""Makes records for tests, each by itself valid; every call is one transaction, or part of one."""

import itertools
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session
from stdnum.cn import uscc as uscc_number

from matchmaker import clock
from matchmaker.accounts.passwords import hash_password
from matchmaker.db import transaction
from matchmaker.disclosure import search_text
from models import (
    Base,
    Claim,
    Contract,
    ContractChange,
    ContractKind,
    ContractVersion,
    CooperationMode,
    Industry,
    KeyDesignation,
    Match,
    MatchGrade,
    Milestone,
    Need,
    NeedMetric,
    NeedMode,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    Payment,
    Policy,
    PolicyVersion,
    PostingStatus,
    Progress,
    ProgressReport,
    Project,
    ProjectIssue,
    ProjectOrigin,
    ProjectParty,
    ProjectStage,
    PublicNotice,
    Region,
    RegionLevel,
    Result,
    ResultMode,
    ResultStage,
    Role,
    StatusChange,
    SupervisionOrder,
    User,
    UserRole,
    now,
)

RecordT = TypeVar("RecordT", bound=Base)
PostingT = TypeVar("PostingT", Need, Result)

FEIXI = "340123"
HEFEI = "340100"
ANHUI = "340000"
WUHU = "340200"
PASSWORD = "correct horse battery"
_PASSWORD_HASH = hash_password(PASSWORD)

_numbers = itertools.count(1)
_session: list[Session] = []


def use(session: Session) -> None:
    """Let the factories write through `session`."""
    _session[:] = [session]


def together() -> AbstractContextManager[None]:
    """Make all that is made within the block in one transaction, many times as fast."""
    return transaction(_session[0])


def region(code: str) -> Region:
    """Return the region with this GB/T 2260 code."""
    return _session[0].scalars(sa.select(Region).where(Region.code == code)).one()


def industry(code: str) -> Industry:
    """Return the industry with this code."""
    return _session[0].scalars(sa.select(Industry).where(Industry.code == code)).one()


def uscc(number: int) -> str:
    """Return a valid unified social credit code that differs for each number."""
    body = f"91340100MA{number:07d}"
    return body + uscc_number.calc_check_digit(body)


def organization(**values: Any) -> Organization:
    """Make an approved enterprise in Feixi unless told otherwise."""
    number = next(_numbers)
    values.setdefault("kind", OrganizationKind.ENTERPRISE)
    values.setdefault("name", f"测试企业{number}")
    values.setdefault("uscc", uscc(number))
    values.setdefault("status", OrganizationStatus.APPROVED)
    return _store(Organization(region=region(values.pop("region", FEIXI)), **values))


def user(*roles: Role, **values: Any) -> User:
    """Make a user with these roles, a member unless told otherwise; `region` is a code."""
    number = next(_numbers)
    code = values.pop("region", None)
    values.setdefault("name", f"用户{number}")
    values.setdefault("email", f"user{number}@example.com")
    values.setdefault("organization", None)
    with together():
        values["organization"] = values["organization"] or organization()
        return _store(
            User(
                password_hash=_PASSWORD_HASH,
                password_changed_at=now(),
                region=region(code) if code else None,
                role_rows=[UserRole(role=role) for role in roles or (Role.MEMBER,)],
                **values,
            )
        )


def need(**values: Any) -> Need:
    """Make a published public need; `days_ago` dates it, `modes`, `metrics` are plain lists."""
    modes = values.pop("modes", [CooperationMode.JOINT])
    metrics = values.pop("metrics", [])
    return _posting(
        Need,
        {"title": "锂电池隔膜耐热涂层", "problem": "隔膜在高温下收缩，需要耐热涂层。"} | values,
        mode_rows=[NeedMode(mode=mode) for mode in modes],
        metrics=[NeedMetric(position=place, **metric) for place, metric in enumerate(metrics)],
    )


def result(**values: Any) -> Result:
    """Make a published public result."""
    modes = values.pop("modes", [CooperationMode.TRANSFER])
    return _posting(
        Result,
        {
            "title": "陶瓷涂覆隔膜制备方法",
            "abstract": "在隔膜表面涂覆纳米氧化铝，提高耐热性。",
            "trl": 6,
            "stage": ResultStage.PILOT,
        }
        | values,
        mode_rows=[ResultMode(mode=mode) for mode in modes],
    )


def match(need: Need, result: Result, **values: Any) -> Match:
    """Make a proposed match."""
    defaults = {
        "score": 0.5,
        "grade": MatchGrade.FAIR,
        "need_rank": 1,
        "result_rank": 1,
        "engine_version": "test",
    }
    return _store(Match(need=need, result=result, **(defaults | values)))


def project(*parties: Organization, **values: Any) -> Project:
    """Make a project registered by hand; the first party needs, the second has the technology."""
    number = next(_numbers)
    roles = (OrganizationKind.ENTERPRISE, OrganizationKind.UNIVERSITY, OrganizationKind.SERVICE)
    defaults = {
        "code": f"AH-2026-T{number:05d}",
        "title": f"测试项目{number}",
        "origin": ProjectOrigin.MANUAL,
        "stage": ProjectStage.MATCHMAKING,
        "region": region(FEIXI),
    }
    rows = [
        ProjectParty(organization=one, role=role) for one, role in zip(parties, roles, strict=False)
    ]
    return _store(Project(**(defaults | values), parties=rows))


def contract(project: Project, **values: Any) -> Contract:
    """Make a contract in force of a project's first two parties, over 10,000 yuan."""
    day = clock.today()
    terms = {
        "kind": ContractKind.DEVELOPMENT,
        "amount": 1_000_000,
        "technology_amount": 800_000,
        "signed_on": day,
        "starts_on": day,
        "ends_on": day + timedelta(days=365),
    }
    terms |= {key: values.pop(key) for key in terms.keys() & values.keys()}
    signed = ContractVersion(
        ordinal=1, change=ContractChange.SIGNED, changed_on=terms["signed_on"], **terms
    )
    buyer, seller = (party.organization for party in project.parties[:2])
    defaults = {"number": f"HT-{next(_numbers)}", "buyer": buyer, "seller": seller}
    return _store(
        Contract(project_id=project.id, **terms, **(defaults | values), versions=[signed])
    )


def payment(contract: Contract, **values: Any) -> Payment:
    """Make a payment of ten yuan."""
    defaults = {"paid_on": clock.today(), "amount": 1_000, "evidence": "回单"}
    return _store(Payment(contract_id=contract.id, **(defaults | values)))


def milestone(project: Project, **values: Any) -> Milestone:
    """Make a milestone of the whole weight, due in a hundred days."""
    day = clock.today()
    defaults = {
        "name": "样机",
        "weight": 100,
        "position": len(project.milestones),
        "starts_on": day,
        "due_on": day + timedelta(days=100),
    }
    return _store(Milestone(project_id=project.id, **(defaults | values)))


def report(project: Project, **values: Any) -> ProgressReport:
    """Make the report of this month: on plan, a tenth done."""
    defaults = {"month": clock.month_of(clock.today()), "overall": Progress.ON_PLAN, "percent": 10}
    return _store(ProgressReport(project_id=project.id, **(defaults | values)))


def issue(project: Project, **values: Any) -> ProjectIssue:
    """Make an open issue, due in ten days; give it an `owner` and `raised_by`."""
    defaults = {"text": "中试场地未落实", "due_on": clock.today() + timedelta(days=10)}
    return _store(ProjectIssue(project_id=project.id, **(defaults | values)))


def order(project: Project, **values: Any) -> SupervisionOrder:
    """Make a supervision order of the county, due in ten days."""
    defaults = {
        "level": RegionLevel.COUNTY,
        "text": "请说明进度滞后的原因。",
        "due_on": clock.today() + timedelta(days=10),
    }
    return _store(SupervisionOrder(project_id=project.id, **(defaults | values)))


def designation(project: Project, **values: Any) -> KeyDesignation:
    """Make a nomination for this year."""
    defaults = {"year": clock.today().year, "level": RegionLevel.COUNTY, "evidence": "合同"}
    return _store(KeyDesignation(project_id=project.id, **(defaults | values)))


def policy(**values: Any) -> Policy:
    """Make a policy of the county with one published version; `rule` is laid over 15 percent."""
    rule = {"formula": {"kind": "percent", "rate": 1500}} | values.pop("rule", {})
    version = PolicyVersion(ordinal=1, valid_from=date(2026, 1, 1), rule=rule, published_at=now())
    defaults = {"title": "测试政策", "issuer": "测试局", "document": "测试〔2026〕1号"}
    code = values.pop("region", FEIXI)
    return _store(Policy(region=region(code), **(defaults | values), versions=[version]))


def claim(project: Project | None, claimant: Organization | None = None, **values: Any) -> Claim:
    """Make an estimated claim of 1,000 yuan under a policy of its own, of the first party.

    Without a project it is for the year and needs its claimant.
    """
    under = values.pop("policy", None) or policy(rule=values.pop("rule", {}))
    if claimant is None:
        assert project is not None
        claimant = project.parties[0].organization
    defaults = {"year": clock.today().year, "amount": 100_000}
    return _store(
        Claim(
            policy_id=under.id,
            policy_version_id=under.versions[-1].id,
            project_id=project.id if project else None,
            organization=claimant,
            region=claimant.region,
            **(defaults | values),
        )
    )


def notice(**values: Any) -> PublicNotice:
    """Make a public notice that ended yesterday, of a `claim` or a `designation`."""
    day = clock.today()
    defaults = {"starts_on": day - timedelta(days=8), "ends_on": day - timedelta(days=1)}
    subjects = {
        f"{name}_id": values.pop(name).id for name in ("claim", "designation") if name in values
    }
    return _store(PublicNotice(**(defaults | subjects | values)))


def _posting(kind: type[PostingT], values: dict[str, Any], **rows: Any) -> PostingT:
    days_ago = values.pop("days_ago", 1)
    code = values.pop("industry", None)
    values.setdefault("status", PostingStatus.PUBLISHED)
    values.setdefault("published_at", now() - timedelta(days=days_ago))
    with together():
        owner = values.pop("organization", None) or organization()
        posting = kind(
            organization=owner,
            region=owner.region,
            industry=industry(code) if code else None,
            **values,
            **rows,
        )
        posting.search_text = search_text(posting)
        _store(posting)
        _store(
            StatusChange(
                subject_kind=kind.__name__,
                subject_id=posting.id,
                target=posting.status,
                action="test",
            )
        )
    return posting


def _store(record: RecordT) -> RecordT:
    session = _session[0]
    with transaction(session):
        session.add(record)
        session.flush()
    return record
