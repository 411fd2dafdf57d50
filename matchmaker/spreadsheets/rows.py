"""Checking rows: every cell against its column, every key against the other rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import CellError, clean, shortened
from matchmaker.spreadsheets.errors import MAX_ERRORS, RowError
from matchmaker.spreadsheets.workbook import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matchmaker.spreadsheets.columns import Column, Columns
    from matchmaker.spreadsheets.headers import Header
    from matchmaker.spreadsheets.workbook import Cell

UNCALCULATED = Fault("formula")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in Excel, and per field the text, empty where there is none.

    `numbered` says whether the row brings its own id; otherwise one was made from its number.
    """

    number: int
    values: dict[str, str]
    numbered: bool = True


class RowReader:
    """Takes rows one by one; keeps them in `rows`, and what is wrong in `errors` and `more`.

    No more than `most_errors` are kept one by one.
    """

    def __init__(
        self,
        columns: Columns,
        header: Header,
        places: Mapping[str, int],
        *,
        delimited: bool,
        most_errors: int = MAX_ERRORS,
    ) -> None:
        self.rows: list[Row] = []
        self.errors: list[RowError] = []
        self.more = 0
        self._header = header
        self._delimited = delimited
        self._most_errors = most_errors
        self._blank = dict.fromkeys((column.field for column in columns), "")
        self._found = [(c, places[c.field]) for c in columns if c.field in places]
        self._keys = [column for column in columns if column.key]
        self._seen: dict[tuple[str, ...], int] = {}

    def add(self, number: int, cells: Sequence[Cell]) -> None:
        """Check one row and keep it."""
        values = dict(self._blank)
        for column, place in self._found:
            header = self._header.cells[place]
            cell = cells[place] if place < len(cells) else ""
            try:
                values[column.field] = _value(column, header, cell)
            except CellError as error:
                shown = shortened(cell if isinstance(cell, str) else cell.what)
                self._report(RowError(number, header, error.reason, error.cure, shown))
        if self._delimited and any(cells[len(self._header.cells) :]):
            self._report(
                RowError(
                    number,
                    self._header.cells[-1],
                    _("there are more cells than headers"),
                    _("put texts that contain the delimiter in quotation marks"),
                )
            )
        self._check_key(number, values)
        self.rows.append(Row(number, values))

    def finish(self) -> list[Row]:
        """Return the rows; a lone key that is empty becomes R and the row number."""
        if len(self._keys) == 1:
            field = self._keys[0].field
            given = {row.values[field] for row in self.rows}
            for place, row in enumerate(self.rows):
                if not row.values[field]:
                    made = {field: _free_key(f"R{row.number}", given)}
                    self.rows[place] = Row(row.number, row.values | made, numbered=False)
        return self.rows

    def _check_key(self, number: int, values: Mapping[str, str]) -> None:
        key = tuple(values[column.field] for column in self._keys)
        if not all(key) or not key:
            return
        first = self._seen.setdefault(key, number)
        if first != number:
            names = dict(self._found)
            self._report(
                RowError(
                    number,
                    "、".join(self._header.cells[names[column]] for column in self._keys),
                    _(
                        "“%(value)s” stands in row %(first)d already",
                        value=" ".join(key),
                        first=first,
                    ),
                    _("give each row its own, or delete one of the two rows"),
                    " ".join(key),
                )
            )

    def _report(self, error: RowError) -> None:
        if len(self.errors) < self._most_errors:
            self.errors.append(error)
        else:
            self.more += 1


def _value(column: Column, header: str, cell: Cell) -> str:
    if isinstance(cell, Fault):
        raise _fault_error(cell)
    text = clean(cell, multiline=column.multiline)
    if not text:
        if column.required:
            raise CellError(_("the cell is empty"), _("fill it in, or delete the row"))
        return ""
    if column.max_length is not None and len(text) > column.max_length:
        raise CellError(
            _(
                "the text has %(length)d characters, more than the %(limit)d allowed",
                length=len(text),
                limit=column.max_length,
            ),
            _("shorten it, or move the detail to another column"),
        )
    return column.parse(text, header) if column.parse else text


def _fault_error(fault: Fault) -> CellError:
    if fault == UNCALCULATED:
        return CellError(
            _("the formula has no value yet"),
            _("open the file in Excel or WPS, save it and try again"),
        )
    return CellError(
        _("the formula gives the error %(error)s", error=fault.what),
        _("mend the formula, or type the value"),
    )


def _free_key(wanted: str, given: set[str]) -> str:
    while wanted in given:
        wanted += "_"
    return wanted
