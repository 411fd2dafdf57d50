"""Bringing in spreadsheets as a browser does, and looking what came of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import ImportBatch, Need
from tests.functional.pages import send
from tests.matchmaker.test_jobs import work_off

Rows = Sequence[Sequence[Any]]

HEADER = ("编号", "需求名称", "需求描述", "所属行业", "预算上限（万元）", "合作方式", "企业规模")
GOOD: Rows = (
    HEADER,
    ("N-1", "隔膜耐热", "高温收缩", "动力电池", 120.5, "合作开发；委托开发", "大"),
    ("N-2", "浆料分散", "团聚", "没有这个行业", "", "", "小"),
)
BAD: Rows = (
    HEADER,
    ("N-1", "", "没有名称", "", "", "", ""),
    ("N-2", "浆料分散", "团聚", "", "几十万", "入股", ""),
    ("N-3", "极片", "裂纹", "", "", "", ""),
)


def bring(client: FlaskClient, path: Path, kind: str = "needs", name: str = "") -> TestResponse:
    """Upload a file."""
    with path.open("rb") as file:
        return send(client, f"/{kind}/import", file=(file, name or path.name))


def every(session: Session, kind: type[Any]) -> list[Any]:
    """Return the records of a kind as they stand now, in the order of their making."""
    session.rollback()
    session.expire_all()
    return list(session.scalars(sa.select(kind).order_by(kind.id)))


def only(session: Session) -> ImportBatch:
    (batch,) = every(session, ImportBatch)
    return batch  # type: ignore[no-any-return]


def rows_in(session: Session, kind: type[Any] = Need) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def press(client: FlaskClient, address: str, action: str, **fields: str) -> TestResponse:
    return send(client, f"{address}/{action}", address, **fields)


def imported(app: Flask, client: FlaskClient, path: Path, **fields: str) -> str:
    """Upload a file and import it; return the address of its page."""
    address = bring(client, path).location
    press(client, address, "start", **fields)
    work_off(app)
    return str(address)
