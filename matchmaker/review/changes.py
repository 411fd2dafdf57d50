"""What differs between two texts: sentence by sentence, and within a sentence word by word."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PAIRS = 50_000
"""Of two passages with more pairs of equal words all counts as changed: comparing would take long.

A rewritten passage of three thousand characters stays below; one word a thousand times does not.
"""

_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]|[^。！？；\n]+")
_WORD = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text, and whether the other text lacks it."""

    text: str
    changed: bool


Pieces = tuple[Piece, ...]


def compare(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Return both texts in pieces: marked in the first what goes, in the second what comes."""
    removed: list[Piece] = []
    added: list[Piece] = []
    for same, old, new in _blocks(_SENTENCE.findall(before), _SENTENCE.findall(after)):
        if same:
            removed.append(Piece(old, changed=False))
            added.append(Piece(new, changed=False))
            continue
        for alike, gone, come in _words(old, new):
            removed.append(Piece(gone, not alike))
            added.append(Piece(come, not alike))
    return _joined(removed), _joined(added)


def _words(before: str, after: str) -> Iterator[tuple[bool, str, str]]:
    return _blocks(_WORD.findall(before), _WORD.findall(after))


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """Yield the runs of both sides in their order, and whether they are the same."""
    if before == after or _pairs(before, after) > MOST_PAIRS:
        yield before == after, "".join(before), "".join(after)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        yield kind == "equal", "".join(before[first:last]), "".join(after[start:end])


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many pairs of equal pieces there are: the time to compare grows with them."""
    come = Counter(after)
    return sum(count * come[piece] for piece, count in Counter(before).items())


def _joined(pieces: list[Piece]) -> Pieces:
    """Return the pieces without empty ones, neighbours of one kind in one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].changed == piece.changed:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.changed)
        elif piece.text:
            joined.append(piece)
    return tuple(joined)
