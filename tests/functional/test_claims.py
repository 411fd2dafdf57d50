"""Claims as pages: what an organization asks for, and what its bureau makes of it."""

import html
import io
import re
from collections.abc import Callable, Sized
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.incentives import budgets
from matchmaker.projects import contracts
from models import Claim, ClaimStatus, Contract, Role, UserSession, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles, token, walk
from tests.trail import YUAN, Trail

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
C = ClaimStatus
YEAR = today().year


def _paid_contract(trail: Trail, number: str = "HT-1", amount: int = 1_000 * YUAN) -> Contract:
    contract = trail.signed(trail.begun(), number)
    contracts.pay(trail.session, trail.officer, contract, today(), amount, "银行回单")
    return contract


def _only(session: Session) -> Claim:
    session.rollback()
    return session.scalars(sa.select(Claim)).one()


def _text(page: str) -> str:
    """Return the words of a page as a reader sees them."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _act(client: FlaskClient, claim: Claim, action: str, **fields: str) -> str:
    """Press a button on a claim's page and return the page that follows."""
    address = f"/claims/{claim.public_id}"
    fields = {"version": str(claim.version), **fields}
    answer = send(client, address, action=action, **fields)
    assert answer.status_code == 303, _text(answer.text)
    return client.get(address).text


def _end_notice(session: Session, claim: Claim) -> None:
    with transaction(session):
        for notice in claim.notices:
            notice.starts_on, notice.ends_on = date(2026, 1, 1), today() - timedelta(days=1)


