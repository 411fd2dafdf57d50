"""The calendar day that terms and deadlines are counted in."""

import calendar
from datetime import date

from matchmaker.i18n import CHINA
from models import now


def today() -> date:
    """Return the present day in China."""
    return now().astimezone(CHINA).date()


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)
