"""Files that are kept beside the database: in a local folder, or in an S3-compatible store."""

from collections.abc import Iterator
from datetime import datetime

import flask
import obstore
import structlog
from flask import Flask
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from matchmaker.config import Settings
from matchmaker.i18n import _

FOLDER = "attachments"

_STORE = "file_store"

log = structlog.get_logger()


class StorageError(Exception):
    """The store is full or cannot be reached; the message says what to do."""


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its store; without a place to keep anything it ends with the process."""
    app.extensions[_STORE] = _opened(settings)


def put(key: str, content: bytes) -> None:
    """Keep a file under a key that is new.

    Raises:
        StorageError: it could not be kept.
    """
    try:
        obstore.put(_store(), key, content)
    except (BaseError, OSError) as error:
        log.exception("a file could not be kept")
        raise StorageError(_("It could not be kept. Try again later.")) from error


def read(key: str) -> Iterator[bytes]:
    """Yield the content of a file, part by part.

    Raises:
        FileNotFoundError: nothing is kept under that key.
    """
    return (bytes(part) for part in obstore.get(_store(), key).stream())


def delete(key: str) -> None:
    """Throw a file away; one that is not there is no error."""
    try:
        obstore.delete(_store(), key)
    except FileNotFoundError:
        return


def kept_before(moment: datetime) -> Iterator[str]:
    """Yield the keys of the files that were kept before a moment."""
    for batch in obstore.list(_store()):
        for found in batch:
            if found["last_modified"] < moment:
                yield found["path"]


def _opened(settings: Settings) -> ObjectStore:
    if settings.attachments_url:
        return from_url(settings.attachments_url)
    if settings.data is None:
        return MemoryStore()
    folder = settings.data / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)


def _store() -> ObjectStore:
    store: ObjectStore = flask.current_app.extensions[_STORE]
    return store
