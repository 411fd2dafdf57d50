"""Addresses a reader may be sent on to."""

from urllib.parse import urlsplit


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
