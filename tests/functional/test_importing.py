"""Bringing in a spreadsheet by the pages: looked over, imported whole, taken back."""

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

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from models import (
    AuditEntry,
    CooperationMode,
    ImportBatch,
    ImportStatus,
    Need,
    NeedMetric,
    NeedMode,
    OrganizationStatus,
    PostingStatus,
    Result,
    Role,
    StatusChange,
    User,
    Visibility,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import english
from tests.functional.importing import BAD, GOOD, Rows, bring, every, imported, only, press, rows_in
from tests.functional.pages import token
from tests.matchmaker.spreadsheets import made_files
from tests.matchmaker.test_jobs import work_off


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[[Rows], Path]:
    """Give a function that writes rows to a workbook."""
    return lambda rows: made_files.xlsx(tmp_path / "需求 表.xlsx", rows)


def test_a_spreadsheet_becomes_drafts(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    answer = bring(client, xlsx(GOOD))
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "需求 表.xlsx" in page
    assert "隔膜耐热" in page
    assert "企业规模" in page
    assert rows_in(session) == 0
    press(client, answer.location, "start")
    assert only(session).status is ImportStatus.QUEUED
    assert "hx-trigger" in client.get(answer.location).text
    work_off(app)
    first, second = every(session, Need)
    assert {first.status, second.status} == {PostingStatus.DRAFT}
    assert (first.author_id, first.organization_id) == (poster.id, poster.organization_id)
    assert (first.title, first.problem, first.reference) == ("隔膜耐热", "高温收缩", "N-1")
    assert first.budget_max == 120_500_000
    assert first.modes == [CooperationMode.COMMISSION, CooperationMode.JOINT]
    assert first.industry is not None
    assert second.industry is None
    page = client.get(answer.location).text
    assert f"/needs/{first.public_id}" in page
    assert "浆料分散" in client.get("/mine").text


def test_target_metrics_come_in_and_go_with_the_import(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    rows: Rows = (
        ("需求名称", "目标指标"),
        ("隔膜耐热", "热收缩率≤3%；厚度|16|≤12|μm|GB/T 6672"),
        ("浆料分散", ""),
    )
    address = bring(client, xlsx(rows)).location
    assert "热收缩率" in client.get(address).text
    press(client, address, "start")
    work_off(app)
    first, second = every(session, Need)
    parts = [(m.name, m.current, m.target, m.unit, m.test_method) for m in first.metrics]
    assert parts == [
        ("热收缩率", "", "≤3%", "", ""),
        ("厚度", "16", "≤12", "μm", "GB/T 6672"),
    ]
    assert second.metrics == []
    assert "热收缩率" in first.search_text
    press(client, address, "take-back")
    assert rows_in(session) == rows_in(session, NeedMetric) == 0


def test_what_cannot_be_submitted_is_told_before_it_comes_in(
    client: FlaskClient, poster: User, xlsx: Any
) -> None:
    rows: Rows = (("需求名称", "需求描述"), ("隔膜耐热", "高温收缩"), ("浆料分散", ""))
    bare = "1 row has a title and no text; it cannot be submitted and stays a draft: row 3."
    assert bare in english(client, bring(client, xlsx(rows)).location)
    assert "no text" not in english(client, bring(client, xlsx(GOOD)).location)


def test_what_is_wrong_stands_before_the_columns_which_are_folded(
    client: FlaskClient, poster: User, xlsx: Any
) -> None:
    page = client.get(bring(client, xlsx(BAD)).location).text
    folded = re.search(r'<details class="panel"\s*>', page)
    assert folded
    assert page.index('id="errors-heading"') < folded.start() < page.index('name="column-0"')
    assert _("not used: %(names)s", names="企业规模") in page


def test_the_import_leaves_its_trail(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    imported(app, client, xlsx(GOOD))
    actions = [entry.action for entry in every(session, AuditEntry) if entry.actor_id]
    assert actions == ["import:upload", "import:start", "needs:import"]
    changes = every(session, StatusChange)
    assert [(c.action, c.target, c.actor_id) for c in changes] == [
        ("import", "draft", poster.id)
    ] * 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_of_either_encoding(
    app: Flask,
    session: Session,
    client: FlaskClient,
    poster: User,
    tmp_path: Path,
    encoding: str,
) -> None:
    imported(app, client, made_files.text(tmp_path / "list.csv", GOOD, encoding))
    assert [need.title for need in every(session, Need)] == ["隔膜耐热", "浆料分散"]


def test_an_old_workbook_of_results(
    app: Flask, session: Session, client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    rows = [
        ("成果名称", "成果简介", "技术就绪度", "成果登记号", "公开范围", "公开摘要"),
        ("涂覆隔膜", "耐热", "6级", "2026340100AB", "脱敏", "一种涂层"),
    ]
    answer = bring(client, made_files.xls(tmp_path / "r.xls", rows), "results")
    press(client, answer.location, "start")
    work_off(app)
    (result,) = every(session, Result)
    assert (result.trl, result.registration_no) == (6, "2026340100AB")
    assert (result.visibility, result.public_summary) == (Visibility.MASKED, "一种涂层")
    assert "耐热" not in result.search_text


def test_every_bad_cell_is_named_and_nothing_comes_in(
    session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    address = bring(client, xlsx(BAD)).location
    page = client.get(address).text
    for told in ("几十万", "入股", "预算上限（万元）", _("the cell is empty")):
        assert told in page
    assert only(session).found["error_count"] == 3
    assert press(client, address, "start").status_code == 409
    refused = [each.action for each in every(session, AuditEntry) if each.outcome == "refused"]
    assert refused == ["imports.start"]
    assert rows_in(session) == 0


def test_the_download_marks_the_bad_cells(client: FlaskClient, poster: User, xlsx: Any) -> None:
    address = bring(client, xlsx(BAD)).location
    answer = client.get(f"{address}/errors.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    coloured = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fill_type}
    assert coloured == {"B2", "E3", "F3"}
    assert "入股" in sheet["H3"].value
    assert sheet["H4"].value in (None, "")
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("header", "cell", "told"),
    [
        ("截止日期", "2001-01-01", "that day is past"),
        ("预算上限（亿元）", "999999999", "the amount is larger than the platform takes"),
        ("公开范围", "脱敏", "a masked text needs a public summary"),
        ("联系电话", "王工", "this is no telephone number"),
        ("电子邮箱", "王工", "this is no e-mail address"),
        ("关键词", "、".join(map(str, range(11))), "these are too many keywords, or too long ones"),
    ],
)
def test_what_a_form_would_refuse_is_refused_here(
    session: Session,
    client: FlaskClient,
    poster: User,
    xlsx: Any,
    header: str,
    cell: str,
    told: str,
) -> None:
    bring(client, xlsx([("需求名称", header), ("隔膜", cell)]))
    (error,) = only(session).found["errors"]
    assert (error["row"], error["column"], error["value"]) == (2, header, cell[:40])
    assert error["reason"] == _(told)


def test_a_number_imported_before_is_refused(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    path = xlsx(GOOD)
    imported(app, client, path)
    page = client.get(bring(client, path).location).text
    assert _("“%(value)s” has been imported before", value="N-1") in page
    assert _("This very file was imported already, on %(day)s.", day=today()) in page


def test_titles_that_stand_already_are_pointed_out(
    session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    factories.need(title="隔膜 耐热！", organization=poster.organization)
    factories.need(title="极片")
    rows = [("需求名称",), ("隔膜耐热",), ("浆料",), ("极片",), ("浆料。",)]
    bring(client, xlsx(rows))
    alike = only(session).found["alike"]
    assert [(same["row"], same["earlier"]) for same in alike] == [(2, 0), (5, 3)]


def test_the_reader_says_which_column_is_which(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    rows = [
        ("2026年汇总",),
        ("攻关方向", "卡点", "备注"),
        ("隔膜", "收缩", "急"),
        ("浆料", "团聚", ""),
    ]
    address = bring(client, xlsx(rows)).location
    assert _("Title") in client.get(address).text.split('role="alert"')[1][:400]
    assert press(client, address, "start").status_code == 409
    page = press(client, address, "columns", **{"column-0": "title", "column-1": "title"}).text
    assert "selected" in page
    assert "column-1" in page
    press(client, address, "columns", **{"column-0": "title", "column-1": "text"})
    assert only(session).places == {"title": 0, "text": 1}
    press(client, address, "start")
    work_off(app)
    need = every(session, Need)[0]
    assert (need.title, need.problem, need.background) == ("隔膜", "收缩", "")


def test_a_guess_can_be_turned_down(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    address = bring(client, xlsx(GOOD)).location
    press(client, address, "columns", **{"column-1": "title", "column-2": "background"})
    press(client, address, "start")
    work_off(app)
    need = every(session, Need)[0]
    assert (need.reference, need.problem, need.background) == (None, "", "高温收缩")


def test_rows_may_be_submitted_at_once(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    rows = [*GOOD, ("N-3", "没有正文", "", "", "", "", "")]
    address = imported(app, client, xlsx(rows), submits="1")
    submitted, draft = PostingStatus.SUBMITTED, PostingStatus.DRAFT
    assert [need.status for need in every(session, Need)] == [submitted, submitted, draft]
    page = client.get(address).text
    assert "take-back" not in page
    assert "notice-warning" in page


def test_an_import_is_taken_back_whole(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    own = factories.need(organization=poster.organization)
    address = imported(app, client, xlsx(GOOD))
    assert press(client, address, "take-back").status_code == 303
    assert every(session, Need) == [own]
    assert rows_in(session, NeedMode) == 1
    assert [change.subject_id for change in every(session, StatusChange)] == [own.id]
    assert only(session).status is ImportStatus.UNDONE
    assert press(client, address, "take-back").status_code in (404, 409)
    imported(app, client, xlsx(GOOD))
    assert rows_in(session) == 3


def test_an_import_that_was_worked_on_is_not_taken_back(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    address = imported(app, client, xlsx(GOOD))
    need = every(session, Need)[0]
    with transaction(session):
        need.problem = "改过"
    assert "take-back" not in client.get(address).text
    answer = client.post(
        f"{address}/take-back", data={"csrf_token": token(client, "/needs/import")}
    )
    assert answer.status_code == 409
    assert rows_in(session) == 2


def test_pressed_twice_it_is_imported_once(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    address = bring(client, xlsx(GOOD)).location
    data = {"csrf_token": token(client, address)}
    for _press in range(2):
        assert client.post(f"{address}/start", data=data).status_code == 303
    work_off(app)
    assert client.post(f"{address}/start", data=data).status_code == 303
    work_off(app)
    assert rows_in(session) == 2


def test_a_file_is_thrown_away(
    session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    address = bring(client, xlsx(GOOD)).location
    press(client, address, "discard")
    batch = only(session)
    assert (batch.status, batch.found) == (ImportStatus.DISCARDED, {})
    data = {"csrf_token": token(client, "/needs/import")}
    assert client.post(f"{address}/start", data=data).status_code == 409
    assert client.get(f"{address}/errors.xlsx").status_code == 409
    assert client.get(address).status_code == 200


def test_the_mended_file_takes_the_place_of_the_one_that_waits(
    session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    bring(client, xlsx(BAD))
    bring(client, xlsx(GOOD))
    states = [batch.status for batch in every(session, ImportBatch)]
    assert states == [ImportStatus.DISCARDED, ImportStatus.WAITING]
    page = client.get("/needs/import").text
    assert page.count('href="/imports/') == 2
    assert 'href="/imports/' not in client.get("/results/import").text


def test_only_who_uploaded_it_sees_it(
    session: Session, client: FlaskClient, poster: User, xlsx: Any, sign_in: SignIn
) -> None:
    address = bring(client, xlsx(GOOD)).location
    colleague = factories.user(Role.MANAGER, organization=poster.organization)
    for other in (colleague, factories.user(Role.MEMBER)):
        sign_in(client, other)
        data = {"csrf_token": token(client, "/needs/import")}
        assert "需求 表" not in client.get("/needs/import").text
        for path in ("", "/errors.xlsx"):
            assert client.get(address + path).status_code == 404
        for action in ("columns", "start", "discard", "take-back"):
            assert client.post(f"{address}/{action}", data=data).status_code == 404
    assert only(session).status is ImportStatus.WAITING


def test_who_may_not_post_any_more_imports_nothing(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    address = bring(client, xlsx(GOOD)).location
    press(client, address, "start")
    with transaction(session):
        poster.organization.status = OrganizationStatus.SUSPENDED
    work_off(app)
    assert rows_in(session) == 0
    batch = only(session)
    assert batch.status is ImportStatus.WAITING
    assert batch.found["problem"]


def test_what_became_wrong_meanwhile_is_told(
    app: Flask, session: Session, client: FlaskClient, poster: User, xlsx: Any
) -> None:
    address = bring(client, xlsx(GOOD)).location
    press(client, address, "start")
    factories.need(reference="N-2", organization=poster.organization)
    work_off(app)
    assert rows_in(session) == 1
    assert [e["row"] for e in only(session).found["errors"]] == [3]
    assert "N-2" in client.get(address).text


def test_pages_take_the_same_queries_however_many_rows(
    app: Flask,
    session: Session,
    client: FlaskClient,
    poster: User,
    xlsx: Any,
    count_queries: Callable[[], Any],
) -> None:
    counts = []
    for size in (5, 50):
        rows = [("需求名称", "截止日期"), *((f"题目{size}-{n}", "") for n in range(size))]
        found = []
        address = bring(client, xlsx(rows)).location
        for _page in ("look", "done"):
            client.get(address)
            counter = count_queries()
            client.get(address)
            client.get("/needs/import")
            found.append(len(counter))
            press(client, address, "start")
            work_off(app)
        counts.append(found)
    assert counts[0] == counts[1]
