"""Monthly reports and issues on their pages: filed, copied, mended, missing, and refused."""

from collections.abc import Callable, Sized
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import month_of, months_after, today
from matchmaker.db import transaction
from models import Event, ProgressReport, Project, ProjectIssue, ProjectStage, StatusChange
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import only
from tests.functional.pages import links, send
from tests.trail import Trail, told

MONTH = month_of(today())
TOLD = {
    "overall": "on_plan",
    "reason": "",
    "percent": "30",
    "funds_in": "500000",
    "funds_spent": "12345.67",
    "text": "完成小试样机",
}


def _tracked_since(session: Session, months: int) -> None:
    """Let the one project be tracked since so many months ago."""
    with transaction(session):
        entered = session.scalars(
            sa.select(StatusChange).where(StatusChange.target == ProjectStage.TRACKING)
        ).one()
        entered.at -= timedelta(days=31 * months)


def _address(project: Project, month: date = MONTH, **more: str) -> str:
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/projects/{project.public_id}/report?month={month:%Y-%m}{rest}"


def test_a_report_is_filed_copied_and_mended_and_missing_months_show(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    _tracked_since(session, 2)
    sign_in(client, trail.member)
    here = f"/projects/{project.public_id}"
    last = months_after(MONTH, -1)
    page = client.get(here).text
    assert len([one for one in links(page, "/report?") if f"{last:%Y-%m}" in one]) == 1
    answer = send(client, _address(project, last), version=0, **TOLD)
    assert answer.status_code == 303
    assert send(client, _address(project, last), version=0, **TOLD).status_code == 303  # twice
    page = client.get(here).text
    assert "12,345.67" in page
    copied = client.get(_address(project, MONTH, **{"as": "before"})).text
    assert "完成小试样机" in copied
    assert 'value="30"' in copied
    assert 'value="0.00"' in copied  # money is the month's own
    assert "500,000.00" in copied
    assert "完成小试样机" not in client.get(_address(project)).text
    late = TOLD | {"overall": "late", "percent": "35", "text": "设备晚到"}
    refused = send(client, _address(project), version=0, **late)
    assert refused.status_code == 400
    assert 'id="reason-error"' in refused.text
    assert "设备晚到" in refused.text
    sent = send(client, _address(project), version=0, **(late | {"reason": "equipment"}))
    assert sent.status_code == 303
    stale = send(client, _address(project), version=0, **(TOLD | {"text": "另一人的文字"}))
    assert stale.status_code == 409
    assert "另一人的文字" in stale.text
    mended = send(client, _address(project), version=1, **(TOLD | {"percent": "36"}))
    assert mended.status_code == 303
    session.rollback()
    session.expire_all()
    filed = session.scalars(sa.select(ProgressReport).order_by(ProgressReport.month)).all()
    assert [(one.month, one.percent, one.funds_spent) for one in filed] == [
        (last, 30, 1_234_567),
        (MONTH, 36, 1_234_567),
    ]
    assert "24,691.34" in client.get(here).text  # the sum of both months


def test_a_report_that_cannot_be_is_refused_with_what_was_typed(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    sign_in(client, trail.member)
    for month in (months_after(MONTH, 1), months_after(MONTH, -1)):
        answer = send(client, _address(project, month), version=0, **TOLD)
        assert answer.status_code == 400
        assert "notice-error" in answer.text
        assert "完成小试样机" in answer.text
    for field, typed in (
        ("percent", "101"),
        ("percent", "三成"),
        ("overall", ""),
        ("funds_in", "1" + "0" * 15),
        ("funds_spent", "-1"),
    ):
        answer = send(client, _address(project), version=0, **(TOLD | {field: typed}))
        assert answer.status_code == 400, (field, typed)
        assert f'id="{field}-error"' in answer.text, (field, typed)
    for typed in ("9999-12", "2026-13", "x"):
        assert client.get(f"/projects/{project.public_id}/report?month={typed}").status_code == 404
    sign_in(client, trail.rival)
    assert client.get(_address(project)).status_code == 404
    sign_in(client, trail.officer)
    begun = trail.begun()
    assert client.get(_address(begun)).status_code == 409
    session.rollback()
    assert session.query(ProgressReport).count() == 0


def test_an_issue_is_raised_for_somebody_around_the_project_and_resolved(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    sign_in(client, trail.member)
    here = f"/projects/{project.public_id}"
    new = f"{here}/issues/new"
    offered = client.get(new).text
    assert trail.researcher.public_id in offered
    assert trail.officer.public_id in offered
    assert trail.rival.public_id not in offered
    due = (today() + timedelta(days=14)).isoformat()
    raised: dict[str, Any] = {
        "key": "k" * 16,
        "text": "中试场地未落实",
        "owner": trail.officer.public_id,
        "due_on": due,
    }
    for field, typed in (
        ("text", ""),
        ("owner", trail.rival.public_id),
        ("due_on", "2020-01-01"),
        ("due_on", "明天"),
    ):
        answer = send(client, new, **(raised | {field: typed}))
        assert answer.status_code == 400, field
        assert f'id="{field}-error"' in answer.text, field
    assert send(client, new, **raised).status_code == 303
    assert send(client, new, **raised).status_code == 303  # a double click
    issue = only(session, ProjectIssue)
    assert told(session, Event.PROJECT_ISSUE_RAISED) == {trail.officer.id}
    sign_in(client, trail.officer)
    assert "中试场地未落实" in client.get(here).text
    one = f"{here}/issues/{issue.public_id}"
    assert send(client, one, resolution="").status_code == 400
    assert send(client, one, resolution="园区给出场地").status_code == 303
    assert "园区给出场地" in client.get(here).text
    assert send(client, one, resolution="又一次").status_code == 400
    sign_in(client, trail.rival)
    assert client.get(one).status_code == 404


def test_more_reports_and_issues_ask_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
    trail: Trail,
) -> None:
    project = trail.tracked()
    sign_in(client, trail.member)
    asked = []
    for months in (range(1, 6), range(6, 51)):
        for number in months:
            factories.report(project, month=months_after(MONTH, -number), author=factories.user())
            factories.issue(project, owner=factories.user(), raised_by=factories.user())
        counter = count_queries()
        assert client.get(f"/projects/{project.public_id}").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
