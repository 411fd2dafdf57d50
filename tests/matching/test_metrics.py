"""Targets against texts: a table of cases, and what must hold for any text."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Document
from matching.conditions import Verdict
from matching.metrics import compare
from matching.quantities import fold
from matching.targets import target, targets_in

CASES = Path(__file__).with_name("metric_cases.tsv")
"""Written by hand, in three parts. First scores, before anything was mended for the part: of 74
"held out" 69 right, "met" wrongly once in 38; of 50 "fresh", written after that, 47 right and
"met" never wrong (31). The parts guard against setbacks now; they measure no more."""


def _cases(part: str) -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["part"] == part]


def _verdict(row: dict[str, str]) -> Verdict:
    wanted = target(row["name"], row["target"], row["unit"])
    assert wanted.quantity or row["unit"] == "级", row
    (outcome,) = compare([wanted], Document("r", "", row["text"]))
    return outcome.verdict


@pytest.mark.parametrize("part", ["tuned", "held out", "fresh"])
def test_nothing_is_called_met_or_unmet_wrongly_and_little_is_missed(part: str) -> None:
    rows = _cases(part)
    pairs = [(_verdict(row), row) for row in rows]
    wrong = [row for said, row in pairs if said is not Verdict.UNKNOWN and said != row["verdict"]]
    assert not wrong
    right = Counter(row["verdict"] for said, row in pairs if said == row["verdict"])
    asked = Counter(row["verdict"] for row in rows)
    assert right["met"] >= 0.9 * asked["met"]
    assert right["unmet"] >= 0.9 * asked["unmet"]


def test_the_place_reaches_from_the_name_to_the_end_of_the_value() -> None:
    result = Document(
        "r", "高强铝合金", "板材的抗拉强度经检测达到６５０ ＭＰａ以上，可焊。", ("铝",)
    )
    (outcome,) = compare([target("抗拉强度", "≥600", "MPa")], result)
    assert outcome.span
    field, start, end = outcome.span
    assert result.text(field)[start:end] == "抗拉强度经检测达到６５０ ＭＰａ以上"


def test_title_and_keywords_are_read_too() -> None:
    wanted = [target("抗拉强度", "≥600", "MPa")]
    for result in (
        Document("r", "抗拉强度650MPa的合金"),
        Document("r", "合金", keywords=("抗拉强度650MPa", "合金")),
    ):
        assert compare(wanted, result)[0].verdict is Verdict.MET


def test_two_statements_that_differ_prove_nothing() -> None:
    text = "薄板抗拉强度650 MPa；厚板抗拉强度550 MPa。"
    (outcome,) = compare([target("抗拉强度", "≥600", "MPa")], Document("r", "", text))
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.span


def test_a_target_without_a_size_is_never_met() -> None:
    (outcome,) = compare([target("阻燃等级", "V-0")], Document("r", "", "阻燃等级达到V-0"))
    assert outcome.verdict is Verdict.UNKNOWN


def test_traditional_and_full_width_texts_are_read_alike() -> None:
    wanted = [target("抗拉强度", "≥600", "MPa"), target("循环寿命", "≥2000", "次")]
    text = "抗拉強度達到６５０ＭＰａ，循環壽命３０００次。"
    assert [o.verdict for o in compare(wanted, Document("r", "", text))] == [Verdict.MET] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "要求抗拉强度≥600MPa，延伸率不低于10%。",
            [("抗拉强度", "≥600MPa"), ("延伸率", "不低于10%")],
        ),
        ("要求铜合金带材抗拉强度≥720MPa", [("抗拉强度", "≥720MPa")]),
        ("希望产品的热收缩率控制在1%以内", [("热收缩率", "1%以内")]),
        ("运行噪声dB(A)：≤80", [("噪声", "dB(A)：≤80")]),
        (
            "指标：克容量400-600mAh/g，比表面积＜1.8 m2/g",
            [("克容量", "400-600mAh/g"), ("比表面积", "＜1.8 m2/g")],
        ),
        ("目前良率低于80%，废品多。", []),
        ("隔膜在150℃下收缩超过5%。", []),
        ("年产20万吨以上的生产线有200余条。", []),
        ("抗拉强度650MPa。", []),
    ],
)
def test_targets_are_read_from_a_need_that_has_no_rows(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(found.name, found.written) for found in targets_in(text)] == expected


def test_extracted_targets_are_compared_like_those_of_a_form() -> None:
    targets = targets_in("需要抗拉强度≥600MPa的板材")
    (outcome,) = compare(targets, Document("r", "", "抗拉强度0.65GPa"))
    assert outcome.verdict is Verdict.MET


PIECES = "抗拉强度 屈服强度 650 300 MPa GPa % ， 。 、 和 分别 达到 由 提高到 提高 现有技术 目标"
WORDS = st.sampled_from(PIECES.split())


@given(
    st.lists(WORDS, max_size=25).map("".join), st.sampled_from(["≥600", "≤400", "300～500", "±3"])
)
def test_any_text_goes_through_and_every_place_names_the_metric(text: str, wanted: str) -> None:
    (outcome,) = compare([target("抗拉强度", wanted, "MPa")], Document("r", "", text))
    if outcome.verdict is not Verdict.UNKNOWN:
        assert outcome.span
        _field, start, end = outcome.span
        assert "抗拉" in fold(text)[start:end]
        assert any(character.isdigit() for character in text[start:end])


@given(st.floats(1, 2000).map(lambda value: round(value, 1)))
def test_a_plain_statement_is_judged_as_arithmetic_judges_it(value: float) -> None:
    (outcome,) = compare(
        [target("抗拉强度", "≥600", "MPa")], Document("r", "", f"抗拉强度为{value}MPa。")
    )
    assert (outcome.verdict is Verdict.MET) == (value >= 600)


@given(st.text(max_size=60))
def test_any_characters_at_all_go_through(text: str) -> None:
    compare([target(text, text, text), target("抗拉强度", "≥6", "MPa")], Document("r", text, text))
    targets_in(text)
