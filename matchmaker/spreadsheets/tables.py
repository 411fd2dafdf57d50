"""Reading a table: a file of any kind in, checked rows out."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matchmaker.i18n import _
from matchmaker.spreadsheets import headers, text_file, workbook
from matchmaker.spreadsheets.cells import clean
from matchmaker.spreadsheets.errors import FileError, RowError, RowsError, TooLargeError
from matchmaker.spreadsheets.files import Content, Limits, check_file
from matchmaker.spreadsheets.headers import HEADER_ROWS
from matchmaker.spreadsheets.rows import Row, RowReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from matchmaker.spreadsheets.columns import Columns
    from matchmaker.spreadsheets.headers import Header
    from matchmaker.spreadsheets.workbook import Cell, NumberedRow


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: `columns` says which header each field came from, `ignored` what was left.

    `sheet` is empty for a text file.
    """

    file: str
    sheet: str
    header_row: int
    columns: dict[str, str]
    ignored: tuple[str, ...]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Checked:
    """A table and what is wrong with it: `errors` one by one, and `more` of them.

    `places` says which column each field was taken from, counted from 0 as in `headers` and in
    `cells`, which holds the numbered rows as they stand in the file. `rows` are the same ones read;
    what is wrong in them is empty.
    """

    sheet: str
    headers: tuple[str, ...]
    places: dict[str, int]
    cells: list[NumberedRow]
    errors: list[RowError]
    more: int
    rows: list[Row]

    @property
    def columns(self) -> dict[str, str]:
        """The header that each field was taken from."""
        return {field: self.headers[place] for field, place in self.places.items()}


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows with the most likely header among them."""

    path: Path
    sheet: str
    header: Header
    rows: Iterable[NumberedRow]
    delimited: bool

    @property
    def name(self) -> str:
        """The file and the sheet, as messages call them."""
        if not self.sheet:
            return self.path.name
        return _("%(file)s, sheet “%(sheet)s”", file=self.path.name, sheet=self.sheet)


def read_table(
    path: Path | str,
    columns: Columns,
    overrides: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Table:
    """Return the table in an .xlsx, .xlsm, .xls, .ods or .csv file.

    The header is looked for in the first rows of every visible sheet; the first sheet that has
    all required columns is read. `overrides` says per field which header to take. Row numbers are
    those shown in Excel. All rows are checked before RowsError tells what is wrong with them;
    other SheetErrors tell of the file or its header at once.
    """
    path, overrides, limits = Path(path), overrides or {}, limits or Limits()
    headers.check_overrides(columns, overrides)
    with _opened(path, columns, overrides, limits) as source:
        header = source.header
        places = headers.check_header(header, columns, overrides, source.name)
        reader = RowReader(columns, header, places, delimited=source.delimited)
        for number, cells in _below(source, limits):
            reader.add(number, cells)
    if reader.errors:
        raise RowsError(source.name, reader.errors, reader.more)
    if not reader.rows:
        raise FileError(_no_rows(source))
    return Table(
        file=path.name,
        sheet=source.sheet,
        header_row=header.row,
        columns={field: header.cells[place] for field, place in places.items()},
        ignored=tuple(
            name for i, name in enumerate(header.cells) if name and i not in places.values()
        ),
        rows=reader.finish(),
    )


def check_table(
    path: Path, columns: Columns, places: Mapping[str, int] | None, limits: Limits
) -> Checked:
    """Return the table in a file, as `read_table` does, beside what is wrong with its rows.

    `places` says per field which column it is taken from; without it the headers decide, and of
    several that fit one field the first is taken. Required columns may be missing.

    Raises:
        FileError: the file cannot be opened as a table, or has no rows.
    """
    with _opened(path, columns, {}, limits) as source:
        header = source.header
        if places is None:
            places = {field: found[0] for field, found in header.places.items()}
        reader = RowReader(
            columns, header, places, delimited=source.delimited, most_errors=limits.rows
        )
        cells = list(_below(source, limits))
    if not cells:
        raise FileError(_no_rows(source))
    for number, values in cells:
        reader.add(number, values)
    return Checked(
        sheet=source.sheet,
        headers=header.cells,
        places=dict(places),
        cells=cells,
        errors=reader.errors,
        more=reader.more,
        rows=reader.finish(),
    )


def _opened(
    path: Path, columns: Columns, overrides: Mapping[str, str], limits: Limits
) -> AbstractContextManager[_Source]:
    is_text = check_file(path, limits) is Content.TEXT
    return (_from_text if is_text else _from_workbook)(path, columns, overrides, limits)


def _below(source: _Source, limits: Limits) -> Iterator[NumberedRow]:
    """Yield the rows below the header; raise TooLargeError where there are too many."""
    below = (row for row in source.rows if row[0] > source.header.row)
    for count, row in enumerate(below, start=1):
        if count > limits.rows:
            raise TooLargeError(
                _(
                    "%(table)s has more than %(limit)d rows; split the file.",
                    table=source.name,
                    limit=limits.rows,
                )
            )
        yield row


@contextmanager
def _from_text(
    path: Path, columns: Columns, overrides: Mapping[str, str], _limits: Limits
) -> Iterator[_Source]:
    """Open a text file, split by the delimiter that makes the most of its header."""
    with text_file.open_text(path) as text:
        candidates: list[tuple[Header, str]] = []
        for delimiter in text_file.DELIMITERS:
            head = text_file.sample(text, delimiter, HEADER_ROWS)
            if not head:
                raise FileError(_empty(path))
            candidates.append((_header(head, columns, overrides), delimiter))
        header, delimiter = max(candidates, key=lambda c: (c[0].score, len(c[0].names)))
        yield _Source(path, "", header, text_file.records(text, delimiter, path), delimited=True)


@contextmanager
def _from_workbook(
    path: Path, columns: Columns, overrides: Mapping[str, str], limits: Limits
) -> Iterator[_Source]:
    """Open the first sheet with a complete header, else the one that comes nearest to it."""
    nearest: _Source | None = None
    with workbook.open_sheets(path, limits.rows + HEADER_ROWS + 1, limits) as sheets:
        for sheet in sheets:
            head = list(itertools.islice(sheet.rows, HEADER_ROWS))
            if not head:
                continue
            rows = itertools.chain(head, sheet.rows)
            header = _header(head, columns, overrides)
            source = _Source(path, sheet.name, header, rows, delimited=False)
            if header.complete:
                yield source
                return
            if nearest is None or header.score > nearest.header.score:
                nearest = source
        if nearest is None:
            raise FileError(_empty(path))
        yield nearest


def _header(
    head: Sequence[tuple[int, Sequence[Cell]]], columns: Columns, overrides: Mapping[str, str]
) -> Header:
    texts = [
        (number, [clean(c, multiline=False) if isinstance(c, str) else "" for c in cells])
        for number, cells in head
    ]
    return headers.find_header(texts, columns, overrides)


def _no_rows(source: _Source) -> str:
    return _("%(table)s has a header but no rows; add rows below it.", table=source.name)


def _empty(path: Path) -> str:
    return _("%(file)s is empty; choose a file with a header and rows.", file=path.name)
