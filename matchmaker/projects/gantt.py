"""The plan of a project drawn as bars over months: places in points, no HTML and no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matchmaker.clock import month_of, months_after
from models import Milestone

NAMES = 190
CHART = 700
ROW = 30
HEAD = 26
LONGEST_NAME = 13
MOST_TICKS = 12
THINNEST = 3


class BarState(StrEnum):
    """How it stands with a milestone on a day."""

    DONE = "done"
    OVERDUE = "overdue"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Bar:
    """One milestone: its term from `x` on, `width` wide, in the row that begins at `y`."""

    milestone: Milestone
    name: str
    state: BarState
    x: float
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    """The beginning of a month on the time line."""

    month: date
    x: float


@dataclass(frozen=True, slots=True)
class Gantt:
    """The drawing; `today` is where the present day stands, None outside of the plan."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    today: float | None
    height: int
    width: int = NAMES + CHART


def state(milestone: Milestone, today: date) -> BarState:
    """Return how it stands with a milestone."""
    if milestone.done_on is not None:
        return BarState.DONE
    return BarState.OVERDUE if milestone.due_on < today else BarState.OPEN


def draw(milestones: Sequence[Milestone], today: date) -> Gantt | None:
    """Return the drawing of a plan, None of an empty one.

    The time line begins with the month of the first start and ends with the last due day.
    """
    if not milestones:
        return None
    first = month_of(min(one.starts_on for one in milestones))
    last = max(one.due_on for one in milestones)
    days = (last - first).days + 1

    def place(day: date) -> float:
        return round(NAMES + CHART * (day - first).days / days, 1)

    def bar(number: int, one: Milestone) -> Bar:
        x, term = place(one.starts_on), (one.due_on - one.starts_on).days + 1
        width = max(round(CHART * term / days, 1), THINNEST)
        return Bar(one, _short(one.name), state(one, today), x, HEAD + ROW * number, width)

    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = -(-months // MOST_TICKS)
    starts = (months_after(first, number) for number in range(0, months, step))
    return Gantt(
        bars=tuple(bar(number, one) for number, one in enumerate(milestones)),
        ticks=tuple(Tick(month, place(month)) for month in starts),
        today=place(today) if first <= today <= last else None,
        height=HEAD + ROW * len(milestones) + 6,
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
