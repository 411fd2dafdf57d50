"""What a file really is, whatever its name says, and whether it is safe to open.

Nothing is unpacked here: a workbook is judged by its first bytes and its table of contents.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from matchmaker.i18n import _
from matchmaker.spreadsheets.errors import FileError, PasswordError, TooLargeError

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1024 * 1024

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = b"%PDF-"
_WEB_PAGE = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<?xml")
_ENCRYPTED_FLAG = 0x1
_MAX_PARTS = 10_000
_SUSPECT_SIZE = 128 * MEGABYTE
_SUSPECT_RATIO = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost: rows, bytes on disk and unpacked, memory, seconds."""

    rows: int = 200_000
    file_bytes: int = 100 * MEGABYTE
    unpacked_bytes: int = 512 * MEGABYTE
    memory_bytes: int = 1024 * MEGABYTE
    seconds: float = 60.0


class Content(Enum):
    """The two ways to read a table."""

    TEXT = "text"
    WORKBOOK = "workbook"


_SUFFIXES = {
    ".csv": Content.TEXT,
    ".xlsx": Content.WORKBOOK,
    ".xlsm": Content.WORKBOOK,
    ".xls": Content.WORKBOOK,
    ".ods": Content.WORKBOOK,
}


def check_file(path: Path, limits: Limits) -> Content:
    """Return how to read the file; raise FileError with the cure where it cannot be read."""
    named = _SUFFIXES.get(path.suffix.lower())
    if named is None:
        raise FileError(
            _(
                "%(file)s: files of this kind cannot be read; use one of %(kinds)s.",
                file=path.name,
                kinds=" ".join(_SUFFIXES),
            )
        )
    head = _first_bytes(path, limits)
    if head.startswith(_ZIP):
        _check_zip(path, limits)
        actual = Content.WORKBOOK
    elif head.startswith(_OLE):
        _check_ole(path)
        actual = Content.WORKBOOK
    else:
        _check_text(path, head)
        actual = Content.TEXT
    if actual is not named:
        raise FileError(_mismatch(path, actual))
    return actual


def _first_bytes(path: Path, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError as error:
        raise FileError(
            _("%(file)s: there is no such file; check the path.", file=str(path))
        ) from error
    except OSError as error:
        raise FileError(
            _(
                "%(file)s cannot be opened (%(reason)s); close it in other programs and try again.",
                file=str(path),
                reason=error.strerror or str(error),
            )
        ) from error
    if size > limits.file_bytes:
        raise TooLargeError(
            _(
                "%(file)s has %(size)d MB, more than the %(limit)d MB allowed; split it.",
                file=path.name,
                size=-(-size // MEGABYTE),
                limit=limits.file_bytes // MEGABYTE,
            )
        )
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FileError(
            _("%(file)s is empty; choose a file with a header and rows.", file=path.name)
        )
    return head


def _check_zip(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise FileError(damaged(path)) from error
    names = {part.filename for part in parts}
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise PasswordError(protected(path))
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise FileError(not_a_workbook(path))
    packed = sum(part.compress_size for part in parts)
    unpacked = sum(part.file_size for part in parts)
    if (
        len(parts) > _MAX_PARTS
        or unpacked > limits.unpacked_bytes
        or (unpacked > _SUSPECT_SIZE and unpacked > _SUSPECT_RATIO * packed)
    ):
        raise TooLargeError(
            _(
                "%(file)s unpacks to %(size)d MB, which is refused; copy the rows you need into a"
                " new workbook.",
                file=path.name,
                size=unpacked // MEGABYTE,
            )
        )


def _check_ole(path: Path) -> None:
    """Look for the stream names, which stand in the file as they are."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise PasswordError(protected(path))
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise FileError(not_a_workbook(path))


def _check_text(path: Path, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB_PAGE):
        raise FileError(
            _(
                "%(file)s is a web page saved under a spreadsheet's name; open it in Excel or WPS"
                " and save it as .xlsx.",
                file=path.name,
            )
        )
    if start.startswith(_PDF.lower()):
        raise FileError(not_a_workbook(path))


def _mismatch(path: Path, actual: Content) -> str:
    if actual is Content.TEXT:
        return _(
            "%(file)s is not a workbook but other content under its name; if it is text, rename it"
            " to .csv, else open it in Excel or WPS and save it as .xlsx.",
            file=path.name,
        )
    return _(
        "%(file)s is not text but a workbook; rename it to .xlsx or .xls.",
        file=path.name,
    )


def damaged(path: Path) -> str:
    """Return the message for a workbook that breaks off or contradicts itself."""
    return _(
        "%(file)s is damaged; open it in Excel or WPS, save it as a new .xlsx and try again.",
        file=path.name,
    )


def not_a_workbook(path: Path) -> str:
    """Return the message for a document of another kind."""
    return _(
        "%(file)s is a document of another kind, not a spreadsheet; copy its table into Excel or"
        " WPS and save it as .xlsx.",
        file=path.name,
    )


def protected(path: Path) -> str:
    """Return the message for a workbook that needs a password."""
    return _(
        "%(file)s is protected with a password; open it in Excel or WPS, remove the password, save"
        " it and try again.",
        file=path.name,
    )
