"""The ranker in use: the one adopted from the platform's own judgements, or the shipped one."""

import os
import secrets
from pathlib import Path

import structlog

from matching import MatchingError, Ranker

FILE = "ranker.json"

log = structlog.get_logger()


def in_use(data: Path | None) -> Ranker:
    """Return the ranker adopted in the folder `data`, the shipped one where there is none.

    One that cannot be read, perhaps of another version of the matcher, is passed over with a
    warning: matching goes on.
    """
    path = data / FILE if data else None
    if path and path.exists():
        try:
            return Ranker.load(path)
        except (OSError, MatchingError) as error:
            log.warning(
                "the adopted ranker cannot be read; the shipped one is used",
                file=str(path),
                reason=str(error),
            )
    return Ranker.load()


def stamp(data: Path | None) -> int:
    """Return a number that changes whenever another ranker is put into use."""
    try:
        return (data / FILE).stat().st_mtime_ns if data else 0
    except OSError:
        return 0


def adopt(data: Path, ranker: Ranker) -> None:
    """Put a ranker into use; a reader sees the old file or the new one, never a part."""
    data.mkdir(parents=True, exist_ok=True)
    unfinished = data / f".{FILE}.{secrets.token_hex(8)}.tmp"
    try:
        ranker.save(unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(data / FILE)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(data: Path) -> bool:
    """Put the shipped ranker back into use; return whether another one was."""
    path = data / FILE
    adopted = path.exists()
    path.unlink(missing_ok=True)
    return adopted
