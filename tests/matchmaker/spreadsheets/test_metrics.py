"""Target metrics in a cell: in parts, as people write them, and what cannot be taken."""

from pathlib import Path

import pytest

from matchmaker.needs.forms import MetricForm
from matchmaker.postings.forms import MOST_ROWS
from matchmaker.spreadsheets import NEED_RECORDS, RowsError, read_table
from matchmaker.spreadsheets.cells import CellError
from matchmaker.spreadsheets.entries import MOST_ENTRIES
from matchmaker.spreadsheets.metrics import LONGEST, metrics_in, parse_metrics
from tests.matchmaker.spreadsheets import made_files


def read(cell: str) -> list[tuple[str, str]]:
    """Return the names and targets of a cell."""
    return [(each["name"], each["target"]) for each in metrics_in(parse_metrics(cell, ""))]


@pytest.mark.parametrize(
    ("written", "name", "target"),
    [
        ("抗拉强度≥600MPa", "抗拉强度", "≥600MPa"),
        ("抗拉强度 ≥ 600 MPa", "抗拉强度", "≥ 600 MPa"),
        ("（1）延伸率应不低于10%", "延伸率", "不低于10%"),
        ("1. 成本不超过50元/m²", "成本", "不超过50元/m²"),
        ("②厚度<=0.5mm", "厚度", "<=0.5mm"),
        ("粒径：0.1～0.3μm", "粒径", "0.1～0.3μm"),
        ("寿命达到1000次", "寿命", "1000次"),
        ("电压=3.2V", "电压", "3.2V"),
        ("误差：±0.02mm", "误差", "±0.02mm"),
        ("5G时延小于等于10ms", "5G时延", "小于等于10ms"),
        ("1.5C充电温升＜10℃", "1.5C充电温升", "＜10℃"),
    ],
)
def test_a_metric_as_people_write_it(written: str, name: str, target: str) -> None:
    assert read(written) == [(name, target)]


def test_a_metric_in_parts() -> None:
    (whole,) = metrics_in(parse_metrics("抗拉强度｜520|≥600| MPa |GB/T 228", ""))
    assert list(whole.values()) == ["抗拉强度", "520", "≥600", "MPa", "GB/T 228"]
    (short,) = metrics_in(parse_metrics("外观||无裂纹", ""))
    assert list(short.values()) == ["外观", "", "无裂纹", "", ""]


def test_a_cell_holds_a_metric_on_each_line_or_between_semicolons() -> None:
    cell = "抗拉强度≥600MPa；延伸率≥10%\n\n外观||无裂纹;"
    assert [name for name, _target in read(cell)] == ["抗拉强度", "延伸率", "外观"]


@pytest.mark.parametrize(
    "cell",
    [
        "提高强度",
        "抗拉强度：",
        "≥600MPa",
        "抗拉强度|≥600",
        "|520|≥600",
        "甲|乙|丙|丁|戊|己",
        "强" * 81 + "≥6",
        "强度≥" + "6" * 80,
        "强度||≥6|" + "m" * 31,
        "\n".join(["强度≥6"] * (MOST_ENTRIES + 1)),
    ],
)
def test_what_is_no_metric_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        parse_metrics(cell, "")


def test_the_form_takes_as_many_metrics_of_the_same_length() -> None:
    form = MetricForm()
    assert MOST_ENTRIES == MOST_ROWS
    limits = {name: form[name].render_kw["maxlength"] for name in LONGEST}
    assert limits == {name: str(most) for name, most in LONGEST.items()}


def test_a_wrong_metric_is_told_with_its_row_and_its_column(tmp_path: Path) -> None:
    rows = [["需求名称", "目标指标"], ["电池", "容量≥5Ah"], ["隔膜", "提高耐热性"]]
    with pytest.raises(RowsError) as refused:
        read_table(made_files.xlsx(tmp_path / "t.xlsx", rows), NEED_RECORDS)
    (error,) = refused.value.errors
    assert (error.row, error.column) == (3, "目标指标")
    assert "抗拉强度≥600MPa" in error.cure
