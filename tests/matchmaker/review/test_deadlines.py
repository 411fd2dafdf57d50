"""Working days: five to decide, weekends not counted."""

from datetime import date, timedelta

import pytest

from matchmaker.review.deadlines import WORKING_DAYS, due_on, overdue_since, waited

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
NEXT_MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("since", "today", "days"),
    [
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, MONDAY, 1),
        (SATURDAY, MONDAY, 0),
        (MONDAY, date(2026, 11, 30), 5),
    ],
)
def test_weekends_do_not_count(since: date, today: date, days: int) -> None:
    assert waited(since, today) == days


def test_what_came_on_a_friday_is_due_on_the_next() -> None:
    assert due_on(FRIDAY) == date(2026, 11, 27)


def test_deadline_days_waited_and_the_filter_never_disagree() -> None:
    days = [date(2026, 11, 1) + timedelta(days=number) for number in range(30)]
    for since in days:
        for today in (day for day in days if day >= since):
            late = waited(since, today) > WORKING_DAYS
            assert late == (today > due_on(since)) == (since <= overdue_since(today)), (
                since,
                today,
            )
