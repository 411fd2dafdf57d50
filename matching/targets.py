"""Target metrics of a need: from the rows of its form, or from its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from matching import phrases
from matching.quantities import Quantity, fold, quantities, stated
from matching.units import BARE

MOST_TARGETS = 12
_SHORTEST_NAME = 2
_LONGEST_CLAUSE = 160
_NO_UNIT = frozenset({"-", "—", "–", "/", "无", "无量纲"})


@dataclass(frozen=True)
class Target:
    """One metric a need asks for: its name, the size as written, and that as a quantity.

    `quantity` is None where the field states no size (合格, 不得检出); nothing can be said then.
    """

    name: str
    written: str
    quantity: Quantity | None

    @cached_property
    def core(self) -> str:
        """The name in folded lower case, without remarks and without conditions."""
        name = phrases.REMARK.sub("", fold(self.name)).lower()
        for condition in reversed(_with_units(name)):
            name = name[: condition.start] + name[condition.end :]
        return name.lstrip("后时下内的、/ ").strip(" :：")

    @cached_property
    def names(self) -> list[str]:
        """What the metric may be called, closest first; the last ones lack their tail."""
        names = [self.core]
        for words in phrases.SYNONYMS:
            known = max((word for word in words if word in self.core), key=len, default=None)
            if known:
                names += [self.core.replace(known, word) for word in words if word != known]
        short = [phrases.TAIL.sub("", name) for name in names]
        return [name for name in dict.fromkeys(names + short) if len(name) > 1]

    @cached_property
    def required(self) -> list[Quantity]:
        """The conditions in the name itself ("3 d抗压强度"), which the text must repeat."""
        return _with_units(phrases.REMARK.sub("", self.name))

    @cached_property
    def remarked(self) -> list[Quantity]:
        """The conditions in brackets ("（150 ℃）"), which the text must not contradict."""
        return _with_units("，".join(phrases.REMARK.findall(self.name)))

    @property
    def difference(self) -> bool:
        """Whether degrees are steps here, not points of the scale."""
        spread = self.quantity is not None and self.quantity.spread
        return spread or bool(phrases.DIFFERENCE.search(self.core))


@lru_cache(maxsize=4096)
def target(name: str, wanted: str, unit: str = "") -> Target:
    """Return a target as a form holds it: name, "≥ 180" or "0.1～0.3", "Wh/kg"."""
    wanted, unit = wanted.strip(), unit.strip()
    unit = "" if unit in _NO_UNIT else unit
    return Target(name.strip(), f"{wanted} {unit}".strip(), stated(wanted, unit))


@lru_cache(maxsize=1024)
def targets_in(text: str) -> tuple[Target, ...]:
    """Return what a need's text itself asks for ("抗拉强度≥600MPa"), at most twelve targets.

    Only a bound or a range counts, right after a name that ends as metrics do, in a sentence that
    wishes or sets a limit; what is said of today's products does not.
    """
    found: dict[str, Target] = {}
    for name, quantity in _wishes(fold(text)):
        written = text[quantity.start : quantity.end]
        found.setdefault(name, Target(name, written, quantity))
        if len(found) == MOST_TARGETS:
            break
    return tuple(found.values())


def clause(text: str, at: int) -> tuple[int, int]:
    """Return where the clause that holds a place begins and ends, at most 160 characters off."""
    first, last = max(0, at - _LONGEST_CLAUSE), min(len(text), at + _LONGEST_CLAUSE)
    for mark in phrases.CLAUSE_END.finditer(text, first, at):
        first = mark.end()
    end = phrases.CLAUSE_END.search(text, at, last)
    return first, end.start() if end else last


def sentence_start(text: str, at: int) -> int:
    """Return where the sentence that holds a place begins, at most 160 characters before it."""
    first = max(0, at - _LONGEST_CLAUSE)
    for mark in phrases.SENTENCE_END.finditer(text, first, at):
        first = mark.end()
    return first


def _wishes(text: str) -> Iterator[tuple[str, Quantity]]:
    lower = text.lower()
    for quantity in quantities(text):
        if not quantity.bounded:
            continue
        before = lower[clause(text, quantity.start)[0] : quantity.start]
        sentence = lower[sentence_start(text, quantity.start) : quantity.end]
        if phrases.GOAL.search(sentence) and not phrases.OTHERS.search(before):
            name = _name_at_end(before)
            if name:
                yield name, quantity


def _name_at_end(text: str) -> str | None:
    """Return the metric named at the end of a text, None where none is."""
    leading = phrases.LEADS_TO_VALUE.search(text)
    words = phrases.NAME_AT_END.search(text[: leading.start()] if leading else text)
    name = phrases.LEAD_IN.sub("", words.group()) if words else ""
    if len(name) < _SHORTEST_NAME or not phrases.HEAD.search(name):
        return None
    known = (word for words in phrases.SYNONYMS for word in words if name.endswith(word))
    return max(known, key=len, default=name)


def _with_units(text: str) -> list[Quantity]:
    return [quantity for quantity in quantities(text) if quantity.unit is not BARE]
