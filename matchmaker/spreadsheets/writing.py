"""Writing a table as .xlsx or .csv, whole or not at all."""

from __future__ import annotations

import csv
import io
import itertools
import secrets
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import printable
from matchmaker.spreadsheets.errors import WriteError
from matchmaker.spreadsheets.text_file import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Value = str | int | float | Decimal | date | None
    Writer = Callable[[IO[bytes], Sequence[str], Iterable[Sequence[Value]], str], None]

MAX_CELL = 32_767  # UTF-16 units that a cell of a workbook holds
MAX_SHEET_ROWS = 1_048_576
MEASURED_ROWS = 200
WIDTHS = (8, 60)


class _TooManyRowsError(Exception):
    """More rows than a sheet holds."""


def write_table(
    path: Path | str,
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    sheet: str = "Sheet1",
) -> None:
    """Write `rows` below `header` to an .xlsx or .csv file, replacing what was there.

    Texts stay texts: nothing becomes a formula, a link or a number; a Decimal is money, shown to
    the hundredth. In .csv, UTF-8 with a byte order mark, a text that a spreadsheet would calculate
    gets an apostrophe before it. In .xlsx a text beyond the 32,767 characters of a cell is cut and
    ends in “…”. Raises WriteError, and leaves the target as it was.
    """
    path = Path(path)
    check_target(path)
    writer = _WRITERS[path.suffix.lower()]
    target = path.resolve()
    unfinished = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        try:
            with unfinished.open("xb") as file:
                writer(file, header, rows, sheet)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, XlsxWriterException) as error:
        raise WriteError(
            _(
                "%(file)s cannot be written (%(reason)s); close it in other programs, or choose"
                " another folder.",
                file=str(path),
                reason=getattr(error, "strerror", None) or str(error),
            )
        ) from error
    except _TooManyRowsError as error:
        raise WriteError(
            _(
                "%(file)s: a sheet holds %(limit)d rows at most; write .csv instead.",
                file=str(path),
                limit=MAX_SHEET_ROWS,
            )
        ) from error


def check_target(path: Path, *sources: Path) -> None:
    """Raise WriteError for a target that can be told beforehand to be unfit.

    That is one of another kind, in a folder that is not there, or the same file as one of
    `sources`, which would be lost.
    """
    if path.suffix.lower() not in _WRITERS:
        raise WriteError(
            _(
                "%(file)s: tables can be written as %(kinds)s only; change the ending.",
                file=path.name,
                kinds=" ".join(_WRITERS),
            )
        )
    if not path.resolve().parent.is_dir():
        raise WriteError(_("%(file)s: there is no such folder; make it first.", file=str(path)))
    if any(path.resolve() == source.resolve() for source in sources):
        raise WriteError(
            _("%(file)s is read here too; write to a file of another name.", file=str(path))
        )


def _write_csv(
    file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Value]], _sheet: str
) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in itertools.chain([header], rows):
        writer.writerow([escaped(printable(v)) if isinstance(v, str) else v for v in row])
    text.detach()


def _write_xlsx(
    file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Value]], sheet: str
) -> None:
    rows = iter(rows)
    first = [header, *itertools.islice(rows, MEASURED_ROWS)]
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        page = book.add_worksheet(sheet)
        formats = _formats(book)
        number = 0
        for number, row in enumerate(itertools.chain(first, rows)):
            if number == MAX_SHEET_ROWS:
                raise _TooManyRowsError
            for place, value in enumerate(row):
                _write_cell(page, number, place, value, formats)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, number, len(header) - 1)
        for place, column in enumerate(itertools.zip_longest(*first)):
            page.set_column(place, place, _column_width(column))


def _formats(book: Any) -> dict[str, Any]:
    properties: dict[str, dict[str, object]] = {
        "header": {"bold": True, "text_wrap": True, "bottom": 1},
        "text": {"text_wrap": True},
        "whole": {"align": "right", "num_format": "0"},
        "part": {"align": "right", "num_format": "0.0000"},
        "money": {"align": "right", "num_format": "#,##0.00"},
        "date": {"align": "right", "num_format": "yyyy-mm-dd"},
    }
    return {name: book.add_format({"valign": "top", **own}) for name, own in properties.items()}


def _write_cell(page: Any, row: int, place: int, value: Value, formats: dict[str, Any]) -> None:
    match value:
        case None | "":
            pass
        case str():
            text = fitting(printable(value))
            page.write_string(row, place, text, formats["text" if row else "header"])
        case date():
            page.write_datetime(row, place, value, formats["date"])
        case int():
            page.write_number(row, place, value, formats["whole"])
        case float():
            page.write_number(row, place, value, formats["part"])
        case Decimal():
            page.write_number(row, place, value, formats["money"])


def fitting(text: str) -> str:
    """Return `text` cut to what a cell holds, “…” at its end if it was cut."""
    if len(text) * 2 <= MAX_CELL:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= MAX_CELL * 2:
        return text
    return units[: (MAX_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _column_width(values: Iterable[Value]) -> int:
    """Return how many Latin letters wide a column should be; Chinese ones count twice."""
    lines = (line[: WIDTHS[1]] for value in values for line in str(value or "")[:1_000].split("\n"))
    widest = max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in lines)
    return min(max(widest + 2, WIDTHS[0]), WIDTHS[1])


_WRITERS: dict[str, Writer] = {".xlsx": _write_xlsx, ".csv": _write_csv}
