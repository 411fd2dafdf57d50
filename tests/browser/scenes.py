"""What the guide's pictures show: records in each of the states that its chapters speak of."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import demo
from matchmaker.accounts import links
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.incentives import claims
from matchmaker.indicators import services as key_projects
from matchmaker.matches import decisions
from matchmaker.organizations.services import members
from matchmaker.postings import revisions
from matchmaker.postings.texts import written
from models import (
    Claim,
    KeyDesignation,
    Match,
    Need,
    OrganizationStatus,
    PostingStatus,
    Project,
    Role,
    TokenPurpose,
    User,
    now,
)
from tests import factories
from tests.browser import records
from tests.conftest import SECRET

PENDING = OrganizationStatus.PENDING
TITLES = (
    "磷酸铁锂电芯低温快充析锂抑制",
    "一体化压铸后地板免热处理变形控制",
    "4D毫米波雷达误触发自动紧急制动",
)
PROJECTS = ("低温快充电芯联合攻关", "电驱共模电压抑制与泄放方案")


def arrange(session: Session) -> dict[str, str]:
    """Make the records; return, by name, the part of an address that stands for each."""
    person = _people(session)
    broker = person["broker"]
    frozen, casting, radar = (_need(session, title) for title in TITLES)
    waiting, agreed = (_with(session, need, person["researcher"]) for need in (frozen, casting))
    for match in (waiting, agreed):
        decisions.recommend(session, person["county-officer"], match)
    with transaction(session):
        casting.contact = {"name": "郗工", "phone": "0551-00000000"}
        agreed.result.contact = {"name": "技术转移中心", "phone": "0551-00000001"}
    decisions.consent(session, person["enterprise"], agreed)
    decisions.consent(session, person["transfer-office"], agreed)
    members.invite(session, person["transfer-office"], "colleague@uni.example.com", Role.MEMBER)
    tracked, late = (_project(session, title) for title in PROJECTS)
    decisions.assign(
        session, person["county-officer"], _with(session, radar, person["researcher"]), broker
    )
    inside = _to_endorse(person["researcher"])
    claim = _approved(session, person, tracked)
    _put_on_the_list(session, person, tracked, late)
    return {
        "project": tracked.public_id,
        "contract": tracked.contracts[0].public_id,
        "milestone": tracked.milestones[-1].public_id,
        "key": tracked.designations[0].public_id,
        "notice": late.designations[0].notices[0].public_id,
        "claim": claim.public_id,
        "policy": claim.policy.public_id,
        "need": frozen.public_id,
        "waiting": waiting.public_id,
        "agreed": agreed.public_id,
        "draft": _draft(person["enterprise"]),
        "revision": _revision(session, person["enterprise"], radar),
        "inside": inside,
        "organization": _newcomer(),
        "link": _registration(session),
    }


def _people(session: Session) -> dict[str, User]:
    users = session.scalars(sa.select(User).where(User.email.endswith(f"@{demo.DOMAIN}")))
    return {user.email.partition("@")[0]: user for user in users}


def _need(session: Session, title: str) -> Need:
    return session.scalars(sa.select(Need).where(Need.title == title)).one()


def _with(session: Session, need: Need, researcher: User) -> Match:
    """Return the need's best match with a result of the researcher's university."""
    own = Match.result.has(organization_id=researcher.organization_id)
    matches = sa.select(Match).where(Match.need_id == need.id, own).order_by(Match.need_rank)
    return session.scalars(matches).first() or factories.match(
        need, factories.result(organization=researcher.organization)
    )


def _project(session: Session, title: str) -> Project:
    return session.scalars(sa.select(Project).where(Project.title == title)).one()


def _approved(session: Session, person: dict[str, User], project: Project) -> Claim:
    """Bring what may be claimed for a project all the way to the approval."""
    enterprise, officer = person["enterprise"], person["county-officer"]
    (claim,) = (one for one in project.claims if one.organization is enterprise.organization)
    claims.draft(session, enterprise, claim)
    named = {name: f"{name} 2026-0{place}" for place, name in enumerate(_wanted(claim), start=1)}
    claims.hand_in(session, enterprise, claim, named)
    claims.review(session, officer, claim)
    claims.announce(session, officer, claim)
    records.let_notices_end(session)
    claims.approve(session, person["provincial-director"], claim)
    return claim


def _wanted(claim: Claim) -> list[str]:
    wanted: list[str] = claim.policy_version.rule["evidence"]
    return wanted


def _put_on_the_list(
    session: Session, person: dict[str, User], nominated: Project, other: Project
) -> None:
    """Designate the one project, which the demo has nominated, and put the other on notice."""
    director = person["provincial-director"]
    first = nominated.designations[0]
    _announce(session, director, first)
    records.let_notices_end(session)
    key_projects.designate(session, director, first)
    officer, year = person["county-officer"], today().year
    second = key_projects.nominate(session, officer, other, year, "技术合同、台架测试方案")
    _announce(session, director, second)


def _announce(session: Session, director: User, designation: KeyDesignation) -> None:
    key_projects.reserve(session, director, designation)
    key_projects.announce(session, director, designation)


def _draft(author: User) -> str:
    need = factories.need(
        title="电池包冷却板钎焊气孔",
        problem="冷却板钎焊后气密性不合格率约 3%，气孔集中在流道转弯处，返修后仍有渗漏。",
        metrics=[{"name": "气密性不合格率", "current": "3", "target": "≤0.5", "unit": "%"}],
        organization=author.organization,
        author_id=author.id,
        status=PostingStatus.DRAFT,
        published_at=None,
        contact={"name": "郗工", "phone": "0551-00000000"},
    )
    return str(need.public_id)


def _to_endorse(author: User) -> str:
    result = factories.result(
        title="电芯析锂在线识别的电压弛豫法",
        abstract="由充电后的电压弛豫曲线识别析锂，判别一次用时不足 1 s，已在两种电芯上验证。",
        organization=author.organization,
        author_id=author.id,
        status=PostingStatus.INTERNAL_REVIEW,
        submitted_at=now(),
        published_at=None,
    )
    return str(result.public_id)


def _revision(session: Session, author: User, need: Need) -> str:
    """Hand in a change of a published need, three days ago."""
    changed = written(need) | {"budget_max": 300_0000_00, "tried": "调整过雷达阈值，漏检增多。"}
    revision = revisions.propose(session, author, need, changed)
    return revision.public_id


def _newcomer() -> str:
    waiting = factories.organization(name="肥西云岫储能电池有限公司", status=PENDING)
    factories.user(Role.MANAGER, organization=waiting, name="邬望岫", title="总经理")
    return str(waiting.public_id)


def _registration(session: Session) -> str:
    with transaction(session):
        token = links.issue(session, TokenPurpose.REGISTER, "founder@yunxiu.example.com")
    return links.sign(SECRET, TokenPurpose.REGISTER, token.public_id)
