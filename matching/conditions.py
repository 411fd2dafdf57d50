"""Hard constraints and preferences of a pair, each a named term; none takes part in the score."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MONTHS_TO_MATURE = {1: 60, 2: 48, 3: 36, 4: 24, 5: 18, 6: 12, 7: 6, 8: 3, 9: 0}
"""Months from each technology readiness level to use in production.

A judgement, not a standard: GB/T 22900-2022 defines the levels and says nothing of time. A
prototype proven in its environment (6) takes about a year to a first production line, a proven
system (8) a season to install; what works in the laboratory alone (4) takes two years.
"""
_DAYS_A_MONTH = 30.4
_COUNTIES_UNDER_PROVINCE = "90"


class Verdict(StrEnum):
    """Whether something asked for is there; unknown where one side does not say."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Term(StrEnum):
    """What a condition is about."""

    MODE = "mode"
    BUDGET = "budget"
    DEADLINE = "deadline"
    REGION = "region"
    READINESS = "readiness"


class Nearness(StrEnum):
    """The smallest region two places share."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a need asks for: modes, most it pays (fen), region (GB/T 2260 code), last day."""

    modes: frozenset[str] = frozenset()
    budget_max: int | None = None
    region: str = ""
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What a result offers: modes, its price (fen), region (GB/T 2260 code), readiness level."""

    modes: frozenset[str] = frozenset()
    price: int | None = None
    region: str = ""
    trl: int | None = None


Value = frozenset[str] | int | str | date | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One term of a pair with what the need wants and the result offers, as plain values.

    An unmet `hard` condition rules the pair out until somebody yields; the others are wishes.
    """

    term: Term
    verdict: Verdict
    hard: bool
    wanted: Value
    offered: Value


def conditions(wanted: Wanted, offered: Offered, today: date) -> tuple[Condition, ...]:
    """Return every term of a pair, the hard ones first.

    - mode (hard): unmet when both sides name modes and share none.
    - budget (hard): unmet when the price is above the most the need pays.
    - deadline (hard): unmet once it has passed; `offered` is today.
    - region: met within one province, unmet beyond (see `nearness`).
    - readiness: met when the time left is enough for the level (`MONTHS_TO_MATURE`).
    """
    left = (wanted.deadline - today).days if wanted.deadline else None
    known = wanted.modes and offered.modes
    shared = bool(wanted.modes & offered.modes) if known else None
    affordable = _at_most(offered.price, wanted.budget_max)
    in_time = None if left is None else left >= 0
    near = nearness(wanted.region, offered.region)
    same_province = None if near is None else near is not Nearness.COUNTRY
    mature = _mature(offered.trl, left)
    return (
        Condition(Term.MODE, _verdict(shared), True, wanted.modes, offered.modes),
        Condition(Term.BUDGET, _verdict(affordable), True, wanted.budget_max, offered.price),
        Condition(Term.DEADLINE, _verdict(in_time), True, wanted.deadline, today),
        Condition(Term.REGION, _verdict(same_province), False, wanted.region, offered.region),
        Condition(Term.READINESS, _verdict(mature), False, wanted.deadline, offered.trl),
    )


def ruled_out(terms: tuple[Condition, ...]) -> bool:
    """Return whether a hard condition is unmet."""
    return any(term.hard and term.verdict is Verdict.UNMET for term in terms)


def nearness(one: str, other: str) -> Nearness | None:
    """Return the smallest region that two GB/T 2260 codes share, None where one is missing.

    The digits are two each for province, city and county. "90" in the place of the city marks
    counties directly under a province, which are near each other in name only.
    """
    if not one or not other:
        return None
    if one[:2] != other[:2]:
        return Nearness.COUNTRY
    if one == other and not one.endswith("00"):
        return Nearness.COUNTY
    city = one[2:4]
    if city == other[2:4] and city not in {"00", _COUNTIES_UNDER_PROVINCE}:
        return Nearness.CITY
    return Nearness.PROVINCE


def _mature(trl: int | None, days_left: int | None) -> bool | None:
    if trl is None or days_left is None or days_left < 0:
        return None
    return days_left >= MONTHS_TO_MATURE[trl] * _DAYS_A_MONTH


def _at_most(value: int | None, limit: int | None) -> bool | None:
    return None if value is None or limit is None else value <= limit


def _verdict(answer: bool | None) -> Verdict:
    if answer is None:
        return Verdict.UNKNOWN
    return Verdict.MET if answer else Verdict.UNMET
