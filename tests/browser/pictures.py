"""Screenshots made small: a page of text needs few colours."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
PARTS = 3  # red, green, blue


def fewer_colours(screenshot: bytes) -> bytes:
    """Return a screenshot of Chromium's as a PNG with a palette (PNG 3rd edition, 11.2).

    The commonest colours are kept as they are; each of the others becomes the nearest of them.
    """
    pixels = _pixels(screenshot)
    height, width, _parts = pixels.shape
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = np.argsort(counts)[::-1][:COLOURS]
    parts = np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=1).astype(int)
    nearest = np.array([np.abs(parts[kept] - part).sum(axis=1).argmin() for part in parts])
    rows = nearest[places].reshape(height, width).astype(np.uint8)
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", parts[kept].astype(np.uint8).tobytes()),
            _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _pixels(screenshot: bytes) -> NDArray[np.uint8]:
    """Return the pixels of a PNG of eight bits for each of red, green and blue, not interlaced."""
    chunks = dict.fromkeys((b"IHDR", b"IDAT"), b"")
    place = len(SIGNATURE)
    while place < len(screenshot):
        length, kind = struct.unpack(">I4s", screenshot[place : place + 8])
        if kind in chunks:
            chunks[kind] += screenshot[place + 8 : place + 8 + length]
        place += length + 12
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    filtered = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    rows = [[0] * (width * PARTS)]
    for kind, *row in filtered.tolist():
        rows.append(_unfiltered(kind, row, rows[-1]))
    return np.array(rows[1:], np.uint8).reshape(height, width, PARTS)


def _paeth(left: int, up: int, corner: int) -> int:
    straight = left + up - corner
    return min((left, up, corner), key=lambda near: abs(straight - near))


PREDICTIONS: tuple[Callable[[int, int, int], int], ...] = (
    lambda _left, _up, _corner: 0,
    lambda left, _up, _corner: left,
    lambda _left, up, _corner: up,
    lambda left, up, _corner: (left + up) // 2,
    _paeth,
)


def _unfiltered(kind: int, row: list[int], above: list[int]) -> list[int]:
    """Return a row's bytes, of which the file holds the difference from a prediction (9.2)."""
    predict = PREDICTIONS[kind]
    for place, difference in enumerate(row):
        left, corner = (row[place - PARTS], above[place - PARTS]) if place >= PARTS else (0, 0)
        row[place] = (difference + predict(left, above[place], corner)) % 256
    return row


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
