"""The people and the records of the small platform that `tests.world` describes."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.imports import uploads
from matchmaker.incentives import claims
from matchmaker.matches import decisions, messages
from matchmaker.organizations.services import members
from matchmaker.postings import attachments, drafts, invitations, revisions, services
from matchmaker.postings.file_types import accepted
from matchmaker.postings.texts import written
from matchmaker.projects import files as project_files
from matchmaker.projects import ledger_files
from matchmaker.publicity import services as publicity
from matchmaker.subscriptions import services as subscriptions
from models import (
    Attachment,
    ClaimStatus,
    IntegrityRestriction,
    KeyStatus,
    Light,
    Match,
    Need,
    Notification,
    OrganizationKind,
    OrganizationStatus,
    OutboxMessage,
    Pace,
    PostingKind,
    PostingStatus,
    Project,
    ProjectStage,
    Result,
    Role,
    User,
    Visibility,
    new_public_id,
    now,
)
from tests import factories
from tests.functional.files import PDF

SUMMARY = "高温窑炉内衬涂层寿命不足，寻求材料方案。"
TWIN = "鸮羽硼烯"
"""A word of the masked need that the partner's public result has too."""


def everybody() -> dict[str, User]:
    """Make whoever asks, by persona, with their organizations."""
    owner = factories.organization(name="zqxjvkwposter")
    university = factories.organization(
        name="测试大学", kind=OrganizationKind.UNIVERSITY, region=factories.WUHU
    )
    bureau = factories.organization(
        name="测试科技厅", kind=OrganizationKind.GOVERNMENT, region=factories.ANHUI
    )
    institute = factories.organization(kind=OrganizationKind.INSTITUTE)

    def officer(role: Role, region: str) -> User:
        return factories.user(role, organization=bureau, region=region)

    return {
        "owner": factories.user(Role.MANAGER, organization=owner, name="zqxjvkwowner"),
        "member": factories.user(Role.MEMBER, organization=owner, name="zqxjvkwmember"),
        "stranger": factories.user(Role.MANAGER),
        "rival": factories.user(Role.MEMBER),
        "partner": factories.user(Role.MEMBER, organization=university),
        "transfer office": factories.user(Role.MANAGER, organization=university),
        "researcher": factories.user(Role.MEMBER, organization=institute),
        "broker": factories.user(Role.BROKER),
        "assigned broker": factories.user(Role.BROKER),
        "county officer": officer(Role.OFFICER, factories.FEIXI),
        "other officer": officer(Role.OFFICER, factories.WUHU),
        "director": officer(Role.DIRECTOR, factories.ANHUI),
        "admin": factories.user(Role.ADMIN, organization=bureau),
        "auditor": factories.user(Role.AUDITOR, organization=bureau),
    }


def _need(people: dict[str, User], letter: str, **values: Any) -> Need:
    """Make a need of the owner's with a word of its own in every field."""
    contact = {"name": "zqxjvkcname", "phone": "zqxjvkcphone", "email": "zqxjvkc@example.com"}
    return factories.need(
        organization=people["owner"].organization,
        author_id=people["owner"].id,
        title=f"{TWIN} zqxjvk{letter}title",
        background=f"zqxjvk{letter}background",
        problem=f"{TWIN}涂层在窑炉高温段开裂剥落 zqxjvk{letter}problem",
        tried=f"zqxjvk{letter}tried",
        chain_link=f"zqxjvk{letter}link",
        keywords=[TWIN, f"zqxjvk{letter}keyword"],
        metrics=[
            {
                "name": f"zqxjvk{letter}metric",
                "current": f"zqxjvk{letter}current",
                "target": f"zqxjvk{letter}target",
                "unit": f"zqxjvk{letter}unit",
                "test_method": f"zqxjvk{letter}method",
            }
        ],
        contact=contact,
        **{
            "visibility": Visibility.MASKED,
            "public_summary": SUMMARY,
            "published_at": None,
            **values,
        },
    )


def post(session: Session, ids: dict[str, str], people: dict[str, User]) -> None:
    """Post the texts; the masked need is published as an officer publishes."""
    waiting = {"status": PostingStatus.SUBMITTED, "submitted_at": now()}
    masked = _need(people, "t", **waiting)
    submitted = _need(people, "s", **waiting)
    draft = _need(people, "d", status=PostingStatus.DRAFT)
    public = factories.need(organization=people["stranger"].organization)
    result = factories.result(
        organization=people["partner"].organization, title=TWIN, abstract=f"{TWIN}涂层制备"
    )
    rival = factories.result(
        organization=people["rival"].organization, title="窑炉涂层抗开裂", abstract="抗剥落涂层"
    )
    invited = _need(people, "i", visibility=Visibility.INVITED, **waiting)
    invitations.invite(
        session, people["owner"], invited, people["researcher"].organization.public_id
    )
    file = _attach(session, people["owner"], masked)
    services.publish(session, people["county officer"], masked)
    services.publish(session, people["county officer"], invited)
    change = {"problem": "zqxjvksrevised", "title": "zqxjvksrevisedtitle"}
    revision = revisions.propose(session, people["owner"], masked, written(masked) | change)
    typed = drafts.keep(
        session, people["owner"], Need, new_public_id(), {"title": ["zqxjvkdtyped"], "kind": ["x"]}
    )
    name = "zqxjvkdfile.pdf"
    draft_file = attachments.upload(session, people["owner"], typed, name, PDF + b"zqxjvkdfile")
    records: dict[str, Any] = {
        "masked": masked,
        "masked file": file,
        "draft file": draft_file,
        "invited": invited,
        "submitted": submitted,
        "draft": draft,
        "public": public,
        "result": result,
        "rival result": rival,
        "revision": revision,
        "typed": typed,
    }
    ids |= {name: record.public_id for name, record in records.items()}


