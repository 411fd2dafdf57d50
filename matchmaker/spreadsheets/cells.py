"""What one cell says: cleaned text, and the dates, amounts and fixed words read from it.

A parser takes the cleaned text of a cell that is not empty and the header above it, and returns
the text to keep; it raises `CellError` for what it does not understand.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from matchmaker.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Parser = Callable[[str, str], str]

EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = range(20_000, 80_000)  # 1954 to 2119: further off, a number is no date
SHOWN_TEXT = 40

_FEN = {"元": 100, "千元": 100_000, "万": 1_000_000, "万元": 1_000_000, "亿元": 10_000_000_000}
_UNWANTED = re.compile(  # control characters, stray byte order marks, what XML cannot hold
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_WRITTEN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:[\d:.]+)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_AMOUNT = re.compile(r"[¥￥]?(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,6})?(元|千元|万|万元|亿元)?")
NEGOTIABLE = frozenset({"面议", "面谈", "另议", "协商", "协商确定"})
"""What stands in the place of an amount that is still to be agreed on."""
_HEADER_UNIT = re.compile(r"[(（/:：]\s*(?:单位\s*[:：]?)?\s*(元|千元|万元|亿元)")
_SEPARATORS = re.compile(r"[；;、,，|\n]")


class CellError(Exception):
    """A cell that cannot be taken: the reason and the cure."""

    def __init__(self, reason: str, cure: str) -> None:
        self.reason = reason
        self.cure = cure
        super().__init__(reason, cure)


def clean(text: str, *, multiline: bool = True) -> str:
    r"""Return `text` trimmed, without control characters; on one line, or its lines ended by \n."""
    text = printable(_BREAKS.sub("\n", text))
    return text.strip() if multiline else " ".join(text.split())


def printable(text: str) -> str:
    """Return `text` without the characters that no spreadsheet should hold."""
    return _UNWANTED.sub("", text)


def squeeze(text: str) -> str:
    """Return the letters and digits of `text`, NFKC-normalised and caseless, to compare words."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def split_terms(text: str) -> tuple[str, ...]:
    """Return the terms of a list in one cell: “a；b、c” gives a, b, c, each once, in order."""
    terms = (" ".join(term.split()) for term in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(term for term in terms if term))


def parse_date(text: str, header: str) -> str:
    """Return a date as YYYY-MM-DD, whether typed in the usual ways or kept as Excel's serial."""
    compact = unicodedata.normalize("NFKC", text)
    try:
        if serial := _SERIAL.fullmatch(compact):
            days = int(serial[1])
            if days in SERIALS:
                return (EXCEL_EPOCH + timedelta(days=days)).isoformat()
        elif parts := _COMPACT.fullmatch(compact) or _WRITTEN.fullmatch(compact):
            return date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat()
    except ValueError:
        pass
    raise CellError(
        _("“%(value)s” is not a date", value=shortened(text)), _("write it like 2027-06-30")
    )


def parse_half_width(text: str, _header: str) -> str:
    """Return an address or a number that may have been typed with full-width characters."""
    return unicodedata.normalize("NFKC", text)


def parse_money(text: str, header: str) -> str:
    """Return an amount in fen; its unit stands in the cell or in the header, never guessed."""
    compact = unicodedata.normalize("NFKC", text).replace(" ", "")
    amount = _AMOUNT.fullmatch(compact)
    if amount is None:
        raise CellError(
            _("“%(value)s” is not an amount of money", value=shortened(text)),
            _("write one number, like 50 or 50万元"),
        )
    in_header = _HEADER_UNIT.search(header)
    unit = amount[3] or (in_header and in_header[1])
    if not unit:
        raise CellError(
            _("“%(value)s” has no unit", value=shortened(text)),
            _("add the unit to the header, like “%(header)s（万元）”", header=header),
        )
    number = Decimal(amount[1].replace(",", "") + (amount[2] or ""))
    return str(round(number * _FEN[unit]))


def parse_price(text: str, header: str) -> str:
    """Return an amount in fen, "" where it is said to be negotiable."""
    return "" if squeeze(text) in NEGOTIABLE else parse_money(text, header)


def one_of(words: Mapping[str, tuple[str, ...]]) -> Parser:
    """Return a parser that takes the words of each value, and keeps the value."""
    known = {squeeze(word): value for value, spellings in words.items() for word in spellings}
    offered = "、".join(spellings[0] for spellings in words.values())

    def parse(text: str, header: str) -> str:
        value = known.get(squeeze(text))
        if value is None:
            raise CellError(
                _("“%(value)s” is not a known word", value=shortened(text)),
                _("use one of these: %(words)s", words=offered),
            )
        return value

    return parse


def many_of(words: Mapping[str, tuple[str, ...]]) -> Parser:
    """Return a parser like that of `one_of` for a list of words; the values are joined by “;”."""
    parse_one = one_of(words)

    def parse(text: str, header: str) -> str:
        return ";".join(dict.fromkeys(parse_one(term, header) for term in split_terms(text)))

    return parse


def shortened(text: str) -> str:
    """Return as much of `text` as a message quotes."""
    return text if len(text) <= SHOWN_TEXT else text[:SHOWN_TEXT] + "…"
