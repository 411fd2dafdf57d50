"""Arrays in files: written whole or not at all, checked before use, mapped into memory.

A folder holds one folder for each generation, and a small file `current` that names the one to
read. Writers make a new generation and then replace that file, which file systems do in one step.
Of several writers the last one counts. Readers that still have an older generation mapped keep it:
its space is freed when they let go.
"""

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from matching.documents import MatchingError

Tables: TypeAlias = dict[str, dict[str, NDArray[Any]]]
"""Arrays by group and name."""

FORMAT = 1
_POINTER = "current"
_MANIFEST = "manifest.json"
_ABANDONED_SECONDS = 24 * 3600
_TRIES = 5


class UnusableIndexError(MatchingError):
    """There is no saved index, or it is damaged or of another version; the message says which."""


def write(folder: Path, method: str, facts: Mapping[str, Any], tables: Tables) -> None:
    """Save arrays and facts (JSON) as the folder's new generation and remove the one before.

    What a writer that was killed left behind is removed after a day.
    """
    generation = folder / f"{time.time_ns()}-{secrets.token_hex(4)}"
    generation.mkdir(parents=True)
    entries: dict[str, dict[str, dict[str, Any]]] = {}
    for group, arrays in tables.items():
        entries[group] = {}
        for name, array in arrays.items():
            path = _array_file(generation, group, name)
            with path.open("wb") as file:
                np.save(file, array, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
            entries[group][name] = {
                "type": array.dtype.str,
                "shape": list(array.shape),
                "checksum": _checksum(array),
                "state": _state(path),
            }
    stored = {"format": FORMAT, "method": method, "facts": dict(facts), "tables": entries}
    _write_text(generation / _MANIFEST, json.dumps({"digest": _digest(stored), **stored}))
    _sync(generation)
    before = _pointed_at(folder)
    unfinished = generation / _POINTER
    _write_text(unfinished, generation.name)
    unfinished.replace(folder / _POINTER)
    _sync(folder)
    _remove_old(folder, {generation.name}, before)


def read(folder: Path, method: str) -> tuple[dict[str, Any], Tables]:
    """Return the facts and the arrays of the current generation, mapped read-only.

    A file that has been touched since it was written is compared with its checksum.

    Raises UnusableIndexError.
    """
    for _ in range(_TRIES):
        name = _pointed_at(folder)
        if name is None:
            raise UnusableIndexError(f"There is no saved index in {folder}.")
        try:
            return _read_generation(folder / name, method)
        except FileNotFoundError as error:
            if _pointed_at(folder) == name:
                raise UnusableIndexError(f"{error.filename} is missing.") from error
    raise UnusableIndexError(f"{folder} is being replaced all the time.")


def _read_generation(folder: Path, method: str) -> tuple[dict[str, Any], Tables]:
    try:
        stored = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if stored.pop("digest") != _digest(stored):
            raise UnusableIndexError(f"{folder / _MANIFEST} is damaged.")
        if (stored["format"], stored["method"]) != (FORMAT, method):
            raise UnusableIndexError(f"{folder} was written by another version.")
        tables = {
            group: {name: _mapped(folder, group, name, entry) for name, entry in entries.items()}
            for group, entries in stored["tables"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        if isinstance(error, UnusableIndexError):
            raise
        raise UnusableIndexError(f"{folder} is damaged: {error}") from error
    return stored["facts"], tables


def _mapped(folder: Path, group: str, name: str, entry: Mapping[str, Any]) -> NDArray[Any]:
    path = _array_file(folder, group, name)
    array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    if (array.dtype.str, list(array.shape)) != (entry["type"], entry["shape"]) or (
        _state(path) != entry["state"] and _checksum(array) != entry["checksum"]
    ):
        raise UnusableIndexError(f"{path} is damaged.")
    return array


def _state(path: Path) -> list[int]:
    """Return what the file system notes at every change of a file: its size and its time."""
    found = path.stat()
    return [found.st_size, found.st_ctime_ns]


def _checksum(array: NDArray[Any]) -> str:
    """Return Fletcher's sums over the bytes, at the speed of memory."""
    from matching.kernels import checksum  # numba takes half a second to import

    data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = len(data) // 8 * 8
    rest = np.zeros(8, np.uint8)
    rest[: len(data) - whole] = data[whole:]
    sums = [checksum(part.view(np.uint64)) for part in (data[:whole], rest)]
    return " ".join(f"{one:016x}{two:016x}" for one, two in sums)


def _digest(stored: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()


def _array_file(folder: Path, group: str, name: str) -> Path:
    return folder / f"{group}.{name}.npy"


def _pointed_at(folder: Path) -> str | None:
    """Return the current generation; a name that no writer gives counts as none."""
    try:
        name = (folder / _POINTER).read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return name if name.replace("-", "").isalnum() else None


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in a folder last, where folders can be opened (not on Windows)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_old(folder: Path, kept: set[str], before: str | None) -> None:
    for path in folder.iterdir():
        if path.name in kept or not path.is_dir():
            continue
        if path.name == before or time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
