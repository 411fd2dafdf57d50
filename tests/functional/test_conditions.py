"""Metrics and conditions on the pages: shown where they apply, from what the reader may see."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.matches.services import propose
from models import CooperationMode, Need, Result, Role, Visibility
from tests import factories
from tests.conftest import QueryCounter, SignIn

METRICS = [
    {"name": "抗拉强度", "target": "≥600", "unit": "MPa"},
    {"name": "延伸率", "target": "≥10", "unit": "%"},
    {"name": "疲劳寿命", "target": "≥5", "unit": "万次"},
]


def _need(**values: object) -> Need:
    defaults: dict[str, object] = {
        "title": "高强铝合金板材强度不足",
        "problem": "铝合金板材强度不足，需要高强铝合金。",
        "metrics": METRICS,
        "modes": [CooperationMode.TRANSFER],
        "budget_max": 100_000_000,
        "deadline": date.today() + timedelta(days=900),  # noqa: DTZ011 (far off in any zone)
    }
    return factories.need(**(defaults | values))


def _result(**values: object) -> Result:
    defaults: dict[str, object] = {
        "title": "高强铝合金板材制备",
        "abstract": "高强铝合金板材抗拉强度达到650 MPa，延伸率8%。",
        "asking_price": 120_000_000,
        "trl": 7,
    }
    return factories.result(**(defaults | values))


def _first(page: str) -> str:
    return page.split('<li class="pairing">')[1]


def test_a_need_shows_of_each_result_which_metrics_it_meets_and_where_it_says_so(
    session: Session, client: FlaskClient
) -> None:
    need = _need()
    _result()
    first = _first(client.get(f"/needs/{need.public_id}").text)
    rows = [row.split("</li>")[0] for row in first.split('<li class="weighed-row ')[1:]]
    assert len(rows) == 2
    assert rows[0].startswith("verdict-met")
    assert "<q>抗拉强度达到650 MPa</q>" in rows[0]
    assert rows[1].startswith("verdict-unmet")
    assert "<q>延伸率8%</q>" in rows[1]
    assert "疲劳寿命" in first.split('class="weighed-rest"')[1]
    assert "抗拉强度达到650 MPa</mark>" in first.split('class="pairing-texts"')[1]


def test_a_result_shows_the_same_of_each_need(session: Session, client: FlaskClient) -> None:
    _need()
    result = _result()
    first = _first(client.get(f"/results/{result.public_id}").text)
    assert first.count('<li class="weighed-row verdict-met') == 1
    assert first.count("condition-hard") == 2


def test_a_typed_text_is_compared_too_and_sets_no_conditions(
    session: Session, client: FlaskClient
) -> None:
    _result()
    first = _first(client.get("/?q=需要抗拉强度≥600MPa的高强铝合金板材").text)
    assert "<q>抗拉强度达到650 MPa</q>" in first
    assert 'class="chips conditions"' not in first


def test_pairs_with_an_unmet_hard_condition_can_be_hidden(
    session: Session, client: FlaskClient
) -> None:
    need = _need()
    dear, cheap = _result(), _result(title="高强铝合金板材轧制", asking_price=50_000_000)
    address = f"/needs/{need.public_id}"
    page = client.get(address).text
    assert all(f"/results/{result.public_id}" in page for result in (dear, cheap))
    assert f"{address}?possible=1" in page
    page = client.get(f"{address}?possible=1").text
    assert f"/results/{cheap.public_id}" in page
    assert f"/results/{dear.public_id}" not in page


def test_the_pages_take_no_more_queries_for_more_pairs(
    session: Session, client: FlaskClient, count_queries: Callable[[], QueryCounter]
) -> None:
    counts = []
    for more in (1, 7):
        need = _need(title=f"高强铝合金板材强度不足{more}")
        result = _result(title=f"高强铝合金板材制备{more}")
        for number in range(more):
            _need(title=f"高强铝合金板材{number}")
            _result(title=f"高强铝合金板材技术{number}")
        addresses = (f"/needs/{need.public_id}", f"/results/{result.public_id}")
        client.get(addresses[0])  # the index takes up what is new
        counter = count_queries()
        for address in addresses:
            assert client.get(address).status_code == 200
        counts.append(len(counter))
    assert counts[0] == counts[1]


SECRET = {"name": "烛龙窑寿命", "target": "≥300", "unit": "h"}


@pytest.fixture
def masked(session: Session) -> tuple[Need, Result]:
    """Give a masked need with a metric that a public result meets, and their match."""
    need = _need(
        problem="要求窑衬抗折强度≥317.25MPa的高强铝合金板材。",
        metrics=[SECRET, *METRICS],
        visibility=Visibility.MASKED,
        public_summary="高强铝合金板材强度不足，要求延伸率不低于7%。",
    )
    result = _result(abstract="高强铝合金板材抗拉强度650 MPa，延伸率8%，烛龙窑寿命400 h。")
    propose(session, None)
    return need, result


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.BROKER, Role.AUDITOR])
def test_a_masked_needs_metrics_reach_nobody_else(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    masked: tuple[Need, Result],
    role: Role | None,
) -> None:
    need, result = masked
    if role:
        sign_in(client, factories.user(role))
    for address in (f"/needs/{need.public_id}", f"/results/{result.public_id}"):
        page = client.get(address).text
        assert "≥300" not in page
        assert "≥600" not in page
        assert "317.25" not in page


def test_the_summary_of_a_masked_need_is_compared_as_it_stands(
    session: Session, client: FlaskClient, masked: tuple[Need, Result]
) -> None:
    need, _result = masked
    first = _first(client.get(f"/needs/{need.public_id}").text)
    assert "不低于7%" in first
    assert first.count("<q>") == 1


def test_its_own_organization_sees_all_of_them(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: tuple[Need, Result]
) -> None:
    need, _result = masked
    sign_in(client, factories.user(organization=need.organization))
    first = _first(client.get(f"/needs/{need.public_id}").text)
    assert "<q>烛龙窑寿命400 h</q>" in first


def test_the_owner_of_a_matched_result_reads_no_more_of_the_need(
    session: Session, client: FlaskClient, sign_in: SignIn, masked: tuple[Need, Result]
) -> None:
    _need, result = masked
    sign_in(client, factories.user(organization=result.organization))
    page = client.get(f"/results/{result.public_id}").text
    assert "≥300" not in page
    assert "317.25" not in page


def test_a_masked_results_values_are_not_quoted(session: Session, client: FlaskClient) -> None:
    need = _need()
    result = _result(visibility=Visibility.MASKED, public_summary="一种高强铝合金板材，延伸率12%。")
    page = client.get(f"/needs/{need.public_id}").text
    assert "650" not in page
    assert "<q>延伸率12%</q>" in page
    with transaction(session):
        result.visibility = Visibility.PUBLIC
    assert "<q>抗拉强度达到650 MPa</q>" in client.get(f"/needs/{need.public_id}").text
