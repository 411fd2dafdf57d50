"""The inner loops of exact search, written for numba; `index.py` says what they are given.

Loops run over slices with constant or `len` bounds: that is the form numba turns into vector
instructions, ten times as fast as signed `range(first, last)`.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from matching.index import LANES, LEVELS, SEGMENT

Function = TypeVar("Function", bound=Callable[..., object])
Floats = NDArray[np.float32]
Columns = NDArray[np.uint32]
Places = NDArray[np.int32]
Rows = tuple[NDArray[np.int64], Columns, Floats]

_LEVELS = np.array(LEVELS, np.uint32)
_SLACK = np.float32(2**-23)
_RESCORING = 1.5
_NEVER = np.float32(-4)


def _compiled(function: Function) -> Function:
    """Return `function` compiled on first call and kept on disk.

    numba keeps it beside this file, else in the user's cache folder, or where NUMBA_CACHE_DIR
    says. Where none of them can be written it is compiled anew in each process.
    """
    try:
        compiled = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        compiled = numba.njit(nogil=True)(function)
    return cast("Function", compiled)


@_compiled
def checksum(words: NDArray[np.uint64]) -> tuple[np.uint64, np.uint64]:
    """Return Fletcher's two sums (modulo 2⁶⁴) of some words, as fast as memory is read."""
    one, two = np.uint64(0), np.uint64(0)
    for at in range(len(words)):
        one += words[at]
        two += one
    return one, two


@_compiled
def _insert(indices: NDArray[np.int32], scores: Floats, index: int, score: np.float32) -> None:
    """Put one entry into a list kept best first, behind its equals; the last one falls out."""
    place = len(scores) - 1
    while place > 0 and scores[place - 1] < score:
        scores[place] = scores[place - 1]
        indices[place] = indices[place - 1]
        place -= 1
    scores[place] = score
    indices[place] = index


@_compiled
def _product(
    head: Floats, columns: Columns, weights: Floats, others: Columns, parts: Floats
) -> np.float32:
    """Return the product of two rows, added up in double precision by ascending column.

    The first row's common columns are in `head`, the others in `columns`. A product of two
    float32 is exact in double precision, and scipy's product of two sparse matrices in double
    precision adds in the same order: both give the same bits.
    """
    total, at, place = 0.0, 0, 0
    while place < len(others) and others[place] < len(head):
        total += np.float64(head[others[place]]) * np.float64(parts[place])
        place += 1
    while at < len(columns) and place < len(others):
        if columns[at] < others[place]:
            at += 1
        elif columns[at] > others[place]:
            place += 1
        else:
            total += np.float64(weights[at]) * np.float64(parts[place])
            at += 1
            place += 1
    return np.float32(total)


@_compiled
def _add(
    columns: Columns,
    weights: Floats,
    starts: Columns,
    members: NDArray[np.uint16],
    parts: Floats,
    scores: Floats,
) -> None:
    """Add some terms of one row to the scores of the rows that hold them."""
    for at in range(len(columns)):
        weight, column = weights[at], columns[at]
        first, last = starts[column], starts[column + np.uint32(1)]
        ids, values = members[first:last], parts[first:last]
        for place in range(len(ids)):
            scores[ids[place]] += weight * values[place]


@_compiled
def _postings(columns: Columns, starts: Columns) -> int:
    """Return how many postings some terms have."""
    total = 0
    for at in range(len(columns)):
        total += starts[columns[at] + np.uint32(1)] - starts[columns[at]]
    return total


@_compiled
def _above(scores: Floats, norms: Floats, rest: np.float32, floor: np.float32) -> np.int32:
    """Return how many scores may come to stand above `floor` by what is not added yet."""
    hits = np.int32(0)
    for place in range(len(scores)):
        hits += np.int32(scores[place] + rest * norms[place] > floor)
    return hits


@_compiled
def _length(weights: Floats) -> np.float32:
    """Return the length of a part of a row."""
    total = np.float32(0)
    for at in range(len(weights)):
        total += weights[at] * weights[at]
    return np.float32(np.sqrt(total))


@_compiled
def _head(columns: Columns, weights: Floats, head: Floats, end: int) -> np.float32:
    """Return the product of a row's first columns, before `end`, with a dense head."""
    total = np.float32(0)
    for at in range(len(columns)):
        if columns[at] >= end:
            break
        total += head[columns[at]] * weights[at]
    return total


