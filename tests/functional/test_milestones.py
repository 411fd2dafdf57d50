"""The plan on its page: written, changed, reached step by step, drawn, and refused in words."""

import io
from collections.abc import Callable, Sized
from datetime import date, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.lifecycle.transition import Action
from matchmaker.projects import gantt, services
from models import Attachment, Milestone, Project, Role
from tests import factories
from tests.conftest import SignIn
from tests.functional.files import PDF
from tests.functional.forms import only
from tests.functional.pages import links, send
from tests.trail import Trail

DAY = today()


def _row(number: int, name: str, weight: int | str, milestone: str = "") -> dict[str, Any]:
    start = DAY + timedelta(days=30 * number)
    return {
        f"steps-{number}-milestone": milestone,
        f"steps-{number}-name": name,
        f"steps-{number}-weight": str(weight),
        f"steps-{number}-starts_on": start.isoformat(),
        f"steps-{number}-due_on": (start + timedelta(days=29)).isoformat(),
    }


def _version(session: Session) -> dict[str, Any]:
    return {"version": only(session, Project).version}


def test_a_plan_is_written_tracked_reached_and_taken_back(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    trail.signed(project)
    sign_in(client, trail.officer)
    here = f"/projects/{project.public_id}"
    spare = {
        "steps-2-name": "",
        "steps-2-weight": "",
        "steps-2-starts_on": "",
        "steps-2-due_on": "",
    }
    written = _row(0, "小试", 40) | _row(1, "中试", 60) | spare
    answer = send(client, f"{here}/plan", **_version(session), **written)
    assert answer.status_code == 303
    page = client.get(here).text
    assert page.count("gantt-bar") == 2
    assert "100%" in page
    session.rollback()
    first, second = session.query(Milestone).order_by(Milestone.position)
    services.move(session, trail.officer, project, Action.TRACK)
    sign_in(client, trail.member)
    reached = f"{here}/milestones/{first.public_id}"
    data: dict[str, Any] = {"version": 1, "done_on": DAY.isoformat(), "evidence": "检测报告 JC-1"}
    answer = send(client, reached, **data, file=(io.BytesIO(PDF), "检测报告.pdf"))
    assert answer.status_code == 303
    page = client.get(here).text
    assert "检测报告 JC-1" in page
    assert "gantt-done" in page
    assert only(session, Attachment).subject_id == first.id
    assert client.get(reached).status_code == 403  # to take it back is the officer's matter
    sign_in(client, trail.officer)
    changed = _row(0, "中试", 70, second.public_id) | _row(1, "小试", 30, first.public_id)
    assert send(client, f"{here}/plan", **_version(session), **changed).status_code == 303
    session.rollback()
    in_order = [(one.name, one.done_on) for one in project.milestones]
    assert in_order == [("中试", None), ("小试", DAY)]
    answer = send(client, reached, version=first.version, reason="报告被撤回")
    assert answer.status_code == 303
    page = client.get(here).text
    assert "报告被撤回" in page
    assert "gantt-done" not in page


def test_a_plan_that_does_not_hold_is_refused_with_what_was_typed(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.begun()
    sign_in(client, trail.officer)
    plan = f"/projects/{project.public_id}/plan"
    good = _row(0, "小试样机", 40) | _row(1, "中试放大", 60)
    for changes, shown in (
        ({"steps-1-weight": "59"}, "99"),
        ({"steps-1-weight": "0"}, 'id="steps-1-weight-error"'),
        ({"steps-1-weight": "六十"}, 'id="steps-1-weight-error"'),
        ({"steps-1-name": ""}, 'id="steps-1-name-error"'),
        ({"steps-1-due_on": ""}, 'id="steps-1-due_on-error"'),
        ({"steps-1-due_on": "2020-01-01"}, 'id="steps-1-due_on-error"'),
    ):
        answer = send(client, plan, **_version(session), **(good | changes))
        assert answer.status_code == 400, changes
        assert shown in answer.text, changes
        assert "小试样机" in answer.text
    more = send(client, plan, **_version(session), **good, go="row-steps")
    assert 'name="steps-2-name"' in more.text
    assert "中试放大" in more.text
    session.rollback()
    assert project.milestones == []
    seen = _version(session)
    assert send(client, plan, **seen, **good).status_code == 303
    stale = send(client, plan, **seen, **(good | {"steps-1-name": "另一人的中试"}))
    assert stale.status_code == 409
    assert "另一人的中试" in stale.text
    assert "中试放大" in stale.text  # as it stands now
    elsewhere = factories.user(Role.OFFICER, region=factories.WUHU)
    for persona, status in ((trail.member, 403), (elsewhere, 404)):
        sign_in(client, persona)
        assert client.get(plan).status_code == status
    sign_in(client, trail.officer)
    services.move(session, trail.officer, project, Action.TERMINATE, "合作中止")
    assert client.get(plan).status_code == 409


def test_the_drawing_holds_every_plan(session: Session, trail: Trail) -> None:
    def step(start: date, due: date, **values: Any) -> Milestone:
        return Milestone(name="一个名字特别特别长的里程碑", starts_on=start, due_on=due, **values)

    assert gantt.draw([], DAY) is None
    long = gantt.draw([step(date(1, 1, 1), date(9999, 12, 31)), step(DAY, DAY)], DAY)
    assert long is not None
    assert len(long.ticks) <= gantt.MOST_TICKS
    assert all(gantt.NAMES <= bar.x <= long.width and bar.width > 0 for bar in long.bars)
    states = [
        gantt.state(step(DAY, DAY - timedelta(days=1)), DAY),
        gantt.state(step(DAY, DAY), DAY),
        gantt.state(step(DAY, DAY - timedelta(days=1), done_on=DAY), DAY),
    ]
    assert states == ["overdue", "open", "done"]


def test_more_milestones_ask_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    count_queries: Callable[[], Sized],
    trail: Trail,
) -> None:
    project = trail.tracked()
    sign_in(client, trail.member)
    here = f"/projects/{project.public_id}"
    asked = []
    for wanted in (5, 45):
        for _number in range(wanted):
            factories.milestone(project, weight=1)
            session.expire(project)
        counter = count_queries()
        page = client.get(here).text
        asked.append(len(counter))
    assert len(links(page, "/milestones/")) == 52
    assert asked[0] == asked[1]
