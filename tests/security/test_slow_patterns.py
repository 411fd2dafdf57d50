"""No text makes a pattern run away (row 36): ASVS 5.0 A1.3.12."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from matching import duplicates
from matching.quantities import quantities
from matching.targets import targets_in
from matchmaker.accounts.fields import ADDRESS, PHONE
from matchmaker.incentives.policy_forms import PercentField
from matchmaker.postings.fields import AmountField, DayField, KeywordsField
from matchmaker.postings.filters import clean
from matchmaker.review.changes import compare
from matchmaker.spreadsheets.cells import CellError, parse_date, parse_money, split_terms, squeeze
from matchmaker.spreadsheets.headers import normalise
from matchmaker.web.addresses import own_path
from matchmaker.web.inputs import YuanField

LONG = 50_000
QUICK, PROSE = 0.1, 1.0
"""Seconds of work that a field may take, and that reading a whole text may take."""

PIECES = (
    *("a", "A1", "1", "1,", "1.", "1 ", "-1", "1e", "10^", "1~", "0", "１", "％", "%", "≥", "±1"),
    *(
        "a@",
        "@",
        "a.",
        "(",
        "（",
        "[",
        "<",
        " ",
        "\t",
        "\n",
        "\r\n",
        "。",
        "，",
        "、",
        "/",
        "//",
        "\\",
    ),
    *("中", "中1", "万", "元", "1万元 ", "年1月", "dB(A", "m/", "m·", "每", "不低于", "的", "强度"),
)

Read = Callable[[str], Any]


def _field(kind: type[Any]) -> Read:
    from wtforms import Form

    form = type("OneField", (Form,), {"field": kind("field")})
    return lambda text: form(MultiDict({"field": text})).validate()


FIELDS: dict[str, Read] = {
    "address": lambda text: re.match(ADDRESS, text),
    "amount": _field(AmountField),
    "amount in yuan": _field(YuanField),
    "clean": clean,
    "date": lambda text: parse_date(text, "日期"),
    "day": _field(DayField),
    "header": normalise,
    "keywords": _field(KeywordsField),
    "money": lambda text: parse_money(text, "金额（万元）"),
    "own path": lambda text: own_path(f"/{text}", "/"),
    "percentage": _field(PercentField),
    "phone": lambda text: re.match(PHONE, text),
    "squeeze": squeeze,
    "terms": split_terms,
}
TEXTS: dict[str, Read] = {
    "things": lambda text: duplicates._THING.findall(text),
    "changes": lambda text: compare(text, text[::-1]),
    "quantities": quantities,
    "targets": targets_in,
}


def _seconds(read: Read, text: str) -> float:
    begun = time.process_time()
    with suppress(CellError):
        read(text)
    return time.process_time() - begun


def _slow(read: Read, bound: float) -> list[str]:
    """Return the pieces whose repetition takes longer than a bound, three times in a row."""
    return [
        piece
        for piece in PIECES
        for text in ((piece * LONG)[:LONG] + "!", "1" + (piece * LONG)[:LONG] + "1")
        if all(_seconds(read, text) > bound for _try in range(3))
    ]


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_read_at_once(name: str) -> None:
    assert not _slow(FIELDS[name], QUICK)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_in_a_second(name: str) -> None:
    assert not _slow(TEXTS[name], PROSE)
