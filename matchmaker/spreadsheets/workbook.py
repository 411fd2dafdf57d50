"""The rows of a workbook, parsed by a process of its own that may die without harm."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from matchmaker.i18n import _
from matchmaker.spreadsheets.errors import FileError, PasswordError, TooLargeError
from matchmaker.spreadsheets.files import damaged, protected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchmaker.spreadsheets.files import Limits

PROGRAM = Path(__file__).with_name("workbook_process.py")
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMP", "TEMP", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell without a value: `what` is Excel's error, or “formula” for one never calculated."""

    what: str


Cell = str | Fault
NumberedRow = tuple[int, list[Cell]]


@contextlib.contextmanager
def open_sheets(path: Path, rows: int, limits: Limits) -> Iterator[Iterator[Sheet]]:
    """Give the visible sheets in order, each with up to `rows` rows that are not blank.

    A sheet is there only when it has been read to its end; the first sheets of a workbook are
    given even if a later one cannot be read. FileError is raised where the reading broke off.
    """
    with tempfile.TemporaryFile() as spool:
        _run(path, rows, limits, spool)
        spool.seek(0)
        yield _sheets(spool, path)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows` can be read once, also after later sheets were asked for."""

    name: str
    rows: Iterator[NumberedRow]


def _run(path: Path, rows: int, limits: Limits, spool: IO[bytes]) -> None:
    command = [sys.executable, "-I", str(PROGRAM), str(path.resolve()), str(rows)]
    command += [str(limits.memory_bytes), str(int(limits.seconds) + 1)]
    with contextlib.suppress(subprocess.TimeoutExpired):  # then the spool lacks its last line
        subprocess.run(  # noqa: S603 (our own program; the path is one argument)
            command,
            stdin=subprocess.DEVNULL,
            stdout=spool,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )


def _sheets(spool: IO[bytes], path: Path) -> Iterator[Sheet]:
    """Give each sheet whose end mark is in the spool; raise what stands, or is missing, after."""
    while (line := _next(spool)) != {"done": True}:
        if not isinstance(line, dict) or "sheet" not in line:
            raise _broken_off(line, path)
        start = spool.tell()
        ending = _skip_rows(spool)
        if ending != {"end": True}:
            raise _broken_off(ending, path)
        after = spool.tell()
        spool.seek(start)
        yield Sheet(line["sheet"], _rows(spool, start))
        spool.seek(after)


def _skip_rows(spool: IO[bytes]) -> Any:
    for line in spool:
        if not line.startswith(b"["):
            return _parsed(line)
    return None


def _rows(spool: IO[bytes], place: int) -> Iterator[NumberedRow]:
    spool.seek(place)
    while isinstance(line := _next(spool), list):
        place = spool.tell()
        number, cells = line
        yield number, [cell if isinstance(cell, str) else Fault(cell["fault"]) for cell in cells]
        spool.seek(place)


def _next(spool: IO[bytes]) -> Any:
    return _parsed(spool.readline())


def _parsed(line: bytes) -> Any:
    """Return what a line says; None when the writer was cut off in it."""
    return json.loads(line) if line.endswith(b"\n") else None


def _broken_off(line: Any, path: Path) -> FileError:
    if line == {"error": "password"}:
        return PasswordError(protected(path))
    if line == {"error": "damaged"}:
        return FileError(damaged(path))
    return TooLargeError(
        _(
            "%(file)s cannot be opened within the memory and time allowed: it is damaged, or it"
            " spans or unpacks to far more than it shows; copy the rows you need into a new"
            " workbook.",
            file=path.name,
        )
    )