@_compiled
def _promising(scores: Floats, places: Places) -> None:
    """Fill `places` with the highest scores' places, -1 where no score is above 0."""
    best = np.zeros(len(places), np.float32)
    places[:] = -1
    for block in range(len(scores) // LANES):
        part = scores[block * LANES : (block + 1) * LANES]
        hits = np.int32(0)
        for place in range(len(part)):
            hits += np.int32(part[place] > best[-1])
        if hits == 0:
            continue
        for place in range(len(part)):
            if part[place] > best[-1]:
                _insert(places, best, block * LANES + place, part[place])


@_compiled
def _least(rows: Rows, base: int, head: Floats, scores: Floats, places: Places) -> np.float32:
    """Return what the k-th best row scores at least, from the k most promising; 0 if too few."""
    _promising(scores, places)
    if places[-1] < 0:
        return np.float32(0)
    starts, columns, weights = rows
    least = np.float32(np.inf)
    for place in places:
        entry = slice(starts[base + place], starts[base + place + 1])
        more = _head(columns[entry], weights[entry], head, _LEVELS[0])
        least = min(least, scores[place] + more)
    return least


@_compiled
def _add_until_few(
    columns: Columns,
    weights: Floats,
    base: int,
    rows: int,
    postings: tuple[Columns, NDArray[np.uint16], Floats],
    norms: Floats,
    floor: np.float32,
    scores: Floats,
) -> int:
    """Add common terms, the rarest first, while that is less work than to score what is left.

    Returns the number of levels added; what may still be above `floor` is to be scored alone.
    """
    starts, ids, values = postings
    for level in range(len(norms)):
        split = np.searchsorted(columns, _LEVELS[level])
        if split == 0:
            return len(norms)
        lengths = norms[level][base : base + len(scores)]
        hits = _above(scores, lengths, _length(weights[:split]), floor)
        lower = np.searchsorted(columns, _LEVELS[level + 1])
        alone = hits * (starts[_LEVELS[level]] / rows) * _RESCORING
        if alone < _postings(columns[lower:split], starts):
            return level
        _add(columns[lower:split], weights[lower:split], starts, ids, values, scores)
    return len(norms)


@_compiled
def _enter(
    columns: Columns,
    weights: Floats,
    rows: Rows,
    base: int,
    head: Floats,
    level: int,
    norms: Floats,
    slack: np.float32,
    floor: np.float32,
    scores: Floats,
    indices: Places,
    best: Floats,
) -> None:
    """Score alone the rows that may be above `floor`, and put the best into the list."""
    starts, row_columns, row_weights = rows
    rest = _length(weights[: np.searchsorted(columns, _LEVELS[level])])
    rare = np.searchsorted(columns, _LEVELS[0])
    for block in range(len(scores) // LANES):
        part = scores[block * LANES : (block + 1) * LANES]
        lengths = norms[block * LANES : (block + 1) * LANES]
        if _above(part, lengths, rest, floor) == 0:
            continue
        for lane in range(len(part)):
            if not part[lane] + rest * lengths[lane] > floor:
                continue
            row = base + block * LANES + lane
            entry = slice(starts[row], starts[row + 1])
            others, theirs = row_columns[entry], row_weights[entry]
            if part[lane] + _head(others, theirs, head, _LEVELS[level]) > floor:
                score = _product(head, columns[rare:], weights[rare:], others, theirs)
                if score > best[-1]:
                    _insert(indices, best, row, score)
                    floor = max(floor, best[-1] - slack)


@_compiled
def scan(
    asked: Rows,
    rows: Rows,
    postings: tuple[NDArray[np.uint32], NDArray[np.uint16], Floats],
    norms: Floats,
    dead: NDArray[np.int64],
    found: Places,
    found_scores: Floats,
) -> None:
    """Enter the best rows for each asked row into its list, shape (asked, k), best first.

    `asked` and `rows` are starts, columns and weights of compressed sparse rows; `postings` are
    the starts, members and weights of an `Index`, `norms` its norms. `dead` are the numbers of
    rows to pass over, ascending.

    In each segment the rare terms are added first. What the common ones can still add to a row is
    bounded by the product of both lengths (Cauchy and Schwarz). While many rows may still get
    into the list, the rarest of the common terms are added too; then the few that may are scored
    alone. Sums in single precision err by less than `slack`, and so do bounds made of them.
    """
    starts, members, parts = postings
    head = np.zeros(_LEVELS[0], np.float32)
    padded = np.zeros(SEGMENT, np.float32)
    promising = np.zeros(found.shape[1], np.int32)
    for segment in range(len(starts)):
        base = segment * SEGMENT
        count = min(SEGMENT, len(rows[0]) - 1 - base)
        entries = slice(rows[0][base], rows[0][base + count])
        ids, values = members[entries], parts[entries]
        passed = dead[np.searchsorted(dead, base) : np.searchsorted(dead, base + count)] - base
        scores = padded[: -(-count // LANES) * LANES]
        for place in range(len(found)):
            own = slice(asked[0][place], asked[0][place + 1])
            columns, weights = asked[1][own], asked[2][own]
            slack = _SLACK * np.float32(len(columns) + 8)
            split = np.searchsorted(columns, _LEVELS[0])
            for at in range(split):
                head[columns[at]] = weights[at]

            scores[:] = 0
            _add(columns[split:], weights[split:], starts[segment], ids, values, scores)
            for row in passed:
                scores[row] = _NEVER
            floor = found_scores[place, -1]
            if floor == 0:
                floor = _least(rows, base, head, scores, promising) - slack
            floor = max(floor - slack, np.float32(0))
            level = _add_until_few(
                columns, weights, base, count, (starts[segment], ids, values), norms, floor, scores
            )
            _enter(
                columns,
                weights,
                rows,
                base,
                head,
                level,
                norms[min(level, len(norms) - 1)][base : base + len(scores)],
                slack,
                floor,
                scores,
                found[place],
                found_scores[place],
            )
            for at in range(split):
                head[columns[at]] = 0
