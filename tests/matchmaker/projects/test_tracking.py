"""Tracking: plans, reports, lights, orders, issues, acceptance, and what the clock does."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import month_of, months_after, today
from matchmaker.db import transaction
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import NotPermittedError, NotVisibleError, WrongStateError
from matchmaker.lifecycle.transition import Action
from matchmaker.projects import acceptances, issues, lights, milestones, orders, reports, services
from matchmaker.projects.milestones import Planned
from matchmaker.projects.reports import Report
from models import (
    DelayReason,
    Event,
    OrderStatus,
    Progress,
    Project,
    ProjectStage,
    RegionLevel,
    StatusChange,
    SupervisionOrder,
    Verdict,
)
from tests.trail import Trail, halves, told

THIS_MONTH = month_of(today())


@pytest.fixture
def project(trail: Trail) -> Project:
    """Give a project in tracking."""
    return trail.tracked()


def _report(**values: object) -> Report:
    defaults: dict[str, object] = {"month": THIS_MONTH, "overall": Progress.ON_PLAN, "percent": 5}
    return Report(**(defaults | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weight": 49}, "weights"),
        ({"weight": 0}, "steps-1-weight"),
        ({"name": " "}, "steps-1-name"),
        ({"due_on": date(2026, 1, 1)}, "steps-1-due_on"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_by_its_field(
    session: Session, trail: Trail, changes: dict[str, object], field: str
) -> None:
    project = trail.begun()
    first, second = halves()
    values = {
        "name": second.name,
        "weight": 50,
        "starts_on": second.starts_on,
        "due_on": second.due_on,
    }
    steps = [first, Planned(**(values | changes))]  # type: ignore[arg-type]
    with pytest.raises(InputError) as refused:
        milestones.plan(session, trail.officer, project, steps)
    assert refused.value.field == field


def test_a_plan_is_made_anew_around_what_is_done(
    session: Session, trail: Trail, project: Project
) -> None:
    first, second = project.milestones
    milestones.reach(session, trail.member, first, today(), "检测报告")
    rest = Planned("试产", 20, today(), today() + timedelta(days=9))
    kept = Planned("样机", 50, first.starts_on, first.due_on, first)
    other = Planned("中试", 30, second.starts_on, second.due_on, second)
    milestones.plan(session, trail.officer, project, [rest, kept, other])
    found = [(one.position, one.name, one.weight, one.done_on) for one in project.milestones]
    assert found == [(0, "试产", 20, None), (1, "样机", 50, today()), (2, "中试", 30, None)]
    with pytest.raises(InputError):
        milestones.plan(session, trail.officer, project, halves())
    milestones.take_back(session, trail.officer, project.milestones[1], "检测有误")
    milestones.plan(session, trail.officer, project, halves())
    assert [one.name for one in project.milestones] == ["样机", "中试"]


def test_a_milestone_needs_evidence_and_a_day_that_has_come(
    session: Session, trail: Trail, project: Project
) -> None:
    first = project.milestones[0]
    for day, evidence, field in (
        (today() + timedelta(days=1), "报告", "done_on"),
        (today(), " ", "evidence"),
    ):
        with pytest.raises(InputError) as refused:
            milestones.reach(session, trail.member, first, day, evidence)
        assert refused.value.field == field
    with pytest.raises(NotVisibleError):
        milestones.reach(session, trail.rival, first, today(), "报告")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"month": months_after(THIS_MONTH, 1)}, "month"),
        ({"month": THIS_MONTH.replace(day=2)}, "month"),
        ({"month": months_after(THIS_MONTH, -1)}, "month"),
        ({"percent": 101}, "percent"),
        ({"overall": Progress.LATE}, "reason"),
        ({"funds_in": -1}, "funds_in"),
        ({"funds_spent": 10**15}, "funds_spent"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused_by_its_field(
    session: Session, trail: Trail, project: Project, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        reports.file(session, trail.member, project, _report(**changes))
    assert refused.value.field == field
    assert project.reports == []


def test_a_month_has_one_report_which_may_be_mended(
    session: Session, trail: Trail, project: Project
) -> None:
    reports.file(session, trail.member, project, _report())
    late = _report(overall=Progress.LATE, reason=DelayReason.FUNDS, percent=7)
    reports.file(session, trail.researcher, project, late)
    assert [(one.percent, one.author) for one in project.reports] == [(7, trail.researcher)]
    draft = reports.as_last_month(project, months_after(THIS_MONTH, 1))
    assert draft == Report(months_after(THIS_MONTH, 1), Progress.LATE, 7, DelayReason.FUNDS)
    assert reports.as_last_month(project, THIS_MONTH) is None


def test_only_what_is_tracked_is_reported(session: Session, trail: Trail) -> None:
    with pytest.raises(WrongStateError):
        reports.file(session, trail.member, trail.begun(), _report())


def _age(session: Session, project: Project, days: int) -> None:
    """Let the project have entered tracking, and its plan have begun, so many days ago."""
    with transaction(session):
        for milestone in project.milestones:
            milestone.starts_on -= timedelta(days=days)
            milestone.due_on -= timedelta(days=days)
        entered = session.scalars(
            sa.select(StatusChange).where(
                StatusChange.subject_kind == "Project",
                StatusChange.subject_id == project.id,
                StatusChange.target == "tracking",
            )
        ).one()
        entered.at = datetime.combine(
            today() - timedelta(days=days), datetime.min.time(), tzinfo=UTC
        ) + timedelta(hours=4)


def test_the_light_follows_every_report_and_shows_its_arithmetic(
    session: Session, trail: Trail, project: Project
) -> None:
    _age(session, project, 30)
    assert lights.refresh_all(session) == 1
    assert project.light == "red"
    reports.file(session, trail.member, project, _report(percent=25))
    assert project.light == "green"
    assert (project.light_lines[0]["planned"], project.light_lines[0]["actual"]) == (31, 25)
    assert project.light_on == today()


def test_a_red_light_raises_one_order_however_often_it_is_computed(
    session: Session, trail: Trail, project: Project
) -> None:
    _age(session, project, 60)
    lights.refresh_all(session)
    lights.refresh_all(session)
    (order,) = project.orders
    assert (order.issuer, order.level) == (None, RegionLevel.COUNTY)
    assert told(session, Event.ORDER_ISSUED) == {
        trail.manager.id,
        trail.researcher.id,
        trail.officer.id,
    }


def _overdue(session: Session, order: SupervisionOrder) -> None:
    with transaction(session):
        order.due_on = today() - timedelta(days=1)


def test_an_unanswered_order_climbs_to_the_city_and_the_province_and_no_further(
    session: Session, trail: Trail, project: Project
) -> None:
    order = orders.issue(session, trail.officer, project, "请说明。", today())
    assert orders.climb_overdue(session) == 0
    levels = []
    for _round in range(3):
        _overdue(session, order)
        orders.climb_overdue(session)
        levels.append(order.level)
    assert levels == [RegionLevel.CITY, RegionLevel.PROVINCE, RegionLevel.PROVINCE]
    assert trail.city_officer.id in told(session, Event.ORDER_CLIMBED)
    with pytest.raises(NotPermittedError):
        orders.withdraw(session, trail.officer, order, "已口头说明")


def test_an_order_is_answered_returned_answered_better_and_closed(
    session: Session, trail: Trail, project: Project
) -> None:
    order = orders.issue(session, trail.officer, project, "请说明。", today())
    orders.answer(session, trail.member, order, "设备到货晚。")
    assert trail.officer.id in told(session, Event.ORDER_ANSWERED)
    due_on = today() + timedelta(days=5)
    orders.send_back(session, trail.officer, order, "请给出补救措施", due_on)
    assert (order.status, order.due_on) == (OrderStatus.ISSUED, due_on)
    orders.answer(session, trail.member, order, "已改用备用设备。")
    orders.close(session, trail.officer, order)
    assert order.status.value == "closed"
    assert orders.climb_overdue(session) == 0
    for text, day, field in ((" ", today(), "text"), ("说", date(2026, 1, 1), "due_on")):
        with pytest.raises(InputError) as refused:
            orders.issue(session, trail.officer, project, text, day)
        assert refused.value.field == field
    with pytest.raises(NotPermittedError):
        orders.issue(session, trail.manager, project, "请说明。", today())


def test_an_issue_has_an_owner_who_sees_the_project(
    session: Session, trail: Trail, project: Project
) -> None:
    with pytest.raises(InputError) as refused:
        issues.raise_issue(session, trail.member, project, "缺原料", trail.rival, today())
    assert refused.value.field == "owner"
    issue = issues.raise_issue(session, trail.member, project, "缺原料", trail.officer, today())
    assert told(session, Event.PROJECT_ISSUE_RAISED) == {trail.officer.id}
    issues.resolve(session, trail.officer, issue, "已协调供货")
    assert issue.resolved_on == today()
    with pytest.raises(InputError):
        issues.resolve(session, trail.officer, issue, "又一次")


def test_a_passed_acceptance_opens_the_way_to_the_rewards(
    session: Session, trail: Trail, project: Project
) -> None:
    with pytest.raises(InputError) as refused:
        acceptances.record(session, trail.officer, project, today(), Verdict.PASSED, [" "])
    assert refused.value.field == "experts"
    acceptances.record(session, trail.officer, project, today(), Verdict.PASSED, ["甲教授"])
    with pytest.raises(InputError):
        acceptances.record(session, trail.officer, project, today(), Verdict.FAILED, ["乙教授"])
    services.move(session, trail.officer, project, Action.REWARD)
    assert (project.stage, project.light) == (ProjectStage.INCENTIVE, None)
    services.record_no_policy(session, trail.officer, project, "没有适用政策")
    services.move(session, trail.officer, project, Action.COMPLETE)
    assert project.stage.value == "completed"


def test_a_missing_report_is_reminded_of_before_and_after_it_is_due(
    session: Session, trail: Trail, project: Project
) -> None:
    next_month = months_after(THIS_MONTH, 1)
    days = [next_month.replace(day=day) for day in (1, 2, 3, 6, 7, 8)]
    sent = [reports.remind(session, day) for day in days]
    assert sent == [0, 1, 0, 0, 1, 0]
    assert trail.officer.id in told(session, Event.REPORT_OVERDUE)
    assert trail.officer.id not in told(session, Event.REPORT_DUE)
    assert reports.missing_months(session, project) == []


def test_whoever_has_reported_is_not_reminded(
    session: Session, trail: Trail, project: Project
) -> None:
    reports.file(session, trail.member, project, _report())
    day = months_after(THIS_MONTH, 1).replace(day=7)
    assert reports.remind(session, day) == 0
