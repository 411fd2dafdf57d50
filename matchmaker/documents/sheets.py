"""Fills an .xlsx template from a context, and says in words what is wrong with a template.

A cell may name texts and numbers; one row of a sheet may name the columns of one table, and is then
repeated. Nothing in a template can calculate, so a figure that is stamped is the record's own.
"""

import io
import re
from collections.abc import Iterable, Iterator
from copy import copy
from decimal import Decimal
from itertools import chain

import structlog
from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from matchmaker.documents.contexts import Context, Value
from matchmaker.documents.filling import Names, TemplateError
from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import clean, shortened
from matchmaker.spreadsheets.writing import fitting

STYLES = ("font", "border", "fill", "alignment", "number_format", "protection")
MOST_ROWS, MOST_COLUMNS = 500, 100
"""What a template may span: a form has fewer, and every cell of it is held in memory."""

log = structlog.get_logger()

_NAME = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")


def fill(template: bytes, context: Context, names: Names) -> bytes:
    """Return the workbook that a template makes of a context.

    A cell that is one placeholder alone holds its number as a number; texts stay texts, whatever
    they begin with. Pictures and charts of the template are not kept.

    Raises:
        TemplateError: the template names something unknown, or cannot be filled.
    """
    try:
        book = load_workbook(io.BytesIO(template), keep_links=False)
    except Exception as error:  # the library raises whatever the first damaged part leads to
        log.info("a template could not be opened", error=repr(error))
        raise TemplateError(_("The file is damaged. Save it anew.")) from error
    used = [name for sheet in book.worksheets for name in _checked(sheet, names)]
    if not used:
        raise TemplateError(
            _("No placeholder stands in it, so nothing would be filled in. Edit the current one.")
        )
    for sheet in book.worksheets:
        _fill_sheet(sheet, context, names)
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()


def _checked(sheet: Worksheet, names: Names) -> list[str]:
    """Return the placeholders of a sheet, all of them known."""
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        raise TemplateError(
            _(
                "The sheet “%(sheet)s” reaches to cell %(cell)s. Delete the empty rows and columns"
                " beyond the form.",
                sheet=sheet.title,
                cell=sheet.cell(sheet.max_row, sheet.max_column).coordinate,
            )
        )
    used = []
    for cell in chain(*sheet.iter_rows()):
        if cell.data_type == "f":
            raise TemplateError(
                _(
                    "Cell %(cell)s calculates. What is stamped is filled in, not calculated: write"
                    " a placeholder.",
                    cell=cell.coordinate,
                )
            )
        used += _names_in(cell)
    offered = {name for name, columns in names.items() if not columns} | {
        f"{table}.{column}" for table, columns in names.items() for column in columns
    }
    unknown = [name for name in dict.fromkeys(used) if name not in offered]
    if unknown:
        raise TemplateError(
            _("These placeholders are not known: %(names)s.", names="、".join(unknown))
        )
    _check_repeating(sheet)
    return used


def _names_in(cell: Cell | MergedCell) -> list[str]:
    text = cell.value
    if not isinstance(text, str):
        return []
    if "｛" in text:
        raise TemplateError(_("Write the braces of placeholders half-width: {{ and }}."))
    if _BRACES.search(_NAME.sub("", text)):
        raise TemplateError(
            _(
                "A placeholder cannot be read, or is not closed, near “%(text)s”.",
                text=shortened(text),
            )
        )
    return _NAME.findall(text)


def _check_repeating(sheet: Worksheet) -> None:
    rows = list(_repeating(sheet))
    if len(rows) > 1:
        raise TemplateError(
            _(
                "Only one row of a sheet can repeat, of one table; these name columns: %(rows)s.",
                rows="、".join(str(row) for row, _table in rows),
            )
        )
    for area in sheet.merged_cells.ranges:
        if rows and area.min_row <= rows[0][0] <= area.max_row and area.min_row < area.max_row:
            raise TemplateError(
                _(
                    "The merged cells %(area)s reach over the row that repeats. Split them.",
                    area=area.coord,
                )
            )


def _repeating(sheet: Worksheet) -> Iterator[tuple[int, str]]:
    """Yield the rows that name columns, each with the table."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        named = (name.split(".")[0] for cell in row for name in _names_in(cell) if "." in name)
        yield from ((number, table) for table in dict.fromkeys(named))


def _fill_sheet(sheet: Worksheet, context: Context, names: Names) -> None:
    """Fill in each cell once: what a record says may look like a placeholder."""
    single = {name: value for name, value in context.items() if not isinstance(value, list)}
    tables = {name: rows for name, rows in context.items() if isinstance(rows, list)}
    repeating = next(_repeating(sheet), None)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if repeating is None or number != repeating[0]:
            _write(cells, single)
    if repeating is None:
        return
    row, table = repeating
    rows = tables[table] or [dict.fromkeys(names[table], "")]
    _make_room(sheet, row, len(rows))
    for place, values in enumerate(rows):
        named = {f"{table}.{column}": value for column, value in values.items()}
        _write(sheet[row + place], single | named)


def _make_room(sheet: Worksheet, row: int, count: int) -> None:
    """Repeat a row so that it stands there `count` times; what is below moves down with it.

    openpyxl moves cells alone: heights, merged areas and the print area are moved here.
    """
    more = count - 1
    if not more:
        return
    heights = {number: kept.height for number, kept in sheet.row_dimensions.items()}
    sheet.insert_rows(row + 1, more)
    for number, height in heights.items():
        if number > row:
            sheet.row_dimensions[number + more].height = height
    beside = [area.coord for area in sheet.merged_cells.ranges if area.min_row == row]
    for area in sheet.merged_cells.ranges:
        if area.min_row > row:
            area.shift(row_shift=more)
    _print_more(sheet, row, more)
    for place in range(row + 1, row + count):
        sheet.row_dimensions[place].height = heights.get(row)
        _repeat(sheet, row, place, beside)


def _print_more(sheet: Worksheet, row: int, more: int) -> None:
    """Have what was added below a row printed where the row is."""
    parts = (part.rpartition("!") for part in sheet.print_area.split(","))
    areas = [CellRange(cells) for _title, mark, cells in parts if mark]
    for area in areas:
        if area.min_row > row:
            area.shift(row_shift=more)
        elif area.max_row >= row:
            area.expand(down=more)
    sheet.print_area = [area.coord for area in areas]


def _repeat(sheet: Worksheet, row: int, place: int, merged: Iterable[str]) -> None:
    """Write a row once more at another place, merged as it is."""
    for cell in sheet[row]:
        twin = sheet.cell(place, cell.column, cell.value)
        for name in STYLES:
            setattr(twin, name, copy(getattr(cell, name)))
    for coord in merged:
        area = CellRange(coord)
        area.shift(row_shift=place - row)
        sheet.merge_cells(area.coord)


def _write(cells: Iterable[Cell | MergedCell], values: dict[str, Value]) -> None:
    """Fill in what the cells name."""
    for cell in cells:
        names = _names_in(cell)
        if not names:
            continue
        value = values[names[0]]
        if len(names) > 1 or _NAME.sub("", str(cell.value)).strip() or isinstance(value, str):
            filled = _NAME.sub(lambda found: _worded(values[found[1]]), str(cell.value))
            cell.value = fitting(clean(filled))
            cell.data_type = "s"
        else:
            cell.value = value


def _worded(value: Value) -> str:
    """Return a value within a text; a Decimal is money."""
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
