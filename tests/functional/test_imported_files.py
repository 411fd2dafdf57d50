"""Files that are brought in: by whom, what is refused, what stays text, and the template's way."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from models import (
    ImportBatch,
    Need,
    NeedKind,
    PropertyKind,
    PropertyStatus,
    Result,
    Role,
    User,
    Visibility,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.importing import GOOD, Rows, bring, every, only, press, rows_in
from tests.functional.pages import send
from tests.matchmaker.spreadsheets import made_files
from tests.matchmaker.test_jobs import work_off


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[[Rows], Path]:
    """Give a function that writes rows to a workbook."""
    return lambda rows: made_files.xlsx(tmp_path / "需求 表.xlsx", rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("需求.docx", b"PK\x03\x04"),
        ("需求.xlsx", b"%PDF-1.7"),
        ("需求.xlsx", b""),
        ("需求.csv", b"\x00\x01\x02"),
        ("需求", b"a,b"),
        ("../../etc/passwd", b"a,b"),
        ("x" * 300 + ".exe", b"MZ"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words(
    session: Session, client: FlaskClient, poster: User, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    answer = bring(client, tmp_path / "file", name=name)
    assert answer.status_code == 200
    assert 'id="file-error"' in answer.text
    assert rows_in(session, ImportBatch) == 0


def test_no_file_is_said_so(client: FlaskClient, poster: User) -> None:
    assert _("Choose a file first.") in send(client, "/needs/import").text


@pytest.mark.parametrize("name", ["../../../tmp/x.xlsx", "C:\\x\\表.xlsx", "表" * 300 + ".xlsx"])
def test_a_name_leads_nowhere(
    session: Session, client: FlaskClient, poster: User, xlsx: Any, name: str
) -> None:
    bring(client, xlsx(GOOD), name=name)
    kept = only(session).file_name
    assert re.fullmatch(r"[^/\\]{1,64}\.xlsx", kept)


def test_a_small_workbook_that_declares_a_huge_range_is_refused(
    session: Session, client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    sheet = made_files.SHEET.format(
        rows='<row r="1"><c r="A1" t="inlineStr"><is><t>需求名称</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    path = made_files.raw_xlsx(tmp_path / "huge.xlsx", sheet)
    assert path.stat().st_size < 5_000
    assert 'id="file-error"' in bring(client, path).text
    assert rows_in(session, ImportBatch) == 0


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_refused(
    session: Session, client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    sheet = made_files.SHEET.format(rows=" " * 300 * 1024 * 1024)
    path = made_files.raw_xlsx(tmp_path / "bomb.xlsx", sheet)
    assert path.stat().st_size < 1_000_000
    assert 'id="file-error"' in bring(client, path).text


def test_too_many_rows_or_columns_are_refused(
    client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    long = made_files.text(tmp_path / "long.csv", [["需求名称"], *[["甲"]] * 20_001])
    wide = made_files.text(tmp_path / "wide.csv", [["需求名称", *["列"] * 100], ["甲"] * 101])
    assert "20000" in bring(client, long).text
    assert "101" in bring(client, wide).text


def test_a_cell_stays_text(client: FlaskClient, poster: User, tmp_path: Path) -> None:
    rows = [("需求名称", "截止日期"), ("=1+1", "@SUM(1)"), ("<b>粗</b>", "")]
    address = bring(client, made_files.text(tmp_path / "f.csv", rows)).location
    page = client.get(address).text
    assert "<b>粗</b>" not in page
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}/errors.xlsx").data)).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet["B2"].data_type == "s"


def test_the_template_filled_in_comes_in_clean(
    app: Flask, session: Session, client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    for kind, record in (("needs", Need), ("results", Result)):
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/{kind}/import/template.xlsx").data))
        sheet, example = book.worksheets[0], book.worksheets[1]
        headers = [cell.value for cell in sheet[1]]
        assert [cell.value for cell in example[1]] == headers
        assert sheet.max_row == 1
        offered = {
            str(rule.sqref).split(":")[0][:-1] for rule in sheet.data_validations.dataValidation
        }
        assert len(offered) == (4 if kind == "needs" else 12)
        for place, cell in enumerate(example[2], start=1):
            sheet.cell(2, place, cell.value)
        path = tmp_path / f"{kind}.xlsx"
        book.save(path)
        address = bring(client, path, kind).location
        batch = every(session, ImportBatch)[-1]
        assert batch.found["error_count"] == 0, batch.found["errors"]
        assert len(batch.places) == len(headers)
        press(client, address, "start")
        work_off(app)
        (made,) = every(session, record)
        assert made.contact["phone"] == "0551-00000000"
        assert made.visibility is Visibility.MASKED
        assert made.industry is not None
    assert [(right.kind, right.status) for right in made.properties] == [
        (PropertyKind.INVENTION, PropertyStatus.GRANTED),
        (PropertyKind.SOFTWARE, PropertyStatus.GRANTED),
        (PropertyKind.UTILITY, PropertyStatus.PENDING),
        (PropertyKind.SECRET, PropertyStatus.GRANTED),
    ]
    assert [need.kind for need in every(session, Need)] == [NeedKind.TECHNOLOGY]


@pytest.mark.parametrize(
    "role", [Role.OFFICER, Role.DIRECTOR, Role.BROKER, Role.ADMIN, Role.AUDITOR]
)
def test_importing_is_for_those_who_post(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    assert client.get("/needs/import").status_code == 303
    sign_in(client, factories.user(role, region=factories.ANHUI))
    assert client.get("/needs/import").status_code == 403
    assert client.get("/results/import/template.xlsx").status_code == 403
