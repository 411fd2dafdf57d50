"""Rows that cannot be taken: each is told with its number, its column and the cure."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from matchmaker.i18n import _
from matchmaker.spreadsheets import (
    JUDGEMENTS,
    NEED_RECORDS,
    NEEDS,
    RESULT_RECORDS,
    Columns,
    RowError,
    RowsError,
    read_table,
)
from tests.matchmaker.spreadsheets import made_files


def errors(path: Path, columns: Columns = NEEDS) -> tuple[RowError, ...]:
    """Return the errors after checking that the message tells all there is to know of each."""
    with pytest.raises(RowsError) as refused:
        read_table(path, columns)
    message = str(refused.value)
    assert path.name in message
    for error in refused.value.errors:
        assert str(error) in message.splitlines()
        for part in (str(error.row), error.column, error.reason, error.cure):
            assert part in str(error)
    return refused.value.errors


def only_error(path: Path, columns: Columns = NEEDS) -> RowError:
    (error,) = errors(path, columns)
    return error


def test_a_title_of_5_000_characters(tmp_path: Path) -> None:
    rows = [["编号", "需求名称"], ["1", "电池"], ["2", "电" * 5000]]
    assert only_error(made_files.xlsx(tmp_path / "t.xlsx", rows)) == RowError(
        3,
        "需求名称",
        _(
            "the text has %(length)d characters, more than the %(limit)d allowed",
            length=5000,
            limit=200,
        ),
        _("shorten it, or move the detail to another column"),
        "电" * 40 + "…",
    )


def test_a_required_cell_that_is_empty(tmp_path: Path) -> None:
    rows = [["编号", "需求名称"], ["1", " "], ["2"], ["3", "电池"]]
    found = errors(made_files.text(tmp_path / "t.csv", rows))
    assert [(e.row, e.column) for e in found] == [(2, "需求名称"), (3, "需求名称")]
    assert found[0].reason == _("the cell is empty")
    assert found[0].cure == _("fill it in, or delete the row")


def test_a_number_given_twice_names_both_rows(tmp_path: Path) -> None:
    rows = [["需求编号", "title"], ["A-1", "a"], ["A-2", "b"], ["A-1", "c"]]
    assert only_error(made_files.text(tmp_path / "t.csv", rows)) == RowError(
        4,
        "需求编号",
        _("“%(value)s” stands in row %(first)d already", value="A-1", first=2),
        _("give each row its own, or delete one of the two rows"),
        "A-1",
    )


def test_a_pair_judged_twice(tmp_path: Path) -> None:
    rows: made_files.Rows = [
        ["need_id", "result_id", "level"],
        ["a", "x", 1],
        ["a", "y", 1],
        ["a", "x", 4],
    ]
    error = only_error(made_files.text(tmp_path / "t.csv", rows), JUDGEMENTS)
    assert (error.row, error.column) == (4, "need_id、result_id")


def test_errors_and_formulas_without_a_value_in_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["id", "title", "text"], [1, "=1+1", "a"], [2, "b", "#N/A"], [3, "=A1"], ["=A2"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    found = errors(tmp_path / "t.xlsx")
    formula = _("the formula has no value yet")
    assert [(e.row, e.column, e.reason) for e in found] == [
        (2, "title", formula),
        (3, "text", _("the formula gives the error %(error)s", error="#N/A")),
        (4, "title", formula),
        (5, "id", formula),
        (5, "title", _("the cell is empty")),
    ]
    assert found[0].cure == _("open the file in Excel or WPS, save it and try again")
    assert found[1].cure == _("mend the formula, or type the value")


def test_more_cells_than_headers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,title\n1,电池, 防爆\n", encoding="utf-8")
    error = only_error(path)
    assert (error.row, error.column) == (2, "title")
    assert error.cure == _("put texts that contain the delimiter in quotation marks")


@pytest.mark.parametrize(
    ("header", "value", "cure"),
    [
        ("截止日期", "明年六月", _("write it like 2027-06-30")),
        ("截止日期", "2027-02-30", _("write it like 2027-06-30")),
        ("截止日期", "12345", _("write it like 2027-06-30")),
        ("预算上限（万元）", "50-100", _("write one number, like 50 or 50万元")),
        (
            "预算上限",
            "50",
            _("add the unit to the header, like “%(header)s（万元）”", header="预算上限"),
        ),
        (
            "合作方式",
            "合作开发、入股",
            _(
                "use one of these: %(words)s",
                words="委托开发、合作开发、转让、许可、咨询、服务、共建",
            ),
        ),
    ],
)
def test_a_cell_that_its_column_cannot_hold(
    header: str, value: Any, cure: str, tmp_path: Path
) -> None:
    path = made_files.xlsx(tmp_path / "t.xlsx", [["需求名称", header], ["电池", value]])
    error = only_error(path, NEED_RECORDS)
    assert (error.row, error.column, error.cure) == (2, header, cure)


def test_a_readiness_level_out_of_range(tmp_path: Path) -> None:
    path = made_files.xlsx(tmp_path / "t.xlsx", [["成果名称", "TRL"], ["电池", 10]])
    assert "10" in only_error(path, RESULT_RECORDS).reason


def test_a_level_out_of_range(tmp_path: Path) -> None:
    path = made_files.text(tmp_path / "t.csv", [["need_id", "result_id", "level"], ["a", "b", 5]])
    assert only_error(path, JUDGEMENTS).cure == _("use one of these: %(words)s", words="1、2、3、4")


def test_all_errors_are_counted_and_the_first_200_told(tmp_path: Path) -> None:
    rows: made_files.Rows = [["id", "title"], *([i, ""] for i in range(250))]
    with pytest.raises(RowsError) as refused:
        read_table(made_files.text(tmp_path / "t.csv", rows), NEEDS)
    assert (len(refused.value.errors), refused.value.more) == (200, 50)
    lines = str(refused.value).splitlines()
    assert lines[0] == _("%(table)s: %(count)d problems:", table="t.csv", count=250)
    assert lines[-1] == _("… and %(count)d more.", count=50)
