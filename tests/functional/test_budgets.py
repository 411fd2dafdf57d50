"""Budgets as pages: what is there, committed, paid and expected, and the books that are closed."""

import io
import re
from collections.abc import Callable, Sized
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from models import Budget, Claim, ClaimStatus, Policy, Role, UserSession, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send
from tests.trail import YUAN, Trail

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
C = ClaimStatus
YEAR = today().year


def _rows(page: str) -> dict[str, list[str]]:
    """Return the figures of the page's table by policy."""
    found = {}
    for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)[1:]:
        name, *figures = (
            re.sub(r"<[^>]+>", " ", cell).split()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        )
        found[name[0]] = [figure[0] for figure in figures]
    return found


def test_the_page_adds_up_a_year_and_its_export_says_the_same(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project, group = trail.begun(), {"stacking_group": "技术交易"}
    first, second = factories.policy(title="甲政策"), factories.policy(title="乙政策")
    factories.policy(title="外县政策", region=factories.WUHU)
    with transaction(session):
        session.add(
            Budget(policy=first, year=YEAR, amount=500_000, committed=200_001, paid=100_000)
        )
    for policy, status, amount, more in (
        (first, C.PAID, 100_000, {}),
        (first, C.APPROVED, 100_001, {}),
        (first, C.SUBMITTED, 50_000, {}),
        (second, C.ESTIMATED, 70_000, group),
        (second, C.REJECTED, 9_999_999, {}),
    ):
        other = project if policy is first and status is C.PAID else trail.begun()
        factories.claim(
            other, trail.enterprise, policy=policy, status=status, amount=amount, **more
        )
    rival = session.scalars(sa.select(Claim).where(Claim.status == C.ESTIMATED)).one()
    factories.claim(
        rival.project, trail.enterprise, policy=first, status=C.DRAFTED, amount=30_000, **group
    )
    county = factories.user(
        Role.DIRECTOR, organization=trail.officer.organization, region=factories.FEIXI
    )
    sign_in(client, county)
    rows = _rows(client.get("/budgets").text)
    assert list(rows)[:2] == ["甲政策", "乙政策"]
    assert rows["甲政策"] == [
        "5,000.00",
        "2,000.01",
        "1,000.00",
        "2,999.99",
        "500.00",
        "0.00",
        "2,500.01",
    ]
    assert rows["乙政策"][-2:] == ["700.00", "700.00"]
    total = list(rows.values())[-1]
    assert total[-1] == "3,200.01"
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/budgets.xlsx").data))
    exported = book.get_sheet_by_index(0).to_python()[1:]
    assert [row[0] for row in exported[:2]] == ["甲政策", "乙政策"]
    assert [f"{figure:,.2f}" for figure in exported[0][2:9]] == rows["甲政策"]
    assert [f"{figure:,.2f}" for figure in exported[-1][2:9]] == total


@ON_SQLITE
def test_an_amount_is_set_and_the_books_are_closed(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    policy = factories.policy()
    address = f"/budgets/{policy.public_id}/{YEAR}"
    sign_in(client, trail.officer)
    assert client.get(address).status_code == 403
    sign_in(client, trail.city_director)
    for typed in ("", "0", "十万", "1000000000000000"):
        answer = send(client, address, amount=typed)
        assert answer.status_code == 400, typed
        assert 'id="amount-error"' in answer.text
        assert f'value="{typed}"' in answer.text
    assert send(client, address, amount="1,234.56").status_code == 303
    session.rollback()
    budget = session.scalars(sa.select(Budget)).one()
    assert budget.amount == 123_456
    with transaction(session):
        budget.committed = 100_000
    low = send(client, address, amount="999")
    assert low.status_code == 400
    assert 'id="amount-error"' in low.text
    claim = factories.claim(trail.begun(), trail.enterprise, status=C.DRAFTED, policy=policy)
    untold = send(client, address, go="close")
    assert untold.status_code == 400
    assert 'role="alert"' in untold.text
    assert send(client, address, go="close", confirmed="y").status_code == 303
    session.rollback()
    assert (budget.closed_at is None, claim.status) == (False, C.WITHDRAWN)
    closed = send(client, address, amount="5000")
    assert closed.status_code == 400
    assert str(YEAR) in closed.text
    assert "5000" in closed.text
    for year in (1999, YEAR + 2, 10**12):
        assert client.get(f"/budgets/{policy.public_id}/{year}").status_code == 404
    with transaction(session):
        session.execute(sa.update(UserSession).values(confirmed_at=now() - timedelta(minutes=16)))
    assert "/sign-in/confirm" in client.get(address).headers["Location"]


@ON_SQLITE
def test_a_longer_table_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    trail: Trail,
    count_queries: Callable[[], Sized],
) -> None:
    sign_in(client, trail.director)
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                policy: Policy = factories.policy()
                session.add(Budget(policy_id=policy.id, year=YEAR, amount=100 * YUAN))
        counter = count_queries()
        assert client.get("/budgets").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
