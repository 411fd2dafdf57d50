"""The columns of metrics and conditions in the offline pairing."""

import csv
from contextlib import nullcontext
from pathlib import Path

import pytest

from matchmaker import offline
from matchmaker.i18n import _
from matchmaker.spreadsheets import write_table

NEEDS = [
    ("N1", "高强铝合金", "需要抗拉强度≥600MPa的铝合金板材。", "技术转让", "100", "2099-06-30"),
    ("N2", "电池能量密度", "要求能量密度不低于180 Wh/kg。", "随便", "面议", "尽快"),
]
RESULTS = [
    ("R1", "高强铝合金板", "抗拉强度0.65GPa的高强铝合金板。", "转让", "120", "8"),
    ("R2", "高能量密度电池", "电池能量密度为170 Wh/kg。", "许可", "面议", ""),
]


def _match(folder: Path, needs: str) -> None:
    offline.match(
        folder / needs,
        folder / "results.csv",
        folder / "pairs.csv",
        top=5,
        feedback=None,
        overrides={},
        progress_bar=lambda _label: nullcontext(lambda _done, _all: None),
    )


def _pairs(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    header = ("需求编号", "需求名称", "需求描述", "合作方式", "预算上限（万元）", "截止日期")
    write_table(folder / "needs.xlsx", header, NEEDS)
    header = ("成果编号", "成果名称", "成果简介", "合作方式", "意向价格（万元）", "技术就绪度")
    write_table(folder / "results.csv", header, RESULTS)
    _match(folder, "needs.xlsx")
    with (folder / "pairs.csv").open(encoding="utf-8-sig") as file:
        return {(row["need_id"], row["result_id"]): row for row in csv.DictReader(file)}


def test_each_pair_says_which_metrics_are_met_and_which_conditions(tmp_path: Path) -> None:
    pairs = _pairs(tmp_path)
    fit = pairs["N1", "R1"]
    assert fit["metrics"] == f"抗拉强度 ≥600MPa {_('met')}"
    assert fit["conditions"].split("；")[:2] == [
        f"{_('Cooperation mode')} {_('Transfer')}",
        f"{_('Budget')} {_('below the price')}",
    ]
    assert pairs["N2", "R2"]["metrics"] == f"能量密度 不低于180 Wh/kg {_('not met')}"


def test_a_cell_that_says_nothing_usable_leaves_its_condition_out(tmp_path: Path) -> None:
    assert _pairs(tmp_path)["N2", "R2"]["conditions"] == ""


def test_columns_that_cannot_be_read_are_left_out_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(tmp_path / "needs.csv", ("需求名称", "预算上限", "预算上限"), [("a", "1", "2")])
    write_table(tmp_path / "results.csv", ("成果名称",), [("a",)])
    _match(tmp_path, "needs.csv")
    assert "预算上限" in capsys.readouterr().err
    assert (tmp_path / "pairs.csv").exists()


def test_the_column_of_metrics_goes_before_those_in_the_text(tmp_path: Path) -> None:
    needs = [
        ("N1", "高强板材", "要求延伸率≥10%", "抗拉强度||≥0.6|GPa"),
        ("N2", "面板", "", "提高强度"),
    ]
    write_table(tmp_path / "needs.csv", ("需求编号", "需求名称", "需求描述", "目标指标"), needs)
    results = [("R1", "高强板材", "抗拉强度650MPa，延伸率12%")]
    write_table(tmp_path / "results.csv", ("成果编号", "成果名称", "成果简介"), results)
    _match(tmp_path, "needs.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8-sig") as file:
        told = {row["need_id"]: row["metrics"] for row in csv.DictReader(file)}
    assert told["N1"] == f"抗拉强度 ≥0.6 GPa {_('met')}"
    assert told.get("N2", "") == ""