def _attach(session: Session, owner: User, posting: Need) -> Attachment:
    """Attach a file with a secret name and content."""
    form = drafts.keep(session, owner, Need, new_public_id(), {"title": ["x"]}, posting)
    file = attachments.upload(session, owner, form, "zqxjvktfile.pdf", PDF + b"zqxjvktfile")
    with transaction(session):
        attachments.attach(session, owner, posting, [file.public_id])
    return file


def match(session: Session, ids: dict[str, str], people: dict[str, User], *, agreed: bool) -> None:
    """Recommend a pair; the side of the need agrees to it, with `agreed` both do."""
    session.rollback()
    masked = session.scalars(sa.select(Need).where(Need.public_id == ids["masked"])).one()
    for name in ("result", "rival result"):
        result = session.scalars(sa.select(Result).where(Result.public_id == ids[name])).one()
        pair = sa.select(Match).where(Match.need == masked, Match.result == result)
        match = session.scalar(pair) or factories.match(masked, result)
        ids[name.replace("result", "match").strip()] = match.public_id
        if name == "result":
            asked = match
    officer = people["county officer"]
    decisions.assign(session, officer, asked, people["assigned broker"])
    decisions.recommend(session, officer, asked)
    decisions.consent(session, people["owner"], asked, "zqxjvknnote")
    said = messages.write(session, people["owner"], asked, new_public_id(), "zqxjvkmessage")
    ids["said"] = said.public_id
    if agreed:
        decisions.consent(session, people["partner"], asked, "")


def surround(session: Session, ids: dict[str, str], people: dict[str, User]) -> None:
    """Add what stands around the texts: organizations, invitations, notices, messages."""
    owner = people["owner"]
    pending = factories.organization(status=OrganizationStatus.PENDING, name="测试待批企业")
    with transaction(session):
        restriction = IntegrityRestriction(
            ground="提供虚假材料", starts_on=today(), source_document="通报9号"
        )
        pending.restrictions.append(restriction)
    invitation = members.invite(session, owner, "zqxjvkw@example.com", Role.MEMBER)
    search = subscriptions.save(
        session, owner, PostingKind.NEED, {"q": "涂层"}, "zqxjvkdsearch", Pace.DAILY
    )
    table = "需求名称,需求描述\nzqxjvkdrow,zqxjvkdrowtext\n".encode()
    batch = uploads.upload(session, owner, "needs", "zqxjvkdtable.csv", table)
    rows = "台账编号,项目名称,所属地区,需方单位,供方单位\nL-1,测试,340123,甲,乙\n".encode()
    ledger = ledger_files.upload(session, people["county officer"], "台账.csv", rows)
    claim = factories.claim(
        None,
        owner.organization,
        rule={"evidence": ["发票"]},
        evidence={"发票": "zqxjvkewords"},
        status=ClaimStatus.DRAFTED,
    )
    invoice = accepted("zqxjvkefile.pdf", PDF + b"zqxjvkefile")
    project = factories.project(
        owner.organization,
        factories.organization(),
        stage=ProjectStage.TRACKING,
        light=Light.RED,
    )
    reserved = factories.project(people["stranger"].organization, people["partner"].organization)
    designation = factories.designation(reserved, status=KeyStatus.RESERVE)
    announced = factories.notice(designation=designation, ends_on=today() + timedelta(days=5))
    objection = publicity.object_to(
        session, people["stranger"], announced, "测试人", "0551-00000000", "情况不实"
    )
    notice = session.scalars(sa.select(Notification).where(Notification.user == owner)).first()
    message = session.scalars(sa.select(OutboxMessage)).first()
    assert notice is not None
    assert message is not None
    records: dict[str, Any] = {
        "member": people["member"],
        "organization": owner.organization,
        "pending": pending,
        "restriction": restriction,
        "guest": people["researcher"].organization,
        "search": search,
        "import": batch,
        "ledger": ledger,
        "claim": claim,
        "claim file": claims.add_file(session, owner, claim, "发票", invoice),
        "designation": designation,
        "public notice": announced,
        "objection": objection,
        "policy": claim.policy,
        "invitation": invitation,
        "project": project,
        "order": factories.order(project),
        "notice": notice,
        "message": message,
    }
    ids |= {name: record.public_id for name, record in records.items()}
    _track(session, ids, people, project)


def _track(
    session: Session, ids: dict[str, str], people: dict[str, User], project: Project
) -> None:
    """Add what is recorded of a project while it is tracked."""
    contract = factories.contract(project)
    slip = accepted("回单.pdf", PDF)
    records: dict[str, Any] = {
        "contract": contract,
        "payment": factories.payment(contract),
        "milestone": factories.milestone(project),
        "issue": factories.issue(project, owner=people["owner"], raised_by=people["owner"]),
        "project file": project_files.keep(session, people["county officer"], contract, slip),
    }
    ids |= {name: record.public_id for name, record in records.items()}
