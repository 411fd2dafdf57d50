"""The calendar day that terms and deadlines are counted in."""

from datetime import date

from matchmaker.i18n import CHINA
from models import now


def today() -> date:
    """Return the present day in China."""
    return now().astimezone(CHINA).date()
