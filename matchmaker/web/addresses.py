"""Addresses a reader may be sent on to."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, url_for


def see_page(endpoint: str, **values: Any) -> Response:
    """Return the answer that leads from a form that was sent to the page to read next."""
    return see_other(url_for(endpoint, **values))


def see_other(address: str) -> Response:
    """Return the answer that leads from a form that was sent to an address to read next."""
    return redirect(address, 303)  # type: ignore[return-value]


def own_path(target: str | None, default: str) -> str:
    r"""Return `target` if it is a path of this site, `default` otherwise.

    Browsers read backslashes as slashes and skip control characters, so that `/\evil` and
    `/<tab>/evil` lead elsewhere: whatever holds one is refused.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(character) <= ord(" ") for character in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target
