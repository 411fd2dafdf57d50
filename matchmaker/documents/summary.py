"""The summary of key projects that a bureau stamps and sends on: one sheet, ready to be printed."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from matchmaker.clock import today
from matchmaker.labels import label
from matchmaker.spreadsheets.cells import printable
from matchmaker.spreadsheets.writing import fitting
from matchmaker.web.display import FEN_PER_YUAN, day, region_path
from models import Contract, KeyDesignation

A4 = 9
COLUMNS = (
    ("序号", 6),
    ("项目编号", 16),
    ("项目名称", 30),
    ("参与单位", 34),
    ("所在地区", 18),
    ("年度", 7),
    ("状态", 10),
    ("合同编号", 18),
    ("合同金额（元）", 17),
    ("佐证材料", 30),
)
AMOUNT = [name for name, _width in COLUMNS].index("合同金额（元）")
FIRST_ROW = 3
"""Rows from 0: the title, the line of who hands it in, the header, then the projects."""


def summary(
    title: str,
    region: str,
    designations: Sequence[KeyDesignation],
    contracts: Mapping[int, Sequence[Contract]],
) -> bytes:
    """Return the .xlsx file; `contracts` are those in force by project.

    Texts stay texts, whatever they begin with. The sum is a number: it is stamped, not calculated.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet, formats = book.add_worksheet("汇总表"), _formats(book)
        _lay_out(sheet, len(designations))
        last = len(COLUMNS) - 1
        sheet.merge_range(0, 0, 0, last, title, formats["title"])
        filed = (
            f"填报单位（盖章）：　　　　　　　　　行政区划：{region}　　填报日期：{day(today())}"
        )
        sheet.merge_range(1, 0, 1, last, filed, formats["line"])
        for place, (name, _width) in enumerate(COLUMNS):
            sheet.write_string(FIRST_ROW - 1, place, name, formats["header"])
        total = 0
        for number, each in enumerate(designations):
            signed = contracts[each.project_id]
            amount = sum(one.amount for one in signed)
            total += amount
            _write_row(sheet, FIRST_ROW + number, _cells(number + 1, each, signed), formats)
            sheet.write_number(FIRST_ROW + number, AMOUNT, amount / FEN_PER_YUAN, formats["money"])
        foot = FIRST_ROW + len(designations)
        _write_row(sheet, foot, ["", "合计", f"{len(designations)} 项", *[""] * 7], formats)
        sheet.write_number(foot, AMOUNT, total / FEN_PER_YUAN, formats["money"])
        signing = "填表人：　　　　　　　审核人：　　　　　　　单位负责人：　　　　　　　联系电话："
        sheet.merge_range(foot + 1, 0, foot + 1, last, signing, formats["line"])
    return content.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    cell = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 10}
    properties: dict[str, dict[str, object]] = {
        "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"},
        "line": {"font_size": 11, "valign": "vcenter"},
        "header": {**cell, "bold": True, "align": "center"},
        "text": cell,
        "whole": {**cell, "align": "center"},
        "money": {**cell, "align": "right", "num_format": "#,##0.00"},
    }
    return {name: book.add_format({"font_name": "宋体", **own}) for name, own in properties.items()}


def _lay_out(sheet: Any, count: int) -> None:
    """Set the page: A4, lying, the header on every page."""
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST_ROW - 1)
    sheet.print_area(0, 0, FIRST_ROW + count + 1, len(COLUMNS) - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_row(0, 36)
    sheet.set_row(1, 24)
    for place, (_name, width) in enumerate(COLUMNS):
        sheet.set_column(place, place, width)


def _cells(number: int, each: KeyDesignation, signed: Sequence[Contract]) -> list[str | int]:
    project = each.project
    return [
        number,
        project.code,
        project.title,
        "、".join(dict.fromkeys(party.organization.name for party in project.parties)),
        region_path(project.region),
        each.year,
        label(each.status),
        "、".join(one.number for one in signed),
        "",
        each.evidence,
    ]


def _write_row(sheet: Any, row: int, cells: Sequence[str | int], formats: dict[str, Any]) -> None:
    for place, value in enumerate(cells):
        if isinstance(value, int):
            sheet.write_number(row, place, value, formats["whole"])
        else:
            sheet.write_string(row, place, fitting(printable(value)), formats["text"])
