"""Documents written from records."""

import io
from collections.abc import Callable, Sized
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.documents.contexts import CONTEXTS
from matchmaker.documents.filling import names_of
from matchmaker.documents.summary import summary
from matchmaker.documents.templates import examples
from matchmaker.labels import label
from models import (
    Acceptance,
    ClaimStatus,
    Contract,
    DocumentKind,
    KeyStatus,
    Project,
    ProjectIssue,
    PublicNotice,
    Role,
    SupervisionOrder,
    User,
    UserRole,
    Verdict,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.documents import HOSTILE, name_of, text_of, told_of
from tests.trail import Trail

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def told(session: Session, trail: Trail) -> Project:
    """Give a tracked project of which everything has been told."""
    return told_of(session, trail)


def test_every_document_of_a_project_holds_what_its_record_says(
    session: Session, trail: Trail, told: Project, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, trail.member)
    contract, order = told.contracts[0], told.orders[0]
    form = client.get(f"/documents/contract-registration/{contract.public_id}")
    assert name_of(form).endswith(f"-{told.code}-HT-2026-1.docx")
    text = text_of(form.data)
    for said in ("需方企业", "供方高校", trail.enterprise.uscc, "登记340123", "1,000,000.00"):
        assert said in text
    assert "12,345.60" in text
    assert HOSTILE.replace("\x0b", "").strip() in text
    progress = client.get(f"/documents/progress/{told.public_id}")
    assert name_of(progress).endswith(f"-{told.code}.docx")
    text = text_of(progress.data)
    for said in ("样机", "中试", "检测报告", "50%", "300.00", "200.00", "绿灯", "需方企业"):
        assert said in text
    letter = client.get(f"/documents/supervision-letter/{order.public_id}")
    text = text_of(letter.data)
    assert "需方企业、供方高校：" in text
    assert f"{today().year}年{today().month}月{today().day}日" in text
    assert "下月完成" in text
    assert "{{ 7*7 }}" in text
    for answer in (form, progress, letter):
        assert "{%" not in text_of(answer.data)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_only_those_who_see_the_record_get_its_documents(
    session: Session, trail: Trail, told: Project, client: FlaskClient, sign_in: SignIn
) -> None:
    addresses = [
        f"/documents/contract-registration/{told.contracts[0].public_id}",
        f"/documents/progress/{told.public_id}",
        f"/documents/supervision-letter/{told.orders[0].public_id}",
    ]
    assert {client.get(address).status_code for address in addresses} == {303}
    outsiders = {trail.rival: 404, trail.broker: 404, factories.user(Role.ADMIN): 403}
    for outsider, status in outsiders.items():
        sign_in(client, outsider)
        assert {client.get(address).status_code for address in addresses} == {status}
    for insider in (trail.researcher, trail.officer, trail.director):
        sign_in(client, insider)
        assert {client.get(address).status_code for address in addresses} == {200}


def test_a_public_notice_is_for_everybody_and_says_nothing_but_what_is_announced(
    session: Session, trail: Trail, told: Project, client: FlaskClient
) -> None:
    claimed = factories.notice(claim=factories.claim(told, status=ClaimStatus.ON_NOTICE))
    listed = factories.notice(designation=factories.designation(told, evidence="unannounced"))
    texts = [
        text_of(client.get(f"/documents/public-notice/{notice.public_id}").data)
        for notice in (claimed, listed)
    ]
    for said in ("政策兑现", "测试政策", "需方企业", "1,000.00", "共8天"):
        assert said in texts[0]
    assert not any(said in texts[0] for said in ("供方高校", told.title, told.code))
    for said in ("重点产学研合作项目", told.title, "需方企业、供方高校"):
        assert said in texts[1]
    assert "unannounced" not in texts[1]
    assert not any(said in texts[1] for said in ("HT-2026-1", "1,000,000.00", "检测报告"))


def test_the_summary_is_the_list_of_key_projects_ready_to_be_stamped(
    session: Session,
    trail: Trail,
    told: Project,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
) -> None:
    def sheet(query: str = "") -> list[list[Any]]:
        answer = client.get(f"/documents/summary{query}")
        assert answer.status_code == 200
        return (
            CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
            .get_sheet_by_index(0)
            .to_python()
        )

    factories.designation(told, status=KeyStatus.KEY, evidence="=1+1")
    elsewhere = factories.project(region=factories.region(factories.WUHU), title="elsewhere")
    factories.designation(elsewhere)
    assert client.get("/documents/summary").status_code == 303
    sign_in(client, trail.member)
    assert client.get("/documents/summary").status_code == 403
    sign_in(client, trail.officer)
    year = today().year
    answer = client.get(f"/documents/summary?year={year}&status=key")
    assert name_of(answer).startswith(f"{year}年度重点产学研合作项目汇总表")
    title, filed, header, row, total, signing, *rest = sheet(f"?year={year}&status=key")
    assert str(title[0]).startswith(f"{year}年度")
    assert "肥西县" in str(filed[0])
    assert dict(zip(header, row, strict=True)) == {
        "序号": 1,
        "项目编号": told.code,
        "项目名称": told.title,
        "参与单位": "需方企业、供方高校",
        "所在地区": "合肥市 肥西县",
        "年度": year,
        "状态": label(KeyStatus.KEY),
        "合同编号": "HT-2026-1",
        "合同金额（元）": 1_000_000,
        "佐证材料": "=1+1",
    }
    assert total[header.index("合同金额（元）")] == 1_000_000
    assert "审核人" in str(signing[0])
    assert not rest
    none = sheet(f"?year={year - 1}")
    assert none[3] == [""] * len(header)
    assert none[4][:3] == ["", "合计", "0 项"]
    asked = []
    for many in (5, 50):
        with factories.together():
            for _each in range(many):
                project = factories.project(trail.enterprise, trail.university)
                factories.designation(project)
                factories.contract(project)
        session.commit()
        counter = count_queries()
        sheet()
        asked.append(len(counter))
    assert asked[0] == asked[1]


def test_every_document_renders_for_the_records_of_the_demo(
    demo_session: Session, demo_client: FlaskClient, sign_in: SignIn
) -> None:
    statement = sa.select(User).join(User.role_rows).where(UserRole.role == Role.DIRECTOR)
    sign_in(demo_client, demo_session.scalars(statement).one())
    kinds: dict[str, Any] = {
        "progress": Project,
        "contract-registration": Contract,
        "supervision-letter": SupervisionOrder,
        "public-notice": PublicNotice,
    }
    for kind, record in kinds.items():
        for public_id in demo_session.scalars(sa.select(record.public_id)):
            answer = demo_client.get(f"/documents/{kind}/{public_id}")
            assert answer.status_code == 200, kind
            assert "{" not in text_of(answer.data)


def test_the_placeholders_of_the_examples_are_those_that_records_fill(
    session: Session, told: Project
) -> None:
    factories.designation(told)
    claim = factories.claim(told)
    records: dict[DocumentKind, list[Any]] = {
        DocumentKind.CONTRACT_REGISTRATION: [told.contracts[0]],
        DocumentKind.PROGRESS: [told],
        DocumentKind.SUPERVISION_LETTER: told.orders,
        DocumentKind.PUBLIC_NOTICE: [
            factories.notice(claim=claim),
            factories.notice(designation=told.designations[0]),
        ],
    }
    with transaction(session):
        named = {"raised_by": told.officer, "owner": told.officer}
        told.issues.append(ProjectIssue(text="场地", due_on=today(), **named))
        told.acceptances.append(Acceptance(held_on=today(), verdict=Verdict.PASSED))
    for kind, found in records.items():
        for record in found:
            context = CONTEXTS[kind](record) | {"制表日期": ""}
            assert names_of(context) == names_of(examples()[kind])
    place = told.designations[0]
    context = summary(0, None, None, [place], {told.id: told.contracts}) | {"制表日期": ""}
    assert names_of(context) == names_of(examples()[DocumentKind.KEY_PROJECT_SUMMARY])
