"""The templates that documents are written by, as an administrator edits them."""

import html
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED as DEFLATED

import pytest
import sqlalchemy as sa
from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from matchmaker.documents.templates import SEED, examples
from matchmaker.i18n import _
from models import (
    AuditEntry,
    DocumentKind,
    DocumentTemplate,
    KeyStatus,
    Project,
    Role,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.documents import name_of, text_of, told_of
from tests.functional.files import PDF, office
from tests.functional.pages import send
from tests.trail import Trail

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
TEMPLATES = "/admin/document-templates"
LETTER = DocumentKind.SUPERVISION_LETTER
LETTERS = f"{TEMPLATES}/{LETTER}"


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
    return told_of(session, trail)


def test_an_administrator_edits_a_template_and_goes_back(
    session: Session, trail: Trail, told: Project, client: FlaskClient, sign_in: SignIn
) -> None:
    address = f"/documents/supervision-letter/{told.orders[0].public_id}"
    sign_in(client, factories.user(Role.ADMIN, name="管理员甲"))
    assert "{{ 督办事项 }}" in client.get(LETTERS).text
    own = client.get(f"{LETTERS}/file")
    assert "{{ 督办事项 }}" in text_of(own.data)
    edited = _adding("安徽样本 {{ 项目编号 }}")
    assert "新版.docx" in _send(client, edited)
    assert "管理员甲" in client.get(TEMPLATES).text
    assert "安徽样本 {{ 项目编号 }}" in text_of(client.get(f"{LETTERS}/file").data)
    assert "安徽样本 AH-2026-0001" in text_of(client.get(f"{LETTERS}/file?filled=1").data)
    _send(client, edited)
    session.rollback()
    template = session.scalars(sa.select(DocumentTemplate)).one()
    stale = _send(client, _adding("抢先"))
    assert _("Somebody changed the template meanwhile. Download the current one first.") in stale
    sign_in(client, trail.member)
    assert f"安徽样本 {told.code}" in text_of(client.get(address).data)
    assert client.get(TEMPLATES).status_code == 403
    sign_in(client, factories.user(Role.ADMIN))
    for _twice in range(2):
        assert send(client, LETTERS, action="restore", seen=template.public_id).status_code == 303
    assert client.get(f"{LETTERS}/file").data == own.data
    sign_in(client, trail.member)
    assert "安徽样本" not in text_of(client.get(address).data)
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
    assert name_of(own).endswith(".xlsx")
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
    assert made["J5"].value == "金额 1,000,000.00 元"


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
