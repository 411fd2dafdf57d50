"""Units of measurement as Chinese technical texts write them; no numbers.

The table is `units.txt`. `pint` knows more units, but no Chinese ones, takes long to import and
reads whole strings, while a text is read from the middle of a sentence to where its unit ends.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Dimension = tuple[tuple[str, int], ...]

ZERO_CELSIUS = 273.15
_CELSIUS = {"℃", "°C", "ºC", "摄氏度"}
_SCALES = {"p": 1e-12, "n": 1e-9, "μ": 1e-6, "m": 1e-3, "c": 1e-2, "d": 0.1, "f": 1e-15}
_SCALES |= {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "纳": 1e-9, "微": 1e-6, "毫": 1e-3}
_SCALES |= {"厘": 1e-2, "千": 1e3, "兆": 1e6, "吉": 1e9}

_RUN = re.compile(r"dB ?\(A\)|Nm[3³]|hm²|[A-Za-zμΩ℃°º%‰㎡㎥㎜㎝㎞㎎㎏㎛㎚Å]+")
_EXPONENT = re.compile(
    r"\^?(?P<plain>-[1-4]|[23])(?![\d.]|-\d|\s*[A-Za-zμ%℃])|(?P<raised>[⁻¯]?[¹²³⁴])"
)
_RAISED = str.maketrans("⁻¯¹²³⁴", "--1234")
_JOIN = re.compile(r"\s?(?:(?P<over>/|每)|[·*×])\s?")
_COEFFICIENT = re.compile(r"\d{1,4}\s?")
_LONGEST_HAN = 5
_FIRST_HAN = "\u3400"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts: `value × factor + offset` is in base units of `dimension`.

    The dimension lists base quantities with their exponents, in order: ("kg", 1), ("m", -3).
    Counting words (次, 台, 元, 级 …) and scales (HRC, dB) are base quantities of their own.
    Only degrees Celsius standing alone have an offset.
    """

    factor: float = 1.0
    dimension: Dimension = ()
    offset: float = 0.0

    def power(self, exponent: int) -> "Unit":
        """Return the unit raised to a power."""
        return Unit(self.factor**exponent, tuple((b, e * exponent) for b, e in self.dimension))

    def times(self, other: "Unit") -> "Unit":
        """Return the product of two units."""
        exponents = dict(self.dimension)
        for base, exponent in other.dimension:
            exponents[base] = exponents.get(base, 0) + exponent
        dimension = tuple(sorted((base, e) for base, e in exponents.items() if e))
        return Unit(self.factor * other.factor, dimension)


BARE = Unit()


def unit_at(text: str, start: int) -> tuple[Unit | None, int]:
    """Read the longest unit that begins at `start`; return it and where it ends.

    `text` is folded (see `matching.quantities.fold`). Where no known unit stands, the answer is
    None and `start`. After a slash, whatever a dot joins is divided by too, as Chinese texts
    write W/m·K for W/(m·K).
    """
    found = _factor_at(text, start, below=False)
    if found is None:
        return None, start
    unit, end = found
    below = nested = False
    while join := _JOIN.match(text, end):
        place = join.end()
        below = below or bool(join["over"])
        opening = bool(join["over"]) and text.startswith(("(", "（"), place)
        found = _factor_at(text, place + opening, below)
        if found is None:
            break
        factor, end = found
        unit = unit.times(factor.power(-1 if below else 1))
        nested = nested or opening
        if nested and text.startswith((")", "）"), end):
            return unit, end + 1
    return unit, end


def _factor_at(text: str, start: int, below: bool) -> tuple[Unit, int] | None:
    """Read one unit with its exponent; under a slash a number may precede it (g/100mL)."""
    coefficient = _COEFFICIENT.match(text, start) if below else None
    found = _symbol_at(text, coefficient.end() if coefficient else start, below)
    if found is None:
        return None
    unit, end = found
    if coefficient and not unit.dimension:
        return None
    if exponent := _EXPONENT.match(text, end):
        written = exponent["plain"] or exponent["raised"].translate(_RAISED)
        unit, end = unit.power(int(written)), exponent.end()
    if coefficient:
        unit = unit.times(Unit(float(coefficient.group())))
    return unit, end


def _symbol_at(text: str, start: int, below: bool) -> tuple[Unit, int] | None:
    symbols = _symbols()
    if run := _RUN.match(text, start):
        written = run.group()
        unit = (_UNDER.get(written) if below else None) or symbols.get(written)
        unit = unit or _any_case().get(written.lower())
        if unit is None and written[0] in "%‰":
            return symbols[written[0]], start + 1
        return (unit, run.end()) if unit else None
    if text[start : start + 1] in _han_initials():
        for end in range(min(start + _LONGEST_HAN, len(text)), start, -1):
            word = text[start:end]
            if unit := (_UNDER.get(word) if below else None) or symbols.get(word):
                return unit, end
    return None


_UNDER = {
    "a": Unit(31_536_000.0, (("s", 1),)),
    "分": Unit(60.0, (("s", 1),)),
    "mK": Unit(1.0, (("K", 1), ("m", 1))),
}
"""What these mean under a slash only: 万吨/a, 次/分, W/mK."""


@cache
def _symbols() -> dict[str, Unit]:
    """Return every spelling in the table, with and without prefixes."""
    symbols = {}
    for line in Path(__file__).with_name("units.txt").read_text(encoding="utf-8").splitlines()[1:]:
        names, factor, bases, *prefixes = line.split("|")
        parts = re.findall(r"([^\s\d-]+)(-?\d)?", bases)
        dimension = tuple(sorted((base, int(exponent or 1)) for base, exponent in parts))
        for name in names.strip().split(","):
            offset = ZERO_CELSIUS if name in _CELSIUS else 0.0
            symbols[name] = Unit(float(factor), dimension, offset)
            for prefix in "".join(prefixes).split():
                symbols[prefix + name] = Unit(float(factor) * _SCALES[prefix], dimension)
    return symbols


@cache
def _han_initials() -> frozenset[str]:
    """Return the characters that a unit in Chinese may begin with."""
    return frozenset(name[0] for name in (*_symbols(), *_UNDER) if name[0] >= _FIRST_HAN)


@cache
def _any_case() -> dict[str, Unit]:
    """Return by lower-case spelling of two letters and more the greatest unit that it may mean."""
    units: dict[str, Unit] = {}
    for name, unit in sorted(_symbols().items(), key=lambda item: item[1].factor):
        if len(name) > 1:
            units[name.lower()] = unit
    return units
