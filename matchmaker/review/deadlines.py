"""How long a text may wait for its review, in working days: Monday to Friday, holidays included."""

from datetime import date

import numpy as np

WORKING_DAYS = 5


def waited(since: date, today: date) -> int:
    """Return how many working days have passed by `today`."""
    return int(np.busday_count(since, today))


def due_on(since: date) -> date:
    """Return the last day on which what arrived on `since` is reviewed in time."""
    return _moved(since, WORKING_DAYS)


def overdue_since(today: date) -> date:
    """Return the last day of arrival for which the time is over."""
    return _moved(today, -WORKING_DAYS - 1)


def _moved(day: date, days: int) -> date:
    moved = np.busday_offset(day, days, roll="forward").item()
    assert isinstance(moved, date)  # noqa: S101 (numpy's type says: or None, which a day never gives)
    return moved
