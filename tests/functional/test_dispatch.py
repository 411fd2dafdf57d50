"""The dispatch meeting: what is on its page, and its minutes as orders, all of them or none."""

from collections.abc import Callable, Sized
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import month_of, today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.projects import issues, orders
from models import (
    DelayReason,
    Event,
    Light,
    Progress,
    ProgressReport,
    Project,
    ProjectStage,
    SupervisionOrder,
    new_public_id,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send
from tests.trail import Trail, told

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PAGE = "/projects/dispatch"
LINES = [
    {"cause": "behind", "light": "red", "planned": 60, "actual": 20, "overdue": 0, "since": None},
    {
        "cause": "overdue",
        "light": "yellow",
        "planned": 0,
        "actual": 0,
        "overdue": 2,
        "since": "2026-10-01",
    },
]


def _behind(trail: Trail, light: Light = Light.RED, **values: object) -> Project:
    return factories.project(
        trail.enterprise,
        trail.university,
        stage=ProjectStage.TRACKING,
        light=light,
        light_lines=LINES,
        **values,
    )


def _row(project: Project, text: str = "", due_on: str = "") -> dict[str, str]:
    """Return the fields of a project's row, as its form sends them."""
    name = project.public_id
    return {f"{name}-text": text, f"{name}-due_on": due_on, f"{name}-key": new_public_id()}


def _issued(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(sa.select(SupervisionOrder.text).order_by(SupervisionOrder.id)))


def test_the_agenda_tells_of_each_yellow_and_red_project_what_the_meeting_needs(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, trail.officer)
    assert _("No project is yellow or red") in client.get(PAGE).text
    yellow = _behind(trail, Light.YELLOW, title="黄灯项目")
    red = _behind(trail, title="红灯项目", officer=trail.officer)
    _behind(trail, Light.GREEN, title="绿灯项目")
    _behind(trail, title="芜湖项目", region=factories.region(factories.WUHU))
    late = ProgressReport(
        project_id=red.id,
        month=month_of(today()),
        overall=Progress.LATE,
        reason=DelayReason.FUNDS,
        percent=20,
        text="等设备到货",
    )
    with transaction(session):
        session.add(late)
    issues.raise_issue(session, trail.officer, red, "缺少中试场地", trail.officer, today())
    orders.issue(session, trail.officer, red, "请于月底前到货", today())
    page = client.get(PAGE).text
    assert page.index(red.title) < page.index(yellow.title)
    assert "绿灯项目" not in page
    assert "芜湖项目" not in page
    for words in ("60", "2026-10-01", "等设备到货", "缺少中试场地", "请于月底前到货"):
        assert words in page
    assert 'media="print"' in page
    sign_in(client, trail.director)
    assert "芜湖项目" in client.get(PAGE).text
    narrowed = client.get(f"{PAGE}?region={factories.WUHU}").text
    assert "芜湖项目" in narrowed
    assert "红灯项目" not in narrowed
    sign_in(client, trail.manager)
    assert client.get(PAGE).status_code == 403


def test_minutes_become_orders_together_or_not_at_all(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    first, second, third = (_behind(trail, title=f"项目{place}") for place in "甲乙丙")
    sign_in(client, trail.officer)
    later = (today() + timedelta(days=7)).isoformat()
    rows: dict[str, Any] = {
        **_row(first, "说明资金缺口", later),
        **_row(second, "更换设备供应商", "2026-01-01"),
        **_row(third),
        "project": [one.public_id for one in (first, second, third)],
    }
    refused = send(client, PAGE, **rows)
    assert refused.status_code == 400
    assert _("This day has passed; give one still to come.") in refused.text
    assert "说明资金缺口" in refused.text
    assert "更换设备供应商" in refused.text
    assert "2026-01-01" in refused.text
    assert _issued(session) == []

    without_day = send(client, PAGE, **rows | {f"{second.public_id}-due_on": ""})
    assert _("This is missing.") in without_day.text
    assert _issued(session) == []

    with transaction(session):
        second.light = Light.GREEN
    mended = rows | {f"{second.public_id}-due_on": later}
    for _time in range(2):
        assert send(client, PAGE, **mended).status_code == 303
    assert _issued(session) == ["说明资金缺口", "更换设备供应商"]
    assert told(session, Event.ORDER_ISSUED) == {trail.manager.id, trail.researcher.id}

    nothing = send(client, PAGE, project=[first.public_id], **_row(first))
    assert _("Write what is demanded of at least one project.") in nothing.text


@ON_SQLITE
def test_a_project_that_has_ended_meanwhile_stops_the_minutes_in_words(
    session: Session, trail: Trail, client: FlaskClient, sign_in: SignIn
) -> None:
    running, ended = (_behind(trail, title=title) for title in ("在跟踪", "已终止"))
    foreign = _behind(trail, region=factories.region(factories.WUHU))
    sign_in(client, trail.officer)
    with transaction(session):
        ended.stage = ProjectStage.TERMINATED
    later = today().isoformat()
    rows = {**_row(running, "甲", later), **_row(ended, "乙", later), **_row(foreign, "丙", later)}
    named = [one.public_id for one in (running, ended, foreign)]
    answer = send(client, PAGE, **rows, project=named)
    assert answer.status_code == 409
    assert "已终止" in answer.text
    assert _("The project is not in a stage for this.") in answer.text
    assert _issued(session) == []
    only = send(client, PAGE, **_row(foreign, "丙", later), project=[foreign.public_id])
    assert only.status_code == 400
    assert _issued(session) == []


@ON_SQLITE
def test_a_longer_agenda_asks_the_database_no_more(
    session: Session,
    trail: Trail,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
) -> None:
    sign_in(client, trail.officer)
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                factories.order(_behind(trail, officer=trail.officer))
        counter = count_queries()
        assert client.get(PAGE).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
