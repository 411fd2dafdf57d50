"""Numbers with comparator, range and unit: read from real spellings, and from any text at all."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.quantities import fold, quantities, stated
from matching.units import unit_at
from tests.growth import LINEAR, growth

INF = math.inf


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("≥600 MPa", 6e8, INF),
        ("不低于600MPa", 6e8, INF),
        ("600兆帕以上", 6e8, INF),
        ("至少0.6 GPa", 6e8, INF),
        ("大于等于6000 bar", 6e8, INF),
        ("≤5%", -INF, 0.05),
        ("不超过５％", -INF, 0.05),
        ("５‰以内", -INF, 0.005),
        ("小于50ppm", -INF, 5e-5),
        ("达到95%", 0.95, 0.95),
        ("约1,200 μg/L", 0.0012, 0.0012),
        ("8毫克每升", 0.008, 0.008),
        ("0.1～0.3 mm", 1e-4, 3e-4),
        ("100 A至10 kA", 100, 10000),
        ("2.8-3.1万元", 28000, 31000),
        ("45±2 s", 43, 47),
        ("1.2×10⁻³ S/cm", 0.12, 0.12),
        ("5×10^13Ω·cm", 5e11, 5e11),
        ("1E6 CFU/g", 1e9, 1e9),
        ("1e-5 m", 1e-5, 1e-5),
        ("10⁻⁶ g", 1e-9, 1e-9),
        ("3.5万吨", 3.5e7, 3.5e7),
        ("8000万只", 8e7, 8e7),
        ("0.18 kW·h/kg", 648000, 648000),
        ("180Wh/kg", 648000, 648000),
        ("180 wh/kg", 648000, 648000),
        ("12 W/(m·K)", 12, 12),
        ("12W/m·K", 12, 12),
        ("12W/mK", 12, 12),
        ("1800m2/g", 1.8e6, 1.8e6),
        ("24000rpm", 400, 400),
        ("24000转/分", 400, 400),
        ("10⁻⁶g/(m²·24h)", 1.15740740741e-14, 1.15740740741e-14),
        ("HRC55-65", 55, 65),
        ("≥HRC50", 50, INF),
        ("60HRC以上", 60, INF),
        ("dB(A)：≤58", -INF, 58),
        ("(Wh/kg)：≥180", 648000, INF),
        ("−35 ℃", 238.15, 238.15),
        ("1173 K", 1173, 1173),
        ("-40～85℃", 233.15, 358.15),
        ("0.45元/平方米", 0.45, 0.45),
        ("120立方米每小時", 0.0333333333333, 0.0333333333333),
    ],
)
def test_a_quantity_is_read_whole_and_in_base_units(text: str, low: float, high: float) -> None:
    (only,) = quantities(text)
    bounds = only.bounds()
    assert bounds == pytest.approx((low, high))
    assert text[only.start : only.end] in text
    assert only.end == len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.35 MPa", "350 kPa"),
        ("1.2 mg/L", "1200 μg/L"),
        ("180 Wh/kg", "0.18 kW·h/kg"),
        ("0.3 GPa", "300 N/mm²"),
        ("1.5 mL", "1.5 cm³"),
        ("60 s", "1 min"),
        ("100 ℃", "373.15 K"),
        ("50 ppm", "0.005%"),
        ("2 t/h", "48吨/天"),
        ("1.2万h", "12000小时"),
    ],
)
def test_one_size_in_two_units_is_the_same_to_the_last_digit(one: str, other: str) -> None:
    (first,), (second,) = quantities(one), quantities(other)
    assert first.unit.dimension == second.unit.dimension
    assert first.bounds() == second.bounds()


def test_degrees_of_a_difference_are_kelvins() -> None:
    (celsius,), (kelvin,) = quantities("3 ℃"), quantities("3 K")
    assert celsius.bounds(difference=True) == kelvin.bounds(difference=True)
    assert celsius.bounds() != kelvin.bounds()


def test_case_tells_milli_from_mega() -> None:
    (milli,), (mega,) = quantities("5 mPa·s"), quantities("5 MPa·s")
    assert mega.bounds()[0] == pytest.approx(milli.bounds()[0] * 1e9)


@pytest.mark.parametrize("text", ["42CrMo", "2/1", "3MnS", "无数字", "1/24倍频程", ""])
def test_what_is_no_quantity_is_left_alone(text: str) -> None:
    assert quantities(text) == []


def test_a_strict_bound_says_so() -> None:
    assert [q.strict for q in quantities("大于95%，≥95%")] == [True, False]


@pytest.mark.parametrize(
    ("wanted", "unit", "bounds"),
    [
        ("≥ 180", "Wh/kg", (648000, INF)),
        ("0.1～0.3", "mm", (1e-4, 3e-4)),
        ("≤5%", "", (-INF, 0.05)),
        ("≤5%", "%", (-INF, 0.05)),
        ("≤±2", "N", (-INF, 2)),
        ("≥1", "亿只", (1e8, INF)),
        ("200±50", "ppm", (1.5e-4, 2.5e-4)),
        ("≤6.8", "元/t干泥", (-INF, 0.0068)),
    ],
)
def test_the_two_fields_of_a_form_make_one_quantity(
    wanted: str, unit: str, bounds: tuple[float, float]
) -> None:
    quantity = stated(wanted, unit)
    assert quantity
    assert quantity.bounds() == pytest.approx(bounds)


@pytest.mark.parametrize(
    ("wanted", "unit"),
    [("低于限值", ""), ("V-0", "级"), ("不得检出", ""), ("≤3", "μgC/g"), ("", "MPa")],
)
def test_a_field_that_states_no_size_is_none(wanted: str, unit: str) -> None:
    assert stated(wanted, unit) is None


def test_an_unknown_unit_stays_unread() -> None:
    assert unit_at("furlong", 0) == (None, 0)


@given(st.text(max_size=80))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert len(fold(text).lower()) == len(text)


SPELLINGS = "1 23 . , ± ~ - ≥ 不低于 MPa W/(m·K) % ℃ 万 元 /( ) · ⁻⁶ ×10 E5 HRC ： 以上 至 强度"
PIECES = st.sampled_from(SPELLINGS.split())


@given(st.lists(PIECES, max_size=30).map("".join))
def test_quantities_stand_in_order_and_apart(text: str) -> None:
    found = quantities(text)
    assert all(0 <= q.start < q.end <= len(text) for q in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(q.low <= q.high for q in found)


@given(st.floats(1e-6, 1e6), st.sampled_from(["k", "M", "m", "μ", ""]))
def test_a_number_written_with_any_prefix_comes_back(value: float, prefix: str) -> None:
    scale = {"k": 1e3, "M": 1e6, "m": 1e-3, "μ": 1e-6, "": 1.0}[prefix]
    (only,) = quantities(f"{value:.6f} {prefix}W")
    assert only.bounds()[0] == pytest.approx(float(f"{value:.6f}") * scale)


SPEC = "抗拉强度达到650 MPa，延伸率12%，热导率0.020 W/(m·K)；循环2000次，工作温度−40～85 ℃。"


@pytest.mark.parametrize("piece", [SPEC, "1", "≥", "1W/", "(1", "1~"])
def test_the_work_grows_with_the_length_however_dense_the_text(piece: str) -> None:
    assert growth(lambda length: quantities((piece * length)[:length]), 50_000) < LINEAR
