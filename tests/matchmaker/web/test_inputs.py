"""Amounts as they are typed, in a form's own unit or with another behind them."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from matchmaker.postings.fields import AmountField
from matchmaker.web.inputs import YuanField


class _Amounts(Form):  # type: ignore[misc]
    yuan = YuanField("yuan")
    wan = AmountField("wan")


@pytest.mark.parametrize(
    ("typed", "yuan", "wan"),
    [
        ("60", 6_000, 60_000_000),
        ("６０", 6_000, 60_000_000),
        ("1,234.56", 123_456, 1_234_560_000),
        ("60元", 6_000, 6_000),
        ("60万", 60_000_000, 60_000_000),
        ("60 万元", 60_000_000, 60_000_000),
        ("0.5亿", 5_000_000_000, 5_000_000_000),
        ("1.2 亿元", 12_000_000_000, 12_000_000_000),
    ],
)
def test_an_amount_is_read_in_the_unit_behind_it_and_else_in_the_forms(
    typed: str, yuan: int, wan: int
) -> None:
    form = _Amounts(MultiDict({"yuan": typed, "wan": typed}))
    assert form.validate()
    assert (form.yuan.data, form.wan.data) == (yuan, wan)


@pytest.mark.parametrize("typed", ["六十", "60吨", "-1", "nan", "万元", "0.001元"])
def test_what_is_no_amount_is_refused_and_stays_as_typed(typed: str) -> None:
    form = _Amounts(MultiDict({"yuan": typed, "wan": typed}))
    assert not form.validate()
    assert set(form.errors) == {"yuan", "wan"}
    assert form.yuan._value() == typed
