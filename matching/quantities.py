"""Numbers with comparator, range and unit, wherever they stand in a Chinese technical text."""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from matching.text import normalise
from matching.units import BARE, Unit, unit_at

_FIRST_HAN = 0x3400
_DIGITS = 12
_LOOK_BACK = 12

_POWER = r"\^?[-+]?\d{1,2}|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}"
_FIGURE = (
    r"(?P<figure>\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d{1,12})?|\d{1,15}(?:\.\d{1,12})?)"
    rf"(?:\s?[×xX*]\s?10(?P<power>{_POWER})|(?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}|\^-?\d{{1,2}})"
    r"|[eE](?P<exponent>[-+]?\d{1,2})(?!\d))?"
    r"(?:\s?(?P<multiple>百万|千万|万|亿|千(?![克米瓦伏帕牛安焦赫])))?"
)
_NUMBER = re.compile(rf"(?<![\d./])(?:(?<![A-Za-z\d.)%℃])-)?{_FIGURE}(?!\d|\s?/\s?\d|:\d)")
_SIGNED = re.compile(rf"-?{_FIGURE}(?![\d/])")
_SUPERSCRIPTS = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789", "^")
_MULTIPLES = {"千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_TO = re.compile(r"\s?(?:~+|-{1,2}|至|到)\s?")
_PLUS_MINUS = re.compile(r"\s?(?:±|\+/-)\s?")

_BEFORE = re.compile(
    r"(?:(?P<least>>=|≥|≧|⩾|不(?:得|应|可|宜)?(?:低于|小于|少于|短于)|大于(?:或)?等于|至少|最少)"
    r"|(?P<most><=|≤|≦|⩽|不(?:得|应|可|宜)?(?:高于|大于|超过|多于|长于|超)|小于(?:或)?等于|至多|最多)"
    r"|(?P<more>>|大于|高于|超过|多于|超)|(?P<less><|小于|低于|少于|短于|不足|不到)|(?P<better>优于|好于))"
    r"\s?$"
)
_COMPARING = frozenset("=≥≧⩾≤≦⩽><于短过等少多超长足到")
_AFTER = re.compile(
    r"\s?(?:\(含\)|[及或])?(?:(?P<least>以上|之上)|(?P<most>以下|以内|之内|之下|内(?=[，。；,;、)）\s]|$)))"
)
_SCALE = re.compile(r"(?<![A-Za-z])(?P<unit>HR[ABC]|HBW?|HV)\s?[:：]?\s?$")
_LABEL = re.compile(
    r"(?:[(（/]\s?(?P<unit>[^()（）\s\d][^()（）\s]{0,11})[)）]?|(?P<loud>dB\(A\)))\s?[:：]\s?$"
)
_LABELLING = frozenset("ABCVW:：")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a text says about one size: it lies from `low` to `high`, counted in `unit`.

    A single value has both alike; one-sided statements reach to infinity, and are `strict` where
    the bound itself is left out (> 5). `spread` marks "±0.3" alone, whose size is kept as 0.3;
    `better` marks "优于", whose direction the metric must tell. `text[start:end]` is the place,
    comparator included.
    """

    low: float
    high: float
    unit: Unit
    start: int
    end: int
    strict: bool = False
    spread: bool = False
    better: bool = False

    @property
    def bounded(self) -> bool:
        """Whether it is one-sided, or a range, rather than a single value."""
        return self.low != self.high or self.spread or self.better

    def bounds(self, *, difference: bool = False) -> tuple[float, float]:
        """Return `low` and `high` in base units, exact to 12 digits.

        With `difference` degrees Celsius are steps of one kelvin, not points of the scale.
        """
        offset = 0.0 if difference else self.unit.offset
        return _rounded(self.low * self.unit.factor + offset), _rounded(
            self.high * self.unit.factor + offset
        )


class _Folded(dict[int, str]):
    """Code point to one character: half width, simplified, dashes and tildes of one kind."""

    def __missing__(self, code: int) -> str:
        self[code] = form = _folded(chr(code))
        return form


def _folded(character: str) -> str:
    code = ord(character)
    if code >= _FIRST_HAN and unicodedata.category(character) == "Lo":
        form = normalise(character)
    elif unicodedata.decomposition(character).startswith(("<super>", "<sub>")):
        form = character
    else:
        form = unicodedata.normalize("NFKC", character)
    if len(form) != 1:
        form = character
    return form if len(form.lower()) == 1 else form.lower()[0]


_FOLDS = _Folded()
_FOLDS |= {ord(character): "-" for character in "−–—‐‑‒﹣－"}
_FOLDS |= {ord(character): "~" for character in "～〜∼﹏"}
_FOLDS |= {ord(character): "·" for character in "•⋅∙・‧"}
_FOLDS |= {ord(character): character for character in "，；：（）。！？"}


def fold(text: str) -> str:
    """Return `text` in the form quantities and names are compared in, of the same length.

    Full-width letters and digits become half-width, traditional characters simplified, dashes
    and tildes alike. Case and superscripts stay, as they tell mPa from MPa and 10⁻⁶ from 10-6.
    """
    return text.translate(_FOLDS)


def quantities(text: str) -> list[Quantity]:
    """Return the quantities a text states, in order; offsets count in `text` as it is given."""
    return list(_found(fold(text)))


def stated(wanted: str, unit: str = "") -> Quantity | None:
    """Return what the fields of a form mean, for example "≥ 180" and "Wh/kg", "≤±2" and "N".

    A unit in the first field goes before the second; None where the two are not one quantity.
    """
    for whole in (wanted, f"{wanted}{unit}"):
        found = quantities(whole)
        complete = found and found[0].start == 0 and found[0].end >= len(wanted)
        if complete and (not unit or found[0].unit is not BARE):
            return found[0]
    return None


def _found(text: str) -> Iterator[Quantity]:
    place = 0
    while number := _NUMBER.search(text, place):
        quantity, place = _read(text, number)
        if quantity is not None:
            yield quantity


def _read(text: str, number: re.Match[str]) -> tuple[Quantity | None, int]:
    """Read what begins with a number; return it, None if it makes no sense, and where to go on."""
    start = number.start()
    low = high = _value(number)
    unit, end = _unit_after(text, number.end())
    if (more := _TO.match(text, end)) and (other := _SIGNED.match(text, more.end())):
        high = _value(other)
        upper, end = _unit_after(text, other.end())
        if unit is BARE and upper is not None:
            unit = upper
            if other["multiple"] and not number["multiple"]:
                low *= _MULTIPLES[other["multiple"]]
        elif upper is not None and unit is not None and upper is not BARE:
            high *= upper.factor / unit.factor
            unit = unit if upper.dimension == unit.dimension else None
    elif (spread := _PLUS_MINUS.match(text, end)) and (other := _SIGNED.match(text, spread.end())):
        after, end = _unit_after(text, other.end())
        unit = after if unit is BARE else unit
        low, high = low - _value(other), low + _value(other)
    if unit is None or low > high or not math.isfinite(high):
        return None, max(end, number.end())
    return _qualified(text, low, high, unit, start, end), end


def _qualified(text: str, low: float, high: float, unit: Unit, start: int, end: int) -> Quantity:
    """Take in the comparators around a number, the sign ± and a unit that stands before it."""
    strict = better = False
    head = text[max(0, start - _LOOK_BACK) : start]
    if spread := head.endswith("±"):
        head = head[:-1]
    if unit is BARE:
        unit, head = _unit_before(head)
    if head.rstrip()[-1:] in _COMPARING and (before := _BEFORE.search(head)):
        kind, head = before.lastgroup, head[: before.start()]
        low = low if kind in {"least", "more", "better"} else -math.inf
        high = high if kind in {"most", "less", "better"} else math.inf
        strict, better = kind in {"more", "less"}, kind == "better"
    elif after := _AFTER.match(text, end):
        end = after.end()
        low, high = (low, math.inf) if after["least"] else (-math.inf, high)
    if unit is BARE:
        unit, head = _unit_before(head)
    begins = max(0, start - _LOOK_BACK) + len(head)
    return Quantity(low, high, unit, begins, end, strict, spread, better)


def _unit_before(head: str) -> tuple[Unit, str]:
    """Return the unit named before a number (HRC, "(Wh/kg)：") and what stands before that."""
    if head.rstrip()[-1:] not in _LABELLING:
        return BARE, head
    if named := _SCALE.search(head) or _LABEL.search(head):
        written = named["unit"] or named["loud"]
        unit, end = unit_at(written, 0)
        if unit is not None and end == len(written):
            return unit, head[: named.start()]
    return BARE, head


def _unit_after(text: str, end: int) -> tuple[Unit | None, int]:
    """Return the unit after a number; bare at a boundary, None before letters that are no unit."""
    place = end + 1 if text.startswith(" ", end) else end
    unit, after = unit_at(text, place)
    if unit is not None:
        return unit, after
    following = text[end : end + 1]
    return (None if following.isascii() and following.isalpha() else BARE), end


def _value(number: re.Match[str]) -> float:
    value = float(number["figure"].replace(",", ""))
    if number["raised"]:
        value **= int(number["raised"].translate(_SUPERSCRIPTS))
    elif power := number["power"] or number["exponent"]:
        value *= 10.0 ** int(power.translate(_SUPERSCRIPTS))
    value *= _MULTIPLES.get(number["multiple"] or "", 1.0)
    return -value if number.group().startswith("-") else value


def _rounded(value: float) -> float:
    return value if math.isinf(value) else float(f"{value:.{_DIGITS}g}")