def test_a_claim_goes_from_the_estimate_to_the_payment_page_by_page(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    policy = factories.policy(title="支付补助", rule={"evidence": ["付款凭证", "发票"]})
    contract = trail.signed(trail.begun(), "HT-7")
    claim = _only(session)
    address = f"/claims/{claim.public_id}"

    sign_in(client, trail.member)
    offered = client.get(f"/projects/{contract.project.public_id}/claims/new").text
    assert titles(offered) == ["支付补助"]
    for words in ("HT-7", "1,000,000.00", "15%", "150,000.00"):
        assert words in _text(offered), words
    refused = send(client, address, action="draft", version=claim.version)
    assert (refused.status_code, _only(session).status) == (409, C.ESTIMATED)
    contracts.pay(session, trail.officer, contract, today(), 1_000 * YUAN, "银行回单")
    _act(client, _only(session), "draft")
    page = _act(client, _only(session), "keep", **{"evidence-0": "回单1号"})
    assert 'value="回单1号"' in page
    assert 'value="submit"' not in page

    sign_in(client, trail.manager)
    lacking = send(
        client,
        address,
        action="submit",
        version=_only(session).version,
        **{"evidence-0": "回单2号"},
    )
    assert lacking.status_code == 409
    assert "发票" in lacking.text
    assert 'value="回单2号"' in lacking.text
    assert _only(session).evidence["付款凭证"] == "回单1号"
    _act(client, _only(session), "submit", **{"evidence-0": "回单1号", "evidence-1": "发票9号"})

    sign_in(client, trail.officer)
    page = client.get("/claims").text
    assert titles(page) == ["支付补助"]
    assert "150.00" in page
    silent = send(client, address, action="return", version=_only(session).version)
    assert silent.status_code == 400
    _act(client, _only(session), "review")
    _act(client, _only(session), "announce")
    assert titles(client.get("/claims").text) == []
    _end_notice(session, _only(session))

    sign_in(client, trail.director)
    assert titles(client.get("/claims").text) == ["支付补助"]
    unfunded = send(client, address, action="approve", version=_only(session).version)
    assert (unfunded.status_code, _only(session).status) == (409, C.ON_NOTICE)
    assert str(YEAR) in _text(unfunded.text)
    budgets.set_amount(session, trail.director, policy, YEAR, 149 * YUAN)
    short = send(client, address, action="approve", version=_only(session).version)
    assert "149.00" in _text(short.text)
    budgets.set_amount(session, trail.director, policy, YEAR, 150 * YUAN)
    _act(client, _only(session), "approve")
    assert client.get(f"{address}/payment").status_code == 403

    sign_in(client, trail.officer)
    answer = send(
        client,
        f"{address}/payment",
        version=_only(session).version,
        paid_on=str(today() + timedelta(days=1)),
        reference="国库1号",
    )
    assert answer.status_code == 400
    assert 'value="国库1号"' in answer.text
    assert 'id="paid_on-error"' in answer.text
    answer = send(
        client,
        f"{address}/payment",
        version=_only(session).version,
        paid_on=str(today()),
        reference="国库1号",
    )
    assert (answer.status_code, _only(session).status) == (303, C.PAID)
    trace = _text(client.get(address).text)
    for person in (trail.member, trail.manager, trail.officer, trail.director):
        assert person.name in trace
    sign_in(client, trail.manager)
    assert trail.officer.name not in _text(client.get(address).text)
    assert f'value="{address}"' in client.get("/notices").text

    sign_in(client, trail.director)
    _act(client, _only(session), "claw_back", reason="材料不实")
    session.rollback()
    assert policy.budgets[0].committed == 0


@ON_SQLITE
def test_an_automatic_claim_asks_for_a_confirmation_alone(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    factories.policy(rule={"automatic": True})
    _paid_contract(trail)
    sign_in(client, trail.manager)
    claim = _only(session)
    assert claim.status is C.DRAFTED
    page = client.get(f"/claims/{claim.public_id}").text
    assert "evidence-0" not in page
    _act(client, claim, "submit")
    assert _only(session).status is C.SUBMITTED


@ON_SQLITE
def test_of_one_stacking_group_the_page_offers_the_larger_and_refuses_the_second(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    group = {"stacking_group": "技术交易"}
    factories.policy(title="较小", rule={"formula": {"kind": "percent", "rate": 1000}, **group})
    factories.policy(title="较大", rule=group)
    contract = _paid_contract(trail)
    sign_in(client, trail.member)
    page = client.get(f"/projects/{contract.project.public_id}/claims/new").text
    assert titles(page) == ["较小", "较大"]
    assert page.count('value="draft"') == 1
    smaller, larger = session.scalars(sa.select(Claim).order_by(Claim.id)).all()
    _act(client, larger, "draft")
    refused = send(client, f"/claims/{smaller.public_id}", action="draft", version=smaller.version)
    assert refused.status_code == 409
    assert "较大" in _text(refused.text)


@ON_SQLITE
def test_a_payment_is_recorded_by_another_person_who_has_just_signed_in(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    both = factories.user(
        Role.OFFICER, Role.DIRECTOR, organization=trail.officer.organization, region=factories.FEIXI
    )
    claim = factories.claim(
        trail.begun(), trail.enterprise, status=C.APPROVED, approved_by_id=both.id
    )
    address = f"/claims/{claim.public_id}/payment"
    sign_in(client, both)
    page = client.get(address).text
    assert 'name="reference"' not in page
    data = {
        "csrf_token": token(client, f"/claims/{claim.public_id}"),
        "version": claim.version,
        "paid_on": str(today()),
        "reference": "国库1号",
    }
    assert client.post(address, data=data).status_code == 409
    with transaction(session):
        session.execute(sa.update(UserSession).values(confirmed_at=now() - timedelta(minutes=16)))
    moved = client.get(address)
    assert moved.status_code == 303
    assert "/sign-in/confirm" in moved.headers["Location"]
    assert _only(session).status is C.APPROVED


def test_the_list_holds_what_each_may_see_and_its_export_the_same(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    policy, other = factories.policy(title="甲政策"), factories.policy(title="乙政策")
    project = trail.begun()
    factories.claim(project, trail.enterprise, policy=policy, status=C.SUBMITTED, amount=123_456)
    factories.claim(project, trail.enterprise, policy=other, status=C.PAID, amount=100_001)
    factories.claim(project, trail.university, policy=policy, status=C.SUBMITTED)
    wuhu = factories.organization(region=factories.WUHU)
    factories.claim(project, wuhu, policy=policy, status=C.SUBMITTED)
    seen = {
        trail.manager: ["乙政策", "甲政策"],
        trail.researcher: ["甲政策"],
        trail.rival: [],
        trail.officer: ["乙政策", "甲政策"],
        trail.director: ["甲政策", "甲政策", "乙政策", "甲政策"],
    }
    for person, wanted in seen.items():
        sign_in(client, person)
        assert titles(client.get("/claims?view=all").text) == wanted
    sign_in(client, trail.officer)
    assert titles(client.get("/claims").text) == ["甲政策"]
    assert titles(client.get("/claims?view=all&status=paid").text) == ["乙政策"]
    assert titles(client.get(f"/claims?view=all&policy={policy.public_id}").text) == ["甲政策"]
    assert titles(client.get(f"/claims?view=all&year={YEAR - 1}").text) == []
    page = client.get("/claims?view=all").text
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/claims.xlsx?view=all").data))
    rows = book.get_sheet_by_index(0).to_python()[1:]
    amounts = [Decimal(str(row[6])) for row in rows]
    assert amounts == [Decimal("1000.01"), Decimal("1234.56")]
    for figure in (*amounts, sum(amounts)):
        assert f"{figure:,.2f}" in page


@ON_SQLITE
def test_a_longer_list_is_turned_page_by_page_and_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    trail: Trail,
    count_queries: Callable[[], Sized],
) -> None:
    project, people = trail.begun(), (trail.manager, trail.officer, trail.director)
    addresses = ("/claims?view=all", f"/projects/{project.public_id}/claims/new")
    asked: list[list[int]] = []
    for wanted in (5, 45):
        with factories.together():
            for number in range(wanted):
                status = C.ESTIMATED if number % 2 else C.SUBMITTED
                factories.claim(project, trail.enterprise, status=status)
        asked.append([])
        for person in people:
            sign_in(client, person)
            for address in addresses:
                client.get(address)
                counter = count_queries()
                client.get(address)
                asked[-1].append(len(counter))
    assert asked[0] == asked[1]
    sign_in(client, trail.manager)
    pages = walk(client, "/claims?view=all")
    assert [len(page) for page in pages] == [20, 20, 10]
