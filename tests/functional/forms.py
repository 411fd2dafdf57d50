"""Filling in the forms of needs and results as a browser does."""

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today

LATER = (today() + timedelta(days=200)).isoformat()
NEED: dict[str, Any] = {
    "title": "低温快充析锂",
    "kind": "technology",
    "background": "电池厂提出",
    "problem": "零下二十度快充时负极析锂。",
    "tried": "换过电解液",
    "keywords": "锂电池、快充，析锂",
    "metrics-0-name": "容量保持率",
    "metrics-0-target": "≥90",
    "metrics-0-unit": "%",
    "modes": ["joint", "licence"],
    "budget_min": "50",
    "budget_max": "１２０.５万元",
    "deadline": LATER,
    "visibility": "public",
    "contact_name": "王工",
    "contact_phone": "0551-12345678",
}
RESULT = {
    "title": "陶瓷涂覆隔膜",
    "abstract": "涂覆纳米氧化铝，提高耐热性。",
    "properties-0-kind": "invention",
    "properties-0-number": "ZL202010000000.0",
    "properties-0-status": "granted",
    "trl": "6",
    "stage": "pilot",
    "modes": "transfer",
    "asking_price": "80",
    "registration_no": "2026340100AB",
    "visibility": "public",
}


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields and the region of the writing form on a page."""
    form = page[page.index('class="writing') :]
    found = dict(re.findall(r'name="(csrf_token|key|version|region)"[^>]*?value="([^"]*)"', form))
    chosen = re.search(r'name="region"[^>]*>.*?<option selected value="(\d+)"', form, re.DOTALL)
    return found | ({"region": chosen[1]} if chosen else {})


def fill(client: FlaskClient, address: str, **fields: Any) -> Any:
    """Open the form at an address and send it with these fields."""
    return client.post(address, data=hidden(client.get(address).text) | fields)


def only(session: Session, kind: type[Any]) -> Any:
    session.rollback()
    session.expire_all()
    return session.scalars(sa.select(kind)).one()


def press(client: FlaskClient, address: str, **fields: Any) -> Any:
    """Press a button on the list of one's own."""
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get("/mine").text)
    assert token
    return client.post(address, data={"csrf_token": token[1], **fields})


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get("/needs/new").text)
    assert found
    return found[1]


def english(client: FlaskClient, address: str) -> str:
    client.post("/language", data={"csrf_token": token(client), "locale": "en"})
    return client.get(address).text
