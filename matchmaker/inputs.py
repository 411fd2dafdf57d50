"""What was typed and cannot be taken: where it stands, what is wrong, what to do."""

from datetime import date

from matchmaker.i18n import _
from models import LARGEST_AMOUNT


class InputError(Exception):
    """A value cannot be taken; `field` names it and `reason` says how to mend it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


LARGEST_ID = 2**31 - 1
"""The largest id that a table's key can hold; PostgreSQL refuses to compare it with more."""


def id_in(text: str, default: int = 0) -> int:
    """Return the id that an address holds, `default` where it holds none that could be one."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST_ID)):
        return default
    return min(int(text), LARGEST_ID)


def need_text(field: str, text: str) -> str:
    """Return a text without blanks around it.

    Raises:
        InputError: nothing is left of it.
    """
    if not text.strip():
        raise InputError(field, _("This is missing."))
    return text.strip()


def need_amount(field: str, amount: int, least: int = 1) -> int:
    """Return an amount in fen.

    Raises:
        InputError: it is less than `least`, or more than any contract is about.
    """
    if least <= amount <= LARGEST_AMOUNT:
        return amount
    reason = _(
        "Give an amount from %(least)s to %(most)s yuan.",
        least=f"{least / 100:.2f}",
        most=f"{LARGEST_AMOUNT // 100:,}",
    )
    raise InputError(field, reason)


def need_past(field: str, day: date, today: date) -> date:
    """Return a day on which something has happened.

    Raises:
        InputError: it is still to come.
    """
    if day > today:
        raise InputError(field, _("This day is still to come."))
    return day
