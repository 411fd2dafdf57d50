"""The light follows from the plan and the reports by arithmetic that can be shown."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.clock import months_after
from matchmaker.projects.light import Cause, Step, read
from models import Light

START = date(2026, 1, 1)
HUNDRED_DAYS = date(2026, 4, 10)
WHOLE = Step(100, START, HUNDRED_DAYS)


def _day(number: int) -> date:
    """Return the day on whose evening so many percent of the plan ought to be done."""
    return START + timedelta(days=number - 1)


@pytest.mark.parametrize(
    ("behind", "light"),
    [
        (0, Light.GREEN),
        (9, Light.GREEN),
        (10, Light.YELLOW),
        (30, Light.YELLOW),
        (31, Light.RED),
    ],
)
def test_the_points_behind_the_schedule_decide(behind: int, light: Light) -> None:
    reading = read([WHOLE], 60 - behind, _day(60))
    assert reading.light is light
    schedule = reading.lines[0]
    assert (schedule.planned, schedule.actual) == (60, 60 - behind)


def test_a_project_without_a_report_has_done_what_its_finished_milestones_weigh() -> None:
    steps = [
        Step(40, START, _day(40), done_on=_day(35)),
        Step(60, _day(41), HUNDRED_DAYS),
    ]
    assert read(steps, None, _day(45)).light is Light.GREEN
    assert read(steps, None, _day(45)).lines[0].actual == 40
    assert read(steps, 20, _day(45)).lines[0].actual == 40


def test_a_milestone_is_overdue_from_the_day_after_it_was_due_until_it_is_done() -> None:
    step = Step(100, START, HUNDRED_DAYS)
    assert read([step], 100, HUNDRED_DAYS).light is Light.GREEN
    late = read([step], 100, HUNDRED_DAYS + timedelta(days=1))
    assert (late.light, late.lines[1].cause) == (Light.YELLOW, Cause.OVERDUE)
    done = Step(100, START, HUNDRED_DAYS, done_on=HUNDRED_DAYS + timedelta(days=5))
    assert read([done], 100, HUNDRED_DAYS + timedelta(days=5)).light is Light.GREEN


@pytest.mark.parametrize(
    ("today", "light"), [(date(2026, 7, 10), Light.YELLOW), (date(2026, 7, 11), Light.RED)]
)
def test_three_months_overdue_without_a_break_is_red(today: date, light: Light) -> None:
    reading = read([WHOLE], 100, today)
    assert reading.light is light
    assert reading.lines[1].since == date(2026, 4, 11)


def test_one_overdue_milestone_after_another_is_no_break() -> None:
    steps = [
        Step(50, START, date(2026, 3, 1), done_on=date(2026, 5, 10)),
        Step(50, START, date(2026, 5, 1)),
    ]
    assert read(steps, 100, date(2026, 6, 2)).light is Light.RED
    with_a_break = [steps[0], Step(50, START, date(2026, 5, 10))]
    assert read(with_a_break, 100, date(2026, 6, 2)).light is Light.YELLOW


def test_a_project_without_a_plan_is_green() -> None:
    assert read([], None, START).light is Light.GREEN


def test_a_line_is_kept_as_plain_values() -> None:
    line = read([WHOLE], 100, date(2026, 7, 11)).lines[1]
    assert line.as_json() == {
        "cause": "long_overdue",
        "light": "red",
        "planned": 0,
        "actual": 0,
        "overdue": 1,
        "since": "2026-04-11",
    }


DAYS = st.integers(0, 400).map(lambda number: START + timedelta(days=number))


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    steps = []
    for _number in range(draw(st.integers(1, 5))):
        starts_on, due_on = sorted((draw(DAYS), draw(DAYS)))
        steps.append(Step(20, starts_on, due_on, draw(st.none() | DAYS)))
    return steps


@given(steps=_steps(), reported=st.none() | st.integers(0, 100), today=DAYS)
def test_the_start_of_being_overdue_is_what_counting_day_by_day_gives(
    steps: list[Step], reported: int | None, today: date
) -> None:
    def overdue(day: date) -> bool:
        return any(s.due_on < day and (s.done_on is None or s.done_on > day) for s in steps)

    line = read(steps, reported, today).lines[1]
    day = today
    while overdue(day):
        day -= timedelta(days=1)
    assert line.since == (day + timedelta(days=1) if day != today else None)


@given(steps=_steps(), reported=st.integers(0, 99), today=DAYS)
def test_reporting_more_never_worsens_the_light(
    steps: list[Step], reported: int, today: date
) -> None:
    order = list(Light)
    worse = order.index(read(steps, reported, today).light)
    assert order.index(read(steps, reported + 1, today).light) <= worse


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 1), 12, date(2027, 1, 1)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_end_with_their_last_day(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then
