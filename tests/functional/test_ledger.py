"""A bureau's ledger brought as a spreadsheet: looked into, told what is wrong, all rows or none."""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.projects.ledger_columns import COLUMNS
from matchmaker.spreadsheets import read_table
from models import (
    AuditEntry,
    Contract,
    ImportBatch,
    ImportStatus,
    OrganizationStatus,
    Project,
    ProjectStage,
    Role,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.importing import every
from tests.functional.pages import send
from tests.matchmaker.spreadsheets import made_files
from tests.trail import Trail

LEDGER = "/projects/ledger"
DAY = today().isoformat()
HEADER = (
    *("台账编号", "项目名称", "所属地区", "需方单位", "供方单位", "合同编号"),
    *("合同类型", "合同金额（万元）", "技术交易额（万元）", "签订日期", "开始日期", "结束日期"),
)
TERMS = ("HT-77", "技术开发", "120.5", "100", DAY, DAY, "2099-12-31")
NO_TERMS = ("",) * len(TERMS)


def _row(number: int, *terms: str, **cells: str) -> list[str]:
    """Return a row between the trail's two organizations; a keyword replaces a cell."""
    values = {
        "reference": f"台账-{number}",
        "title": f"台账项目{number}",
        "region": "肥西县",
        "buyer": "需方企业",
        "seller": "供方高校",
    } | cells
    return [*values.values(), *(terms or NO_TERMS)]


def _bring(client: FlaskClient, path: Path, rows: Sequence[Sequence[Any]]) -> TestResponse:
    with made_files.xlsx(path / "项目 台账.xlsx", [HEADER, *rows]).open("rb") as file:
        return send(client, LEDGER, file=(file, "项目 台账.xlsx"))


def _wrong(page: str) -> set[tuple[str, str]]:
    """Return row and column of each cell that the page says is wrong."""
    body = page[page.index('id="errors-heading"') : page.index('id="preview-heading"')]
    pairs = re.findall(r'<th scope="row">(\d+)</th>\s*<td>(.*?)</td>', body)
    return {(row, html.unescape(column)) for row, column in pairs}


def test_a_ledger_is_looked_at_and_then_comes_in_once(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail, tmp_path: Path
) -> None:
    sign_in(client, trail.officer)
    by_code = {"region": factories.FEIXI, "buyer": trail.enterprise.uscc}
    answer = _bring(client, tmp_path, [_row(1), _row(2, *TERMS, **by_code)])
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "台账项目2" in page
    assert "1,205,000.00" in page
    assert every(session, Project) == []
    assert send(client, answer.location, do="import").status_code == 303
    first, second = every(session, Project)
    assert {first.stage, second.stage} == {ProjectStage.MATCHMAKING}
    assert (first.reference, first.officer, first.contracts) == ("台账-1", trail.officer, [])
    (contract,) = every(session, Contract)
    assert (contract.project, contract.amount, contract.buyer) == (
        second,
        120_500_000,
        trail.enterprise,
    )
    assert every(session, ImportBatch)[0].status is ImportStatus.DONE
    again = client.post(answer.location, data={"csrf_token": _token(client), "do": "import"})
    assert again.status_code == 303
    assert client.get(answer.location).location == "/projects"
    assert len(every(session, Project)) == 2
    assert "project:import" in {entry.action for entry in every(session, AuditEntry)}
    page = client.get(_bring(client, tmp_path, [_row(1)]).location).text  # the same once more
    assert _wrong(page) == {("2", "台账编号")}


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get(LEDGER).text)
    assert found
    return found[1]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_bad_cell_is_told_by_row_and_column_and_nothing_comes_in(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail, tmp_path: Path
) -> None:
    factories.organization(name="待批企业", status=OrganizationStatus.PENDING)
    sign_in(client, trail.officer)
    rows = [
        _row(1),
        _row(2, title=""),
        _row(3, region="芜湖市"),
        _row(4, buyer="待批企业"),
        _row(5, seller="需方企业"),
        _row(6, reference="台账-1"),
        _row(7, "HT-8", *NO_TERMS[1:]),
        _row(8, "HT-9", "租赁", *TERMS[2:]),
        _row(9, "HT-9", "技术开发", "100", "200", *TERMS[4:]),
        _row(10, *TERMS[:6], "2020-01-01"),
    ]
    answer = _bring(client, tmp_path, rows)
    page = client.get(answer.location).text
    assert _wrong(page) == {
        ("2", "台账编号"),
        ("7", "台账编号"),
        ("3", "项目名称"),
        ("4", "所属地区"),
        ("5", "需方单位"),
        ("6", "供方单位"),
        *(("8", column) for column in HEADER[6:]),
        ("9", "合同类型"),
        ("10", "技术交易额（万元）"),
        ("11", "结束日期"),
    }
    assert 'value="import"' not in page
    refused = send(client, answer.location, do="import")
    assert refused.status_code == 409
    assert _("Something is wrong with its rows. Mend the file first.") in refused.text
    assert every(session, Project) == []
    assert send(client, answer.location, do="discard").location == LEDGER
    assert every(session, ImportBatch)[0].status is ImportStatus.DISCARDED


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_became_wrong_since_the_look_keeps_the_ledger_out(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail, tmp_path: Path
) -> None:
    sign_in(client, trail.officer)
    answer = _bring(client, tmp_path, [_row(1), _row(2)])
    with transaction(session):
        trail.university.status = OrganizationStatus.SUSPENDED
    refused = send(client, answer.location, do="import")
    assert refused.status_code == 409
    assert _wrong(refused.text) == {("2", "供方单位"), ("3", "供方单位")}
    assert every(session, Project) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_file_that_is_no_ledger_is_refused_in_words(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail, tmp_path: Path
) -> None:
    sign_in(client, trail.officer)
    assert send(client, LEDGER).status_code == 400
    for name, content in (("台账.pdf", b"%PDF-1.4"), ("台账.xlsx", b"no workbook")):
        path = tmp_path / name
        path.write_bytes(content)
        with path.open("rb") as file:
            answer = send(client, LEDGER, file=(file, name))
        assert answer.status_code == 400
        assert 'id="file-error"' in answer.text
    path = made_files.xlsx(tmp_path / "缺列.xlsx", [("项目名称", "备注"), ("甲", "乙")])
    with path.open("rb") as file:
        answer = send(client, LEDGER, file=(file, "缺列.xlsx"))
    assert (answer.status_code, "台账编号、所属地区" in answer.text) == (400, True)
    assert every(session, ImportBatch) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_ledger_is_for_the_officer_who_brought_it(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail, tmp_path: Path
) -> None:
    sign_in(client, trail.officer)
    address = _bring(client, tmp_path, [_row(1)]).location
    sign_in(client, trail.second_officer)
    assert client.get(address).status_code == 404
    assert send(client, address, LEDGER, do="import").status_code == 404
    both = factories.user(Role.OFFICER, Role.MEMBER, region=factories.FEIXI)
    sign_in(client, both)
    own = _bring(client, tmp_path, [_row(1)]).location
    assert client.get(own).status_code == 200
    assert client.get(own.replace(LEDGER, "/imports")).status_code == 404
    for person in (trail.manager, trail.director):
        sign_in(client, person)
        assert client.get(LEDGER).status_code == 403


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_template_reads_as_a_ledger(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail, tmp_path: Path
) -> None:
    sign_in(client, trail.officer)
    path = tmp_path / "template.xlsx"
    path.write_bytes(client.get(f"{LEDGER}/template.xlsx").data)
    book = openpyxl.load_workbook(path)
    del book[book.sheetnames[0]]  # the empty one, before the example
    book.save(path)
    table = read_table(path, COLUMNS)
    assert table.columns.keys() == {column.field for column in COLUMNS}
    assert table.rows[0].values["amount"] == "120000000"
