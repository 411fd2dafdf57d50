"""Target metrics against a result's text: met, unmet or not stated, and where it says so.

Precision goes before recall. A value counts only where the metric is named beside it and nothing
but filler stands between; what is said of others, of plans, of problems or of changes does not.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matching import phrases
from matching.conditions import Verdict
from matching.documents import FIELDS, Document, Span
from matching.quantities import Quantity, fold, quantities
from matching.targets import Target, clause, sentence_start
from matching.units import BARE

Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a result says of a target: the verdict, and where its text names it with a value.

    `span` points into the document's field, from the name to the end of the value. The verdict
    may be unknown although a value is stated: where it leaves both open, or others contradict it.
    """

    target: Target
    verdict: Verdict
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class _Clause:
    """One clause of a folded text in lower case, with the quantities in it."""

    text: str
    start: int
    end: int
    inside: Sequence[Quantity]


def compare(targets: Sequence[Target], result: Document) -> tuple[Outcome, ...]:
    """Return for each target what the result's text says of it.

    The statements under the closest of the target's names count; where they differ in verdict,
    nothing is certain.
    """
    return tuple(_outcome(target, result) for target in targets)


def _outcome(target: Target, result: Document) -> Outcome:
    asked = target.quantity
    if asked is None:
        return Outcome(target, Verdict.UNKNOWN)
    texts = [(field, fold(result.text(field))) for field in FIELDS]
    for name in target.names:
        found = [
            (_verdict(target, asked, said, text[said.end :]), (field, start, said.end))
            for field, text in texts
            for start, said in _statements(target, asked, name, text)
        ]
        if found:
            verdict, span = found[0]
            agreed = all(other == verdict for other, _span in found)
            return Outcome(target, verdict if agreed else Verdict.UNKNOWN, span)
    return Outcome(target, Verdict.UNKNOWN)


def _statements(
    target: Target, asked: Quantity, name: str, text: str
) -> Iterator[tuple[int, Quantity]]:
    """Yield where a text states the metric under a name, and the quantity it states there."""
    lower = text.lower()
    at = lower.find(name)
    while at >= 0:
        start, end = clause(text, at)
        inside = [q for q in _parsed(text) if start <= q.start < end]
        around = _Clause(lower, start, end, inside)
        said = _value_of(name, at, asked, around)
        if said and _is_of_the_result(target, at, said, around):
            yield min(at, said.start), said
        at = lower.find(name, at + len(name))


def _value_of(name: str, at: int, asked: Quantity, around: _Clause) -> Quantity | None:
    """Return the quantity that a clause gives to the name at `at`."""
    text, after = around.text, at + len(name)
    each = text.find("分别", after, around.end)
    if each >= 0:
        return _respective(name, each, asked, around)
    following = [q for q in around.inside if q.start >= after]
    for place, said in enumerate(following):
        gap = _gap(text, after, said.start, following[:place], asked)
        if _alike(asked, said) and phrases.FILLER.fullmatch(gap):
            return said
    before = [q for q in around.inside if q.end <= at]
    if not before or text[before[-1].end : at].strip() not in {"", "的"}:
        return None
    changed = phrases.CHANGED.search(text[around.start : before[-1].start])
    longer = text[after : after + 1] in phrases.NAME_GOES_ON
    return before[-1] if _alike(asked, before[-1]) and not changed and not longer else None


def _respective(name: str, each: int, asked: Quantity, around: _Clause) -> Quantity | None:
    """Return the value of a name in a list that "分别" at `each` joins with a list of values."""
    items = re.split(r"[、和与及]", around.text[around.start : each])
    values = [q for q in around.inside if q.start > each]
    places = [place for place, item in enumerate(items) if item.strip().endswith(name)]
    if len(places) != 1 or len(items) != len(values):
        return None
    said = values[places[0]]
    return said if _alike(asked, said) else None


