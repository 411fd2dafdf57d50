"""Bringing in the intellectual property of results by the pages."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from models import PropertyKind, PropertyStatus, Result, ResultProperty, User
from tests.functional.importing import Rows, bring, every, only, press, rows_in
from tests.matchmaker.spreadsheets import made_files
from tests.matchmaker.test_jobs import work_off

MISSING = "the kind of this property right is missing"
HEADER = (
    "成果名称",
    "知识产权1类型",
    "知识产权1号码",
    "知识产权1法律状态",
    "知识产权1权利人",
    "知识产权2类型",
    "其他知识产权",
)


def look(client: FlaskClient, folder: Path, rows: Rows) -> str:
    """Upload a workbook of results; return the address of its page."""
    return str(bring(client, made_files.xlsx(folder / "成果.xlsx", rows), "results").location)


def test_rights_come_in_and_go_with_the_import(
    app: Flask, session: Session, client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    rows: Rows = (
        HEADER,
        ("涂覆隔膜", "发明专利", "ZL1", "申请中", "某大学", "secret", "Software copyright|2026SR1"),
        ("浆料", "", "", "", "", "", ""),
    )
    address = look(client, tmp_path, rows)
    preview = client.get(address).text.split("preview-heading")[-1]
    for shown in ("发明专利", "ZL1", "申请中", "某大学", "技术秘密", "软件著作权|2026SR1"):
        assert shown in preview
    assert rows_in(session, Result) == 0
    press(client, address, "start")
    work_off(app)
    first, second = every(session, Result)
    granted, pending = PropertyStatus.GRANTED, PropertyStatus.PENDING
    assert [(p.position, p.kind, p.number, p.status, p.holder) for p in first.properties] == [
        (0, PropertyKind.INVENTION, "ZL1", pending, "某大学"),
        (1, PropertyKind.SECRET, "", granted, ""),
        (2, PropertyKind.SOFTWARE, "2026SR1", granted, ""),
    ]
    assert second.properties == []
    assert "ZL1" in client.get(f"/results/{first.public_id}").text
    press(client, address, "take-back")
    assert rows_in(session, Result) == rows_in(session, ResultProperty) == 0


def test_every_bad_cell_is_named_and_nothing_comes_in(
    session: Session, client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    rows: Rows = (
        HEADER,
        ("好的", "发明专利", "", "", "", "", ""),
        ("类型不对", "商标", "ZL1", "失效", "", "", ""),
        ("缺类型", "", "ZL1", "", "", "", ""),
        ("只有状态", "", "", "已授权", "", "", ""),
        ("太多", "发明专利", "", "", "", "发明专利", "技术秘密；" * 19),
        ("写法不对", "", "", "", "", "", "ZL1"),
    )
    address = look(client, tmp_path, rows)
    errors = only(session).found["errors"]
    assert [(error["row"], error["column"], error["value"][:4]) for error in errors] == [
        (3, "知识产权1类型", "商标"),
        (3, "知识产权1法律状态", "失效"),
        (4, "知识产权1类型", ""),
        (5, "知识产权1类型", ""),
        (6, "其他知识产权", "技术秘密"),
        (7, "其他知识产权", "ZL1"),
    ]
    assert [error["reason"] for error in errors[2:5]] == [
        _(MISSING),
        _(MISSING),
        _("there are %(count)d of them", count=21),
    ]
    assert press(client, address, "start").status_code == 409
    assert rows_in(session, Result) == rows_in(session, ResultProperty) == 0


@pytest.mark.parametrize("header", ["专利号", "知识产权3权利人"])
def test_a_table_without_a_column_for_the_kind_is_told_where_it_is_filled(
    session: Session, client: FlaskClient, poster: User, tmp_path: Path, header: Any
) -> None:
    address = look(client, tmp_path, [("成果名称", header), ("涂覆隔膜", "ZL1"), ("浆料", "")])
    (error,) = only(session).found["errors"]
    assert (error["row"], error["column"], error["value"]) == (2, header, "ZL1")
    assert error["reason"] == _(MISSING)
    press(client, address, "columns", **{"column-0": "title", "column-1": ""})
    assert only(session).found["error_count"] == 0


def test_a_patents_number_alone_tells_what_it_is(
    app: Flask, session: Session, client: FlaskClient, poster: User, tmp_path: Path
) -> None:
    rows = [("成果名称", "专利号"), ("涂覆隔膜", "ZL202020000000.7"), ("浆料", "")]
    press(client, look(client, tmp_path, rows), "start")
    work_off(app)
    (right,) = every(session, ResultProperty)
    assert (right.kind, right.number) == (PropertyKind.UTILITY, "ZL202020000000.7")
