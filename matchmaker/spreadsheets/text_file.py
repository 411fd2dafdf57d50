"""The records of a text file: its encoding, its delimiter, its rows."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from typing import TYPE_CHECKING, Any

from matchmaker.i18n import _
from matchmaker.spreadsheets.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matchmaker.spreadsheets.workbook import NumberedRow

DELIMITERS = ",;\t"
MAX_FIELD = 10_000_000  # beyond csv's own 131,072 characters, which it calls a quoting error
PLAINLY_UTF8 = 20  # so many characters of several bytes are no coincidence

_FORMULA_LIKE = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def open_text(path: Path) -> io.TextIOWrapper:
    """Return the file as text, its line ends untouched; raise FileError for what is not text."""
    data = path.read_bytes()
    return io.TextIOWrapper(io.BytesIO(data), encoding=_encoding(data, path), newline="")


def sample(text: io.TextIOWrapper, delimiter: str, size: int) -> list[NumberedRow]:
    """Return the first `size` records that are not blank, forgiving about quotes."""
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter)
    found: list[NumberedRow] = []
    with contextlib.suppress(csv.Error):  # told when the records are read in earnest
        found.extend(itertools.islice(_filled(reader), size))
    return found


def records(text: io.TextIOWrapper, delimiter: str, path: Path) -> Iterator[NumberedRow]:
    """Yield the records that are not blank, numbered from 1 as Excel numbers its rows."""
    text.seek(0)
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in _filled(reader):
            yield number, cells
    except csv.Error as error:
        raise FileError(
            _(
                "%(file)s: the quotation marks after row %(row)d (line %(line)d) do not pair up;"
                " close them, and write those inside a text twice, or save the file as .xlsx.",
                file=path.name,
                row=number,
                line=reader.line_num,
            )
        ) from error


def _filled(reader: Any) -> Iterator[NumberedRow]:
    for number, cells in enumerate(reader, start=1):
        if any(cell and not cell.isspace() for cell in cells):
            yield number, [unescaped(cell) for cell in cells]


def escaped(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would take it as a formula."""
    return "'" + text if _FORMULA_LIKE.match(text) else text


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    return text[1:] if text.startswith("'") and _FORMULA_LIKE.match(text) else text


def _encoding(data: bytes, path: Path) -> str:
    """Return the encoding by its mark, else UTF-8 if the bytes allow no doubt, else GB18030.

    Detectors guess wrong on short Chinese tables: strict decoding in this order does not.
    """
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if marked is None and b"\0" in data:
        raise FileError(_unreadable(path, data[: data.index(b"\0")]))
    try:
        data.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        valid = data[: error.start]
        if marked or sum(byte >= 0xC0 for byte in valid) >= PLAINLY_UTF8:
            raise FileError(_unreadable(path, valid)) from error
    else:
        return marked or "utf-8"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise FileError(_unreadable(path, data[: error.start])) from error
    return "gb18030"


def _unreadable(path: Path, valid: bytes) -> str:
    return _(
        "%(file)s, line %(line)d: the bytes are neither UTF-8 nor GB18030 text; open the file in"
        " Excel or WPS and save it as “CSV UTF-8” or .xlsx.",
        file=path.name,
        line=valid.count(b"\n") + 1,
    )
