"""Which key projects count toward a year, and the rule behind each answer; no database.

A project counts toward year Y if it is designated key, not removed, and entered tracking in Y. It
counts once, in one year. A second project with the same contract number, or with the same need and
result, does not count.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matchmaker.i18n import CHINA
from models import KeyStatus


class Standing(StrEnum):
    """Which of the counter's three lists an entry is on."""

    COUNTED = "counted"
    RESERVE = "reserve"
    EXCLUDED = "excluded"


class Rule(StrEnum):
    """What put an entry on its list."""

    COUNTS = "counts"
    IN_RESERVE = "in_reserve"
    NOT_DESIGNATED = "not_designated"
    REMOVED = "removed"
    NOT_TRACKING = "not_tracking"
    OTHER_YEAR = "other_year"
    SAME_CONTRACT = "same_contract"
    SAME_PAIR = "same_pair"


@dataclass(frozen=True, slots=True)
class Fact:
    """What the counter looks at of one designation.

    `year` is the list it was nominated for, `region` the code of the project's region, `tracking`
    the moment at which the project first entered tracking.
    """

    designation_id: int
    project_id: int
    region: str
    year: int
    status: KeyStatus
    tracking: datetime | None
    contracts: frozenset[str] = frozenset()
    need_id: int | None = None
    result_id: int | None = None

    @property
    def tracking_year(self) -> int | None:
        """The year, on China's calendar, in which the project entered tracking."""
        return self.tracking.astimezone(CHINA).year if self.tracking else None

    @property
    def pair(self) -> tuple[int, int] | None:
        """The need and the result, None unless the project has both."""
        return (self.need_id, self.result_id) if self.need_id and self.result_id else None


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer of the counter; `same_as` is the earlier project with the same contract or pair."""

    fact: Fact
    rule: Rule
    same_as: int | None = None

    @property
    def standing(self) -> Standing:
        """The list that the rule puts the entry on."""
        if self.rule is Rule.COUNTS:
            return Standing.COUNTED
        return Standing.RESERVE if self.rule is Rule.IN_RESERVE else Standing.EXCLUDED


@dataclass(frozen=True, slots=True)
class Count:
    """The counter of one year and region: every designation that belongs there, with its rule."""

    year: int
    entries: tuple[Entry, ...]

    def on(self, standing: Standing) -> list[Entry]:
        """Return the entries of one list."""
        return [entry for entry in self.entries if entry.standing is standing]

    @property
    def counted(self) -> int:
        """The figure: how many projects count."""
        return len(self.on(Standing.COUNTED))


def count_toward_year(facts: Iterable[Fact], year: int, prefix: str = "") -> Count:
    """Return the counter of a year for the regions whose codes begin with `prefix`.

    `facts` are those of all regions and years: what counted elsewhere or before does not count
    again. An entry belongs to the year it was nominated for and to that it entered tracking in.
    """
    entries = [
        entry
        for entry in _judged(facts)
        if year in (entry.fact.year, entry.fact.tracking_year)
        and entry.fact.region.startswith(prefix)
    ]
    return Count(year, tuple(_of_year(entry, year) for entry in entries))


def same_number(number: str) -> str:
    """Return a contract number as it is compared: in NFKC and capitals, without spaces."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def _of_year(entry: Entry, year: int) -> Entry:
    """Return the entry as this year sees it: what counts in another does not count here."""
    if entry.rule is Rule.COUNTS and entry.fact.tracking_year != year:
        return Entry(entry.fact, Rule.OTHER_YEAR)
    return entry


def _judged(facts: Iterable[Fact]) -> list[Entry]:
    """Judge every designation in the order in which the projects entered tracking."""
    contracts: dict[str, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    entries = []
    for fact in sorted(facts, key=_order):
        entry = _by_status(fact) or _by_likeness(fact, contracts, pairs)
        if entry.rule is Rule.COUNTS:
            contracts |= dict.fromkeys(map(same_number, fact.contracts), fact.project_id)
            if fact.pair:
                pairs[fact.pair] = fact.project_id
        entries.append(entry)
    return entries


def _order(fact: Fact) -> tuple[bool, float, int]:
    moment = fact.tracking.timestamp() if fact.tracking else 0.0
    return fact.tracking is None, moment, fact.project_id


def _by_status(fact: Fact) -> Entry | None:
    """Return the entry of a designation that cannot count, whatever the others are."""
    rules = {
        KeyStatus.REMOVED: Rule.REMOVED,
        KeyStatus.RESERVE: Rule.IN_RESERVE,
        KeyStatus.NOMINATED: Rule.NOT_DESIGNATED,
    }
    if fact.status in rules:
        return Entry(fact, rules[fact.status])
    return None if fact.tracking else Entry(fact, Rule.NOT_TRACKING)


def _by_likeness(fact: Fact, contracts: dict[str, int], pairs: dict[tuple[int, int], int]) -> Entry:
    for number in sorted(map(same_number, fact.contracts)):
        if number in contracts:
            return Entry(fact, Rule.SAME_CONTRACT, contracts[number])
    if fact.pair in pairs:
        return Entry(fact, Rule.SAME_PAIR, pairs[fact.pair])
    return Entry(fact, Rule.COUNTS)
