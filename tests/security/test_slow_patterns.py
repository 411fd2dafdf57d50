"""No text makes a pattern run away (row 36): ASVS 5.0 A1.3.12."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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
from tests.growth import LINEAR, growth, seconds

LONG = 50_000
QUICK = 0.25
"""Seconds; what takes less at this length is not looked at more closely."""

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


def _slow(read: Read) -> list[tuple[str, str, str]]:
    """Return the pieces, with what stands around them, whose repetition makes the work explode."""

    def reading(before: str, piece: str, after: str, length: int) -> None:
        with suppress(CellError):
            read(before + (piece * length)[:length] + after)

    return [
        (before, piece, after)
        for piece in PIECES
        for before, after in (("", "!"), ("1", "1"))
        if seconds(partial(reading, before, piece, after, LONG)) > QUICK
        and growth(partial(reading, before, piece, after), LONG) > LINEAR
    ]


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_read_at_once(name: str) -> None:
    assert not _slow(FIELDS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_the_work_of_reading_a_text_grows_with_its_length(name: str) -> None:
    assert not _slow(TEXTS[name])
