"""Supervision orders: the lists of them, and answering, sending back, closing and withdrawing."""

from collections.abc import Callable, Sized
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.projects import orders
from models import (
    AuditEntry,
    Event,
    OrderStatus,
    Project,
    ProjectStage,
    RegionLevel,
    Role,
    SupervisionOrder,
    new_public_id,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles, walk
from tests.trail import Trail, told

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
YESTERDAY = today() - timedelta(days=1)
LATER = today() + timedelta(days=7)


@pytest.fixture
def project(trail: Trail) -> Project:
    """Give a project that is being tracked."""
    return factories.project(
        trail.enterprise, trail.university, stage=ProjectStage.TRACKING, title="隔膜涂层"
    )


def _order(project: Project, **values: Any) -> SupervisionOrder:
    """Make an order that somebody issued: a red light raises one at a time."""
    return factories.order(project, issuer_id=factories.user(Role.DIRECTOR).id, **values)


def _act(client: FlaskClient, order: SupervisionOrder, action: str, **fields: Any) -> Any:
    """Send one of the forms on an order's page, as the page shows it now."""
    address = f"/projects/orders/{order.public_id}"
    known = {"version": order.version} | fields
    return send(client, address, action=action, **known)


def test_each_list_holds_the_orders_in_its_state(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn, project: Project
) -> None:
    _order(project, text="有时间", due_on=LATER)
    _order(project, text="已逾期", due_on=YESTERDAY, level=RegionLevel.PROVINCE)
    _order(project, text="已上提", due_on=YESTERDAY)
    _order(project, text="已答复", status=OrderStatus.ANSWERED)
    _order(project, text="已办结", status=OrderStatus.CLOSED)
    elsewhere = factories.project(region=factories.region(factories.WUHU))
    foreign = factories.order(elsewhere, text="外市的")
    assert orders.climb_overdue(session) == 1
    found = {
        "": {"有时间", "已逾期", "已上提", "已答复"},
        "overdue": {"已逾期"},
        "climbed": {"已上提"},
        "answered": {"已答复"},
        "closed": {"已办结"},
        "open&level=city": {"已上提"},
        f"open&project={project.public_id}": {"有时间", "已逾期", "已上提", "已答复"},
    }
    for persona in (trail.officer, trail.member):
        sign_in(client, persona)
        for state, wanted in found.items():
            assert set(titles(client.get(f"/projects/orders?state={state}").text)) == wanted, state
    sign_in(client, trail.rival)
    assert titles(client.get("/projects/orders").text) == []
    sign_in(client, trail.officer)
    assert client.get(f"/projects/orders/{foreign.public_id}").status_code == 404


def test_an_order_is_answered_sent_back_answered_better_and_closed(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn, project: Project
) -> None:
    order = orders.issue(session, trail.officer, project, "说明进度", today())
    page = f"/projects/orders/{order.public_id}"
    sign_in(client, trail.member)
    notice = client.get("/notices").text
    assert page not in notice
    sign_in(client, trail.manager)
    assert page in client.get("/notices").text
    sign_in(client, trail.member)
    empty = _act(client, order, "answer", answer=" ")
    assert (empty.status_code, _("This is missing.") in empty.text) == (400, True)
    stale = order.version
    assert _act(client, order, "answer", answer="设备晚到。").status_code == 303
    session.rollback()
    assert _act(client, order, "close").status_code == 403

    sign_in(client, trail.officer)
    late = _act(client, order, "close", version=stale)
    assert late.status_code == 409
    without_day = _act(client, order, "return", reason="措施不具体", due_on="")
    assert (without_day.status_code, "措施不具体" in without_day.text) == (400, True)
    without_reason = _act(client, order, "return", reason="", due_on=LATER.isoformat())
    assert (without_reason.status_code, _("Give a reason.") in without_reason.text) == (400, True)
    _act(client, order, "return", reason="措施不具体", due_on=LATER.isoformat())
    session.rollback()
    assert (order.status, order.due_on) == (OrderStatus.ISSUED, LATER)
    assert told(session, Event.ORDER_RETURNED) == {trail.manager.id, trail.researcher.id}

    sign_in(client, trail.member)
    _act(client, order, "answer", answer="已换供应商，下月到货。")
    sign_in(client, trail.officer)
    session.rollback()
    _act(client, order, "close")
    session.rollback()
    assert order.status.value == "closed"
    history = client.get(page).text
    for words in ("设备晚到。", "措施不具体", "已换供应商，下月到货。", trail.member.name):
        assert words in history
    again = _act(client, order, "close")
    assert (again.status_code, "close" in again.text) == (409, False)
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert "supervisionorder:close" in session.scalars(refused).all()


@ON_SQLITE
def test_an_order_that_climbed_is_decided_on_above(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn, project: Project
) -> None:
    order = orders.issue(session, trail.officer, project, "说明进度", today())
    with transaction(session):
        order.due_on = YESTERDAY
    orders.climb_overdue(session)
    page = f"/projects/orders/{order.public_id}"
    sign_in(client, trail.officer)
    shown = client.get(page).text
    assert _("A higher bureau decides on it: %(level)s.", level="市级") in shown
    assert _("Handed up, since nobody answered in time") in shown
    assert _act(client, order, "withdraw", reason="已口头说明").status_code == 403
    sign_in(client, trail.city_officer)
    _act(client, order, "withdraw", reason="已口头说明")
    session.rollback()
    assert order.status is OrderStatus.CLOSED
    sign_in(client, trail.researcher)
    seen = client.get(page).text
    assert trail.city_officer.name not in seen
    assert trail.city_officer.organization.name in seen


@ON_SQLITE
def test_something_is_demanded_of_one_project_once(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn, project: Project
) -> None:
    sign_in(client, trail.director)
    page = f"/projects/orders?project={project.public_id}"
    assert _("Issue the order") in client.get(page).text
    key = new_public_id()
    typed = {"key": key, "project": project.public_id, "text": "报送合同", "due_on": "2026-01-01"}
    refused = send(client, "/projects/orders/new", page, **typed)
    assert (refused.status_code, "报送合同" in refused.text) == (400, True)
    for _time in range(2):
        mended = send(client, "/projects/orders/new", page, **typed | {"due_on": LATER.isoformat()})
        assert mended.status_code == 303
    session.rollback()
    order = session.scalars(sa.select(SupervisionOrder)).one()
    assert (order.text, order.level) == ("报送合同", RegionLevel.PROVINCE)
    sign_in(client, trail.manager)
    assert _("Issue the order") not in client.get(page).text
    assert send(client, "/projects/orders/new", page, **typed).status_code == 403


def test_orders_come_page_by_page_and_a_longer_list_asks_no_more(
    session: Session,
    trail: Trail,
    client: FlaskClient,
    sign_in: SignIn,
    project: Project,
    count_queries: Callable[[], Sized],
) -> None:
    sign_in(client, trail.officer)
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for number in range(wanted):
                _order(project, text=f"第{wanted}-{number}件", due_on=LATER)
        counter = count_queries()
        assert client.get("/projects/orders").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
    pages = walk(client, "/projects/orders")
    assert [len(page) for page in pages] == [20, 20, 10]
    assert len({title for page in pages for title in page}) == 50
