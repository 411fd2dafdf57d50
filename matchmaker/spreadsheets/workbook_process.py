"""A process of its own that reads one workbook and prints its rows as JSON lines.

Run by path, never imported: it starts without the application's imports, and a hostile workbook
ends this process, not the one that serves. Arguments: path, rows per sheet, bytes of memory,
seconds. Lines: {"sheet": name}, then [row number from 1, [cells]] per row that is not blank, then
{"end": true} per visible sheet; {"error": "password" | "damaged"} when it gives up; {"done": true}.
A cell is a text, or {"fault": what} where an error or a formula without a value stands. Faults
are told in .xlsx only: elsewhere such cells read as empty. Cells merged downwards all hold the
value of the first.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import re
import sys
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar
from xml.etree import ElementTree as ET

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Fault = dict[str, str]
Place = tuple[int, int]  # row and column, from 0
T = TypeVar("T")

CHUNK = 1 << 20
LONGEST_FAULT = 1 << 16
EXACT_DIGITS = 1e15
FORMULA = "formula"

_CELL = rb"<(?:\w+:)?c\b"
_FORMULA = rb"<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
_NO_VALUE = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
_ERROR_CELL = re.compile(
    _CELL + rb'([^<>]*\bt="e"[^<>]*)>(?:' + _FORMULA + rb")?<(?:\w+:)?v>([^<]*)"
)
_UNCALCULATED = re.compile(_CELL + rb"([^<>]*)>" + _FORMULA + _NO_VALUE)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def cap(memory: int, seconds: int) -> None:
    """Bound memory, processor time and output of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has none: the parent's time limit and row limit remain
        return
    bounds = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, bound in bounds:
        with contextlib.suppress(ValueError, OSError):  # not every system knows every kind
            resource.setrlimit(kind, (bound, bound))


def as_text(value: object) -> str:
    """Return a cell as a person would type it: 3, 0.25, 2027-06-30, TRUE."""
    match value:
        case str():
            return value
        case bool():
            return str(value).upper()
        case int():
            return str(value)
        case float():
            if value.is_integer() and abs(value) < EXACT_DIGITS:
                return str(int(value))
            return format(value, ".15g")
        case dt.datetime():
            return str(value.date() if value.time() == dt.time() else value)
    return str(value)


def fault_places(path: str) -> dict[str, dict[Place, str]]:
    """Return per sheet name where errors and uncalculated formulas stand in an .xlsx."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        return {
            name: dict(_faults(archive, part))
            for name, part in _sheet_parts(archive)
            if part in archive.NameToInfo
        }


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 (capped)
        relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError):
        return
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in book.iter():
        target = targets.get(sheet.get(_RELATION))
        if sheet.tag.endswith("}sheet") and target:
            yield sheet.get("name", ""), str(PurePosixPath("/xl", target)).lstrip("/")


def _faults(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[Place, str]]:
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            tail += chunk
            cut = max(tail.rfind(b"<c "), tail.rfind(b":c "), len(tail) - LONGEST_FAULT, 0)
            yield from _faults_in(tail[:cut])
            tail = tail[cut:]
    yield from _faults_in(tail)


def _faults_in(xml: bytes) -> Iterator[tuple[Place, str]]:
    for cell in _ERROR_CELL.finditer(xml):
        if place := _place(cell[1]):
            yield place, cell[2].decode("ascii", "replace")
    for cell in _UNCALCULATED.finditer(xml):
        if b't="str"' not in cell[1] and (place := _place(cell[1])):
            yield place, FORMULA


def _place(attributes: bytes) -> Place | None:
    found = _PLACE.search(attributes)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - ord("A") + 1
    return int(found[2]) - 1, column - 1


def sheet_rows(
    sheet: CalamineSheet, faults: dict[Place, str]
) -> Iterator[tuple[int, list[str | Fault]]]:
    """Yield the rows that are not blank with their numbers from 0."""
    faulty = _by_row(faults)
    merged = _by_row({top: bottom for top, (bottom, _) in sheet.merged_cell_ranges or []})
    first_column = sheet.start[1] if sheet.start else 0
    running: dict[int, tuple[int, str | Fault]] = {}  # place -> last row and value of the merge
    height = sheet.end[0] + 1 if sheet.end else 0
    below = ((number, [""] * sheet.width) for number in sorted(faulty) if number >= height)
    rows: Iterator[tuple[int, Sequence[object]]]
    rows = itertools.chain(enumerate(sheet.iter_rows()), below)
    for number, values in rows:
        cells: list[str | Fault] = [as_text(value) for value in values]
        places = range(first_column, first_column + len(cells))
        for column, what in faulty.get(number, ()):
            if column in places:
                cells[column - first_column] = {"fault": what}
        if not any(cells):
            continue
        for place, (last, value) in running.items():
            if number <= last and not cells[place]:
                cells[place] = value
        for column, last in merged.get(number, ()):
            if column in places:
                running[column - first_column] = (last, cells[column - first_column])
        yield number, cells


def _by_row(found: dict[Place, T]) -> dict[int, list[tuple[int, T]]]:
    rows: dict[int, list[tuple[int, T]]] = {}
    for (row, column), what in found.items():
        rows.setdefault(row, []).append((column, what))
    return rows


def open_workbook(path: str) -> CalamineWorkbook:
    """Open a workbook by its content, for many an .xlsx is named .xls."""
    try:
        with Path(path).open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except CalamineError:
        return CalamineWorkbook.from_path(path)  # by its name, it can tell a password from damage


def lines(path: str, limit: int) -> Iterator[Any]:
    """Yield the lines to print."""
    try:
        faults = fault_places(path)
        with open_workbook(path) as book:
            for index, about in enumerate(book.sheets_metadata):
                if (
                    about.typ != SheetTypeEnum.WorkSheet
                    or about.visible != SheetVisibleEnum.Visible
                ):
                    continue
                yield {"sheet": about.name}
                sheet = book.get_sheet_by_index(index)
                rows = sheet_rows(sheet, faults.get(about.name, {}))
                for _count, (number, cells) in zip(range(limit), rows, strict=False):
                    yield [number + 1, cells]
                yield {"end": True}
    except PasswordError:
        yield {"error": "password"}
    except (CalamineError, zipfile.BadZipFile, ET.ParseError):
        yield {"error": "damaged"}
    else:
        yield {"done": True}


def main() -> None:
    """Print the rows of the workbook named on the command line."""
    path, limit, memory, seconds = sys.argv[1:]
    cap(int(memory), int(seconds))
    out = sys.stdout.buffer
    for line in lines(path, int(limit)):
        out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
