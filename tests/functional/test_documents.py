"""Documents written from records, and the templates they are written by."""

import html
import io
import zipfile
from collections.abc import Callable, Sized
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED as DEFLATED

import pytest
import sqlalchemy as sa
from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from flask.testing import FlaskClient
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session
from werkzeug.http import parse_options_header
from werkzeug.test import TestResponse

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.documents.contexts import CONTEXTS
from matchmaker.documents.filling import names_of
from matchmaker.documents.summary import summary
from matchmaker.documents.templates import SEED, examples
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.projects import contracts, milestones, orders, reports
from matchmaker.projects.reports import Report
from models import (
    Acceptance,
    AuditEntry,
    ClaimStatus,
    Contract,
    DocumentKind,
    DocumentTemplate,
    KeyStatus,
    Progress,
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
from tests.functional.files import PDF, office
from tests.functional.pages import send
from tests.trail import Trail

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
TEMPLATES = "/admin/document-templates"
LETTER = DocumentKind.SUPERVISION_LETTER
LETTERS = f"{TEMPLATES}/{LETTER}"
HOSTILE = "<w:p>{{ 7*7 }}</w:p> & “=HYPERLINK(1)”\n第二行\x0b"
"""What somebody may type into a record; it stands in the document as it was typed."""


def _text(content: bytes) -> str:
    """Return what a .docx file says, headers and tables included, one paragraph a line."""
    document = Document(io.BytesIO(content))
    paragraphs = document.element.body.iter(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
    )
    return "\n".join(each.text for each in paragraphs)


def _name(response: TestResponse) -> str:
    """Return under which name the browser keeps a file (RFC 6266)."""
    disposition, options = parse_options_header(response.headers["Content-Disposition"])
    assert disposition == "attachment"
    return options["filename"]


def _edited(kind: DocumentKind, change: Callable[[DocxDocument], object]) -> bytes:
    """Return the platform's own template with a change."""
    document = Document(str(SEED / f"{kind}.docx"))
    change(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _adding(text: str, kind: DocumentKind = LETTER) -> bytes:
    return _edited(kind, lambda document: document.add_paragraph(text))


def _send(client: FlaskClient, content: bytes, name: str = "新版.docx", seen: str = "") -> str:
    """Upload a template edited from the one that `seen` names; return the page that answers."""
    file = (io.BytesIO(content), name)
    answer = send(client, LETTERS, file=file, seen=seen)
    return html.unescape(client.get(LETTERS).text if answer.status_code == 303 else answer.text)


@pytest.fixture
def told(session: Session, trail: Trail) -> Project:
    """Give a tracked project of which everything has been told."""
    project = trail.tracked()
    contract = project.contracts[0]
    contracts.register(session, trail.officer, contract, "登记340123", today())
    contracts.pay(session, trail.officer, contract, today(), 12_345_60, HOSTILE)
    milestones.reach(session, trail.member, project.milestones[0], today(), "检测报告")
    report = Report(today().replace(day=1), Progress.ON_PLAN, 50, None, 30_000, 20_000, HOSTILE)
    reports.file(session, trail.member, project, report)
    orders.issue(session, trail.officer, project, HOSTILE, today())
    orders.answer(session, trail.member, project.orders[0], "下月完成")
    return project


def test_every_document_of_a_project_holds_what_its_record_says(
    session: Session, trail: Trail, told: Project, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, trail.member)
    contract, order = told.contracts[0], told.orders[0]
    form = client.get(f"/documents/contract-registration/{contract.public_id}")
    assert _name(form).endswith(f"-{told.code}-HT-2026-1.docx")
    text = _text(form.data)
    for said in ("需方企业", "供方高校", trail.enterprise.uscc, "登记340123", "1,000,000.00"):
        assert said in text
    assert "12,345.60" in text
    assert HOSTILE.replace("\x0b", "").strip() in text
    progress = client.get(f"/documents/progress/{told.public_id}")
    assert _name(progress).endswith(f"-{told.code}.docx")
    text = _text(progress.data)
    for said in ("样机", "中试", "检测报告", "50%", "300.00", "200.00", "绿灯", "需方企业"):
        assert said in text
    letter = client.get(f"/documents/supervision-letter/{order.public_id}")
    text = _text(letter.data)
    assert "需方企业、供方高校：" in text
    assert f"{today().year}年{today().month}月{today().day}日" in text
    assert "下月完成" in text
    assert "{{ 7*7 }}" in text
    for answer in (form, progress, letter):
        assert "{%" not in _text(answer.data)
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
    listed = factories.notice(designation=factories.designation(told, evidence="zqxe"))
    texts = [
        _text(client.get(f"/documents/public-notice/{notice.public_id}").data)
        for notice in (claimed, listed)
    ]
    for said in ("政策兑现", "测试政策", "需方企业", "1,000.00", "共8天"):
        assert said in texts[0]
    assert not any(said in texts[0] for said in ("供方高校", told.title, told.code))
    for said in ("重点产学研合作项目", told.title, "需方企业、供方高校"):
        assert said in texts[1]
    assert "zqxe" not in texts[1]
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
    elsewhere = factories.project(region=factories.region(factories.WUHU), title="zqxe")
    factories.designation(elsewhere)
    assert client.get("/documents/summary").status_code == 303
    sign_in(client, trail.member)
    assert client.get("/documents/summary").status_code == 403
    sign_in(client, trail.officer)
    year = today().year
    answer = client.get(f"/documents/summary?year={year}&status=key")
    assert _name(answer).startswith(f"{year}年度重点产学研合作项目汇总表")
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
            assert "{" not in _text(answer.data)


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


def test_an_administrator_edits_a_template_and_goes_back(
    session: Session, trail: Trail, told: Project, client: FlaskClient, sign_in: SignIn
) -> None:
    address = f"/documents/supervision-letter/{told.orders[0].public_id}"
    sign_in(client, factories.user(Role.ADMIN, name="管理员甲"))
    assert "{{ 督办事项 }}" in client.get(LETTERS).text
    own = client.get(f"{LETTERS}/file")
    assert "{{ 督办事项 }}" in _text(own.data)
    edited = _adding("安徽样本 {{ 项目编号 }}")
    assert "新版.docx" in _send(client, edited)
    assert "管理员甲" in client.get(TEMPLATES).text
    assert "安徽样本 {{ 项目编号 }}" in _text(client.get(f"{LETTERS}/file").data)
    assert "安徽样本 AH-2026-0001" in _text(client.get(f"{LETTERS}/file?filled=1").data)
    _send(client, edited)
    session.rollback()
    template = session.scalars(sa.select(DocumentTemplate)).one()
    stale = _send(client, _adding("抢先"))
    assert _("Somebody changed the template meanwhile. Download the current one first.") in stale
    sign_in(client, trail.member)
    assert f"安徽样本 {told.code}" in _text(client.get(address).data)
    assert client.get(TEMPLATES).status_code == 403
    sign_in(client, factories.user(Role.ADMIN))
    for _twice in range(2):
        assert send(client, LETTERS, action="restore", seen=template.public_id).status_code == 303
    assert client.get(f"{LETTERS}/file").data == own.data
    sign_in(client, trail.member)
    assert "安徽样本" not in _text(client.get(address).data)
    session.rollback()
    done = sa.select(AuditEntry.action).where(AuditEntry.subject_kind == "DocumentTemplate")
    actions = ["documenttemplate:replace", "documenttemplate:restore"]
    assert session.scalars(done.order_by(AuditEntry.id)).all() == actions


def test_the_summary_has_a_template_that_an_administrator_edits_in_excel(
    trail: Trail, told: Project, client: FlaskClient, sign_in: SignIn
) -> None:
    factories.designation(told, status=KeyStatus.KEY)
    address = f"{TEMPLATES}/{DocumentKind.KEY_PROJECT_SUMMARY}"
    sign_in(client, factories.user(Role.ADMIN))
    assert "{{ 项目.合同金额 }}" in client.get(address).text
    own = client.get(f"{address}/file")
    assert _name(own).endswith(".xlsx")
    book = load_workbook(io.BytesIO(own.data))
    book.worksheets[0]["J5"] = "金额 {{ 金额合计 }} 元"
    edited = io.BytesIO()
    book.save(edited)
    letter = (io.BytesIO(_adding("")), "新版.docx")
    assert "field-error" in send(client, address, file=letter, seen="").text
    file = (io.BytesIO(edited.getvalue()), "新版.xlsx")
    assert send(client, address, file=file, seen="").status_code == 303
    assert client.get(f"{address}/file").data == edited.getvalue()
    sign_in(client, trail.officer)
    made = load_workbook(io.BytesIO(client.get("/documents/summary").data)).worksheets[0]
    assert made["J5"].value == "金额 1000000 元"


def _linked(document: DocxDocument) -> None:
    document.part.relate_to("http://127.0.0.1:1/x.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)


def _repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a .docx file with one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body) if name == part else body)
    return made.getvalue()


def _entities(content: bytes, target: Path) -> bytes:
    """Return a .docx file that wants to read another file into its text."""
    declared = f'?><!DOCTYPE x [<!ENTITY e SYSTEM "{target.as_uri()}">]>'.encode()

    def change(body: bytes) -> bytes:
        return body.replace(b"?>", declared, 1).replace("督办事项".encode(), b"&e;", 1)

    return _repacked(content, "word/document.xml", change)


def test_a_template_that_cannot_be_filled_is_refused_in_words_and_the_present_one_stays(
    session: Session, client: FlaskClient, sign_in: SignIn, tmp_path: Path
) -> None:
    sign_in(client, factories.user(Role.ADMIN))
    secret = tmp_path / "secret.txt"
    secret.write_text("zqxsecret", encoding="utf-8")
    plain = _adding("")
    bomb = _repacked(plain, "word/styles.xml", lambda body: body + b" " * 21 * 1024**2)
    only_these = _(
        "Only {{ name }}, {{ row.name }}, {%tr for row in name %} and {%p if name %} can be"
        " written in a template."
    )
    known = "These placeholders are not known: %(names)s."
    stray = "“%(text)s” stands outside of any text. Write {{ … }}."
    near = "A placeholder cannot be read, or is not closed, near “%(text)s”."
    refused = {
        _adding("{{ 督办内容 }}{{ 电话 }}"): _(known, names="督办内容、电话"),
        _adding("{% for 行 in 月报 %}{{ 行.说明 }}{% endfor %}"): _(known, names="月报、行.说明"),
        _adding("{{ 项目编号.__class__ }}"): _(known, names="项目编号.__class__"),
        _adding("{{ cycler }}"): _(known, names="cycler"),
        _adding("{{ 督办事项"): _(near, text="{{ 督办事项"),
        _adding("{{ " * 100_000): "{{ {{ {{",
        _adding("{% if 亮灯 %}是"): _(near, text="{% if 亮灯 %}是"),
        _adding("｛｛ 督办事项 ｝｝"): _("Write the braces of placeholders half-width: {{ and }}."),
        _adding("{{ 7 * 7 }}"): only_these,
        _adding("{{ 督办事项|safe }}"): only_these,
        _adding("{{ 督办事项.upper() }}"): only_these,
        _adding("{% set 督办事项 = 1 %}"): only_these,
        _adding("{{r 督办事项 }}"): _(stray, text=examples()[LETTER]["督办事项"]),
        _edited(LETTER, _linked): "http://127.0.0.1:1/x.png",
        _entities(plain, secret): _("It declares XML entities. Save it anew in Word or Excel."),
        bomb: _("It unpacks to far more than its size. Use smaller pictures."),
        _repacked(plain, "word/document.xml", lambda body: body[:-9]): _(
            "The file is damaged. Save it anew."
        ),
        b"": _("The file is empty."),
    }
    pages = {content: _send(client, content) for content in refused}
    for content, words in refused.items():
        assert words in pages[content]
        assert "zqxsecret" not in pages[content]
    macros = _send(client, office("word/document.xml", "word/vbaProject.bin"))
    assert _("It holds macros. Save it without them and attach that.") in macros
    assert "field-error" in _send(client, PDF, "新版.docx")
    assert "field-error" in _send(client, PDF, "新版.pdf")
    missing = send(client, LETTERS)
    assert missing.status_code == 400
    assert _("Choose a file first.") in missing.text
    assert client.get(f"{TEMPLATES}/summary").status_code == 404
    assert session.scalar(sa.select(sa.func.count(DocumentTemplate.id))) == 0
