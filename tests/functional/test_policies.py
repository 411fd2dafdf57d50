"""Policies as pages: read by everybody, written and published by the bureau whose money it is."""

import html
import re
from collections.abc import Callable, Sized
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Policy, PolicyVersion, Role, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles
from tests.trail import YUAN, Trail

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
RULE: dict[str, Any] = {
    "version": "0",
    "valid_from": "2026-01-01",
    "formula": "percent",
    "rate": "12.5",
    "basis": "paid",
    "scope": "project",
    "side": "buyer",
    "kinds": ["enterprise"],
    "cap": "100000",
    "unaffiliated": "y",
    "evidence": "付款凭证\n发票\n付款凭证",
    "stacking_group": "技术交易",
    "notice_days": "5",
}


def _text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def county_director(trail: Trail) -> User:
    """Give the director of the county."""
    return factories.user(
        Role.DIRECTOR, organization=trail.officer.organization, region=factories.FEIXI
    )


def test_a_policy_is_written_previewed_and_published(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    trail: Trail,
    county_director: User,
) -> None:
    project = trail.begun()
    trail.signed(project)
    sign_in(client, trail.officer)
    named = {"title": "支付补助", "issuer": "科技局", "document": "〔2026〕1号"}
    made = send(client, "/policies/new", region=factories.FEIXI, **named)
    session.rollback()
    policy = session.scalars(sa.select(Policy)).one()
    address = f"/policies/{policy.public_id}"
    assert made.headers["Location"] == f"{address}/draft"
    assert client.application.test_client().get(address).status_code == 404

    saved = send(client, f"{address}/draft", **RULE)
    assert saved.headers["Location"] == f"{address}/preview"
    page = _text(client.get(f"{address}/preview").text)
    for words in ("需方企业", "隔膜耐热涂层", "12.5%", "125,000.00", "100,000.00"):
        assert words in page
    session.rollback()
    version = session.scalars(sa.select(PolicyVersion)).one()
    assert version.rule["evidence"] == ["付款凭证", "发票"]
    assert version.rule["integrity"] is False
    assert send(client, f"{address}/preview", version=1).status_code == 403

    sign_in(client, county_director)
    assert send(client, f"{address}/draft", page="/account", **RULE).status_code == 403
    stale = send(client, f"{address}/preview", page="/account", version=7)
    assert stale.status_code == 400
    published = send(client, f"{address}/preview", page="/account", version=1)
    assert published.headers["Location"] == address
    visitor = client.application.test_client()
    assert titles(visitor.get("/policies").text) == ["支付补助"]
    shown = _text(visitor.get(address).text)
    for words in ("12.5%", "〔2026〕1号", "付款凭证", "技术交易"):
        assert words in shown

    sign_in(client, trail.officer)
    page = client.get(f"{address}/draft").text
    assert 'value="12.5"' in page
    again = send(client, f"{address}/draft", **(RULE | {"valid_from": "2026-01-01"}))
    assert again.status_code == 303
    sign_in(client, county_director)
    late = send(client, f"{address}/preview", page="/account", version=1)
    assert late.status_code == 400
    assert "2026-01-01" in _text(late.text)


@ON_SQLITE
def test_what_makes_no_sense_in_a_rule_is_named_and_stays_typed(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    policy = factories.policy(region=factories.FEIXI)
    sign_in(client, trail.officer)
    address = f"/policies/{policy.public_id}/draft"
    slabs = {
        "formula": "slabs",
        "slabs-0-reached": "2000000",
        "slabs-0-reward": "20000",
        "slabs-1-reached": "1000000",
        "slabs-1-reward": "30000",
    }
    wrong: list[tuple[str, dict[str, str]]] = [
        ("rate", {"rate": ""}),
        ("rate", {"rate": "0"}),
        ("rate", {"rate": "一成半"}),
        ("cap", {"cap": "0"}),
        ("cap", {"cap": "1000000000000000"}),
        ("reward", {"formula": "flat", "reward": "0"}),
        ("reward", {"formula": "flat", "reward": ""}),
        ("valid_from", {"valid_from": "明天"}),
        ("valid_until", {"valid_until": "2025-12-31"}),
        ("notice_days", {"notice_days": "0"}),
        ("cap_per_project", {"scope": "year", "cap_per_project": "1000"}),
        ("side", {"scope": "year", "side": "service"}),
    ]
    for field, typed in wrong:
        answer = send(client, address, **(RULE | typed))
        assert answer.status_code == 400, typed
        assert f'id="{field}-error"' in answer.text, typed
        for value in typed.values():
            assert html.escape(value) in answer.text
    answer = send(client, address, **(RULE | slabs))
    assert 'href="#slabs"' in answer.text
    assert 'value="30000"' in answer.text
    more = send(client, address, **(RULE | slabs), go="row-slabs")
    assert more.status_code == 200
    assert 'name="slabs-3-reached"' in more.text
    session.rollback()
    assert len(session.scalars(sa.select(PolicyVersion)).all()) == 1


@ON_SQLITE
def test_of_two_who_write_at_once_the_second_is_told(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    policy = factories.policy()
    sign_in(client, trail.officer)
    address = f"/policies/{policy.public_id}/draft"
    assert send(client, address, **RULE).status_code == 303
    second = send(client, address, **(RULE | {"rate": "99"}))
    assert second.status_code == 400
    assert 'value="99"' in second.text
    session.rollback()
    draft = session.scalars(sa.select(PolicyVersion).where(PolicyVersion.ordinal == 2)).one()
    assert draft.rule["formula"]["rate"] == 1250


@ON_SQLITE
def test_a_policy_of_another_region_is_read_and_not_written(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    policy = factories.policy(region=factories.WUHU)
    address = f"/policies/{policy.public_id}"
    sign_in(client, trail.officer)
    page = client.get(address)
    assert page.status_code == 200
    assert "/draft" not in page.text
    for way in ("draft", "preview"):
        assert client.get(f"{address}/{way}").status_code == 403
    elsewhere = send(
        client, "/policies/new", title="甲", issuer="乙", document="丙", region=factories.WUHU
    )
    assert elsewhere.status_code == 400


@ON_SQLITE
def test_a_longer_preview_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    trail: Trail,
    count_queries: Callable[[], Sized],
) -> None:
    yearly = {"scope": "year", "basis": "amount"}
    policies = factories.policy(title="甲"), factories.policy(title="乙", rule=yearly)
    sign_in(client, trail.officer)
    addresses = ["/policies", *(f"/policies/{one.public_id}/preview" for one in policies)]
    asked: list[list[int]] = []
    made = 0
    for wanted in (5, 45):
        for _number in range(wanted):
            made += 1
            trail.enterprise = factories.organization(name=f"企业{made:02}")
            trail.signed(
                trail.begun(), f"HT-{made}", amount=made * 1_000 * YUAN, technology_amount=0
            )
            factories.policy()
        asked.append([])
        for address in addresses:
            counter = count_queries()
            page = client.get(address).text
            asked[-1].append(len(counter))
        assert "企业01" in page
    assert asked[0] == asked[1]
