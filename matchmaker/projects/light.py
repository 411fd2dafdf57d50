"""How much attention a project needs, by its plan and what its parties report; no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from matchmaker.clock import months_after
from models import Light

YELLOW_FROM = 10
RED_ABOVE = 30
RED_AFTER_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone: its weight in percent, its term with both days, and the day it was done."""

    weight: int
    starts_on: date
    due_on: date
    done_on: date | None = None

    def planned(self, today: date) -> Fraction:
        """Return how much of the weight the plan asks for by the evening of `today`."""
        days = (self.due_on - self.starts_on).days + 1
        gone = min(max((today - self.starts_on).days + 1, 0), days)
        return Fraction(self.weight * gone, days)


class Cause(StrEnum):
    """What a light was derived from."""

    BEHIND = "behind"
    NOT_BEHIND = "not_behind"
    OVERDUE = "overdue"
    LONG_OVERDUE = "long_overdue"
    NOT_OVERDUE = "not_overdue"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the arithmetic: what was found, its figures, and the light it asks for."""

    cause: Cause
    light: Light
    planned: int = 0
    actual: int = 0
    overdue: int = 0
    since: date | None = None

    def as_json(self) -> dict[str, str | int | None]:
        """Return the line as it is kept with the project."""
        return {
            "cause": self.cause.value,
            "light": self.light.value,
            "planned": self.planned,
            "actual": self.actual,
            "overdue": self.overdue,
            "since": self.since.isoformat() if self.since else None,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """A light and the two lines it follows from, the worse of which decides."""

    light: Light
    lines: tuple[Line, ...]


def read(steps: Sequence[Step], reported: int | None, today: date) -> Reading:
    """Return the light of a project on `today`.

    The plan grows evenly over each step's term; what it asks for is cut to whole points, so that
    the figures shown are those compared. Done is what was last `reported`, in percent, or the
    weights of the steps that are done, whichever is more. Ten points behind, or a step overdue, is
    yellow; more than thirty behind, or three months overdue without a break, is red.
    """
    lines = (_schedule(steps, reported, today), _terms(steps, today))
    order = list(Light)
    return Reading(max((line.light for line in lines), key=order.index), lines)


def _schedule(steps: Sequence[Step], reported: int | None, today: date) -> Line:
    planned = int(sum((step.planned(today) for step in steps), Fraction()))
    finished = sum(step.weight for step in steps if step.done_on and step.done_on <= today)
    actual = max(finished, reported or 0)
    behind = planned - actual
    if behind < YELLOW_FROM:
        return Line(Cause.NOT_BEHIND, Light.GREEN, planned, actual)
    return Line(Cause.BEHIND, Light.RED if behind > RED_ABOVE else Light.YELLOW, planned, actual)


def _terms(steps: Sequence[Step], today: date) -> Line:
    count = sum(_is_overdue(step, today) for step in steps)
    if not count:
        return Line(Cause.NOT_OVERDUE, Light.GREEN)
    since = _overdue_since(steps, today)
    if months_after(since, RED_AFTER_MONTHS) <= today:
        return Line(Cause.LONG_OVERDUE, Light.RED, overdue=count, since=since)
    return Line(Cause.OVERDUE, Light.YELLOW, overdue=count, since=since)


def _is_overdue(step: Step, day: date) -> bool:
    return step.due_on < day and (step.done_on is None or step.done_on > day)


def _overdue_since(steps: Sequence[Step], today: date) -> date:
    """Return the first of the days up to today on each of which some step was overdue."""
    since = today
    for step in sorted(steps, key=lambda step: step.due_on, reverse=True):
        if step.due_on < since and (step.done_on is None or step.done_on >= since):
            since = step.due_on + timedelta(days=1)
    return since
