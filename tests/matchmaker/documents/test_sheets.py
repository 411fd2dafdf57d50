"""Workbooks filled by templates that an office edits."""

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from matchmaker.documents.contexts import Context
from matchmaker.documents.filling import TemplateError, names_of
from matchmaker.documents.sheets import fill
from matchmaker.documents.templates import examples
from matchmaker.i18n import _
from models import DocumentKind

NAMES = {"标题": (), "合计": (), "项目": ("名称", "金额")}
BEYOND = (
    "The sheet “%(sheet)s” reaches to cell %(cell)s. Delete the empty rows and columns beyond the"
    " form."
)
SEVERAL = "Only one row of a sheet can repeat, of one table; these name columns: %(rows)s."
SPANNED = "The merged cells %(area)s reach over the row that repeats. Split them."
CALCULATES = (
    "Cell %(cell)s calculates. What is stamped is filled in, not calculated: write a placeholder."
)
NEAR = "A placeholder cannot be read, or is not closed, near “%(text)s”."
UNKNOWN = "These placeholders are not known: %(names)s."
EMPTY = "No placeholder stands in it, so nothing would be filled in. Edit the current one."


def _template(change: Callable[[Worksheet], object] = lambda sheet: None) -> bytes:
    """Return a form: title, header, the row that repeats, the total and a merged foot."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (
        ["{{ 标题 }}（盖章）"],
        ["名称", "金额"],
        ["{{项目.名称}}", "{{ 项目.金额 }}"],
        ["共", "{{ 合计 }}"],
        ["填表人："],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A5:B5")
    sheet["B3"].number_format = "#,##0.00"
    sheet["A3"].font = Font(name="宋体", bold=True)
    sheet["B5"].border = Border(right=Side(style="thick"))
    sheet.row_dimensions[3].height = 30
    sheet.row_dimensions[5].height = 44
    sheet.print_area = ["A1:B5", "D5:E6", "D1:E2"]
    change(sheet)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _filled(rows: list[dict[str, Any]], template: bytes = b"") -> Worksheet:
    context: Context = {"标题": "汇总表", "合计": Decimal("3.30"), "项目": rows}
    book = load_workbook(io.BytesIO(fill(template or _template(), context, NAMES)))
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def _values(sheet: Worksheet) -> list[list[object]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _printed(sheet: Worksheet) -> list[str]:
    """Return the areas that are printed, in whatever order the file has them."""
    areas = sheet.print_area.replace("$", "").split(",")
    return sorted(area.rpartition("!")[2] for area in areas)


def test_a_row_repeats_with_all_it_looks_like_and_what_is_below_moves_down() -> None:
    sheet = _filled([{"名称": f"第{n}项", "金额": Decimal("1.10")} for n in range(3)])
    assert _values(sheet) == [
        ["汇总表（盖章）", None],
        ["名称", "金额"],
        ["第0项", 1.1],
        ["第1项", 1.1],
        ["第2项", 1.1],
        ["共", 3.3],
        ["填表人：", None],
    ]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:B1", "A7:B7"}
    assert [sheet[f"B{row}"].number_format for row in (3, 4, 5)] == ["#,##0.00"] * 3
    assert [sheet[f"A{row}"].font.bold for row in (3, 4, 5, 6)] == [True] * 3 + [False]
    assert [sheet.row_dimensions[row].height for row in range(3, 8)] == [30, 30, 30, None, 44]
    assert sheet["B7"].border.right.style == "thick"
    assert _printed(sheet) == ["A1:B7", "D1:E2", "D7:E8"]


@pytest.mark.parametrize("count", [0, 1])
def test_none_and_one_leave_the_form_as_it_is(count: int) -> None:
    sheet = _filled([{"名称": "甲", "金额": 5}] * count)
    assert _values(sheet)[2:] == [
        ["甲", 5] if count else [None, None],
        ["共", 3.3],
        ["填表人：", None],
    ]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:B1", "A5:B5"}
    assert _printed(sheet) == ["A1:B5", "D1:E2", "D5:E6"]


def test_cells_merged_within_the_row_are_merged_in_each() -> None:
    sheet = _filled(
        [{"名称": "甲", "金额": 5}, {"名称": "乙", "金额": 6}],
        _template(lambda sheet: sheet.merge_cells("B3:C3")),
    )
    assert {"B3:C3", "B4:C4"} < {str(area) for area in sheet.merged_cells.ranges}
    assert [sheet["B3"].value, sheet["B4"].value] == [5, 6]


def test_what_a_record_says_stays_a_text() -> None:
    hostile = ["=1+1", "{{ 标题 }}", "{{ 7*7 }}", "第一行\n第二行", "x\x0b", "12"]
    sheet = _filled([{"名称": text, "金额": text} for text in hostile])
    read = [(cell.value, cell.data_type) for cell in sheet["A"][2:8]]
    assert read == [(text.replace("\x0b", ""), "s") for text in hostile]
    assert [cell.data_type for cell in sheet["B"][2:8]] == ["s"] * 6


def test_a_template_that_cannot_be_filled_is_refused_in_words() -> None:
    def cell(place: str, value: str) -> bytes:
        return _template(lambda sheet: sheet.__setitem__(place, value))

    def emptied(sheet: Worksheet) -> None:
        sheet.delete_rows(1, 4)

    refused = {
        cell("A2", "{{ 电话 }}{{ 项目.电话 }}"): _(UNKNOWN, names="电话、项目.电话"),
        cell("A2", "{{ 标题.__class__ }}"): _(UNKNOWN, names="标题.__class__"),
        cell("A2", "{{ 项目 }}"): _(UNKNOWN, names="项目"),
        cell("A2", "{{ 标题"): _(NEAR, text="{{ 标题"),
        cell("A2", "{% for x in y %}"): _(NEAR, text="{% for x in y %}"),
        cell("A2", "｛｛ 标题 ｝｝"): _("Write the braces of placeholders half-width: {{ and }}."),
        cell("A2", "=SUM(B3:B3)"): _(CALCULATES, cell="A2"),
        cell("A2", "{{ 项目.名称 }}"): _(SEVERAL, rows="2、3"),
        cell("A501", "x"): _(BEYOND, sheet="Sheet", cell="B501"),
        cell("XFD2", "x"): _(BEYOND, sheet="Sheet", cell="XFD5"),
        _template(lambda sheet: sheet.merge_cells("C2:C3")): _(SPANNED, area="C2:C3"),
        _template(emptied): _(EMPTY),
        b"no workbook": _("The file is damaged. Save it anew."),
    }
    for template, words in refused.items():
        with pytest.raises(TemplateError) as error:
            fill(template, {"标题": "", "合计": 0, "项目": []}, NAMES)
        assert str(error.value) == words


def test_the_platforms_own_template_shows_every_placeholder_and_prints_on_one_page_width() -> None:
    kind = DocumentKind.KEY_PROJECT_SUMMARY
    example = examples()[kind]
    own = Path("seed/documents", f"{kind}.xlsx").read_bytes()
    sheet = load_workbook(io.BytesIO(fill(own, example, names_of(example)))).active
    assert isinstance(sheet, Worksheet)
    values = {value for row in _values(sheet) for value in row if value is not None}
    said = "\n".join(map(str, values))
    for name, value in example.items():
        rows = value if isinstance(value, list) else [{name: value}]
        cells = [cell for row in rows for cell in row.values()]
        assert all(cell in values or str(cell) in said for cell in cells), name
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.print_area.endswith("$A$1:$J$7")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