def _gap(text: str, start: int, end: int, between: Sequence[Quantity], asked: Quantity) -> str:
    r"""Return the text of a gap, its quantities as \0 where they are like the target, else \1."""
    parts, place = [], start
    for other in between:
        parts += [text[place : other.start], "\0" if _alike(asked, other) else "\1"]
        place = other.end
    return "".join(parts) + text[place:end]


def _is_of_the_result(target: Target, at: int, said: Quantity, around: _Clause) -> bool:
    """Return whether a statement is of the result itself, as it stands, and of this metric."""
    text = around.text
    before = text[around.start : at]
    apart = phrases.APART.search(before)
    if apart and apart.group() not in fold(target.name):
        return False
    if target.core in phrases.GENERIC and not phrases.PLAIN_BEFORE.search(before):
        return False
    if phrases.NOT_YET.search(text, around.start, said.start):
        return False
    if phrases.PROBLEM.search(text, around.start, around.end):
        return False
    sentence = text[sentence_start(text, at) : said.start]
    others = list(phrases.OTHERS.finditer(sentence))
    if others and not phrases.OWN.search(sentence, others[-1].end()):
        return False
    return _under_its_conditions(target, [q for q in around.inside if q is not said])


def _under_its_conditions(target: Target, beside: Sequence[Quantity]) -> bool:
    """Return whether the quantities beside a value agree with the conditions in the name."""
    repeated = all(any(_same(wanted, q) for q in beside) for wanted in target.required)
    contradicted = any(
        _alike(wanted, q) and not _same(wanted, q) for wanted in target.remarked for q in beside
    )
    return repeated and not contradicted


def _verdict(target: Target, asked: Quantity, said: Quantity, rest: str) -> Verdict:
    """Compare what is said with what is asked, as intervals in base units.

    `rest` is the text after the value. A range that can be set, or that names what something
    bears, is to hold the one asked for; any other is to lie within it.
    """
    low, high = asked_bounds = _directed(target, asked)
    if asked.spread:
        low = -math.inf
    said_bounds = _directed(target, said)
    if low == high:
        return Verdict.MET if said_bounds == asked_bounds else Verdict.UNKNOWN
    if math.isfinite(high - low) and said_bounds[0] < said_bounds[1]:
        covers = said_bounds[0] <= low and high <= said_bounds[1]
        if phrases.COVERS.search(target.core):
            return Verdict.MET if covers else Verdict.UNMET
        if covers and phrases.ADJUSTABLE.match(rest):
            return Verdict.MET
    if _within(said_bounds, (low, high), strict=asked.strict and not said.strict):
        return Verdict.MET
    if _outside(said_bounds, (low, high), strict=asked.strict or said.strict):
        return Verdict.UNMET
    return Verdict.UNKNOWN


def _within(said: Bounds, asked: Bounds, *, strict: bool) -> bool:
    inside = asked[0] <= said[0] and said[1] <= asked[1]
    return inside and not (strict and (asked[0] == said[0] or asked[1] == said[1]))


def _outside(said: Bounds, asked: Bounds, *, strict: bool) -> bool:
    apart = said[1] < asked[0] or asked[1] < said[0]
    return apart or (strict and (said[1] == asked[0] or asked[1] == said[0]))


def _directed(target: Target, quantity: Quantity) -> Bounds:
    """Return the bounds in base units; "优于" turns to the side where the metric is better."""
    low, high = quantity.bounds(difference=target.difference)
    if not quantity.better:
        return low, high
    asked = target.quantity
    small = phrases.SMALL_IS_GOOD.search(target.core) or (asked and asked.low == -math.inf)
    return (-math.inf, high) if small else (low, math.inf)


def _alike(one: Quantity, other: Quantity) -> bool:
    """Return whether two quantities can be compared; plain numbers compare with each other only."""
    return one.unit.dimension == other.unit.dimension and (one.unit is BARE) == (other.unit is BARE)


def _same(one: Quantity, other: Quantity) -> bool:
    return _alike(one, other) and one.bounds() == other.bounds()


@lru_cache(maxsize=1024)
def _parsed(text: str) -> tuple[Quantity, ...]:
    return tuple(quantities(text))
