"""Spreadsheets that were brought through the pages: how they are kept, and read."""

from collections.abc import Mapping
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from matchmaker import storage
from matchmaker.i18n import _
from matchmaker.postings.file_types import clean_name
from matchmaker.spreadsheets import (
    Checked,
    Columns,
    FileError,
    Limits,
    TooLargeError,
    check_table,
)
from matchmaker.spreadsheets.files import MEGABYTE

LIMITS = Limits(rows=20_000, file_bytes=20 * MEGABYTE, unpacked_bytes=256 * MEGABYTE, seconds=30.0)
MOST_COLUMNS = 100
SUFFIXES = (".xlsx", ".xls", ".csv")
LONGEST_STEM = 60
STORED = "import-"
"""How the keys of such files begin."""


class NotNowError(Exception):
    """This cannot be done with an import as it stands; the message says why."""


def content_of(public_id: str) -> bytes:
    """Return the file of the batch with this public id.

    Raises:
        NotNowError: it is not kept any more.
    """
    try:
        return b"".join(storage.read(store_key(public_id)))
    except FileNotFoundError as error:
        raise NotNowError(_("Its file is not kept any more. Upload it again.")) from error


def look_into(
    name: str,
    content: bytes,
    columns: Columns,
    places: Mapping[str, int] | None = None,
    limits: Limits = LIMITS,
) -> Checked:
    """Return the table in a file, and what is wrong with its cells.

    Raises:
        SheetError: it cannot be opened as a table, is too large, or has no rows.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        checked = check_table(path, columns, places, limits)
    if len(checked.headers) > MOST_COLUMNS:
        raise TooLargeError(
            _(
                "%(file)s has %(count)d columns, more than the %(limit)d allowed; delete those"
                " that are not needed.",
                file=name,
                count=len(checked.headers),
                limit=MOST_COLUMNS,
            )
        )
    return checked


def file_name(given: str) -> str:
    """Return the name of a file as it is kept, short enough for every file system.

    Raises:
        FileError: its kind cannot be read.
    """
    name = PurePath(clean_name(given))
    if name.suffix.lower() not in SUFFIXES:
        raise FileError(
            _(
                "%(file)s: files of this kind cannot be read; use one of %(kinds)s.",
                file=name.name,
                kinds=" ".join(SUFFIXES),
            )
        )
    return name.stem[:LONGEST_STEM] + name.suffix


def store_key(public_id: str) -> str:
    """Return under which key the file of a batch is kept."""
    return STORED + public_id
