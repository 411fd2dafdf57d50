"""The inner loop of all-pairs search, written for numba; `topk.py` says when it is used."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., None])

LANES = 32


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
def _insert(
    indices: NDArray[np.int32], scores: NDArray[np.float32], index: int, score: np.float32
) -> None:
    """Put one entry into a list kept best first, behind its equals; the last one falls out."""
    place = len(scores) - 1
    while place > 0 and scores[place - 1] < score:
        scores[place] = scores[place - 1]
        indices[place] = indices[place - 1]
        place -= 1
    scores[place] = score
    indices[place] = index


@_compiled
def _add_common(
    terms: NDArray[np.uint32],
    weights: NDArray[np.float32],
    dense: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> None:
    """Add the common terms of one left row to the scores, four at a time to save passes."""
    at = 0
    while at + 4 <= len(terms):
        one, two, three, four = weights[at : at + 4]
        ones, twos = dense[terms[at]], dense[terms[at + 1]]
        threes, fours = dense[terms[at + 2]], dense[terms[at + 3]]
        for place in range(len(scores)):
            scores[place] += (
                one * ones[place] + two * twos[place] + three * threes[place] + four * fours[place]
            )
        at += 4
    while at < len(terms):
        one, ones = weights[at], dense[terms[at]]
        for place in range(len(scores)):
            scores[place] += one * ones[place]
        at += 1


@_compiled
def _add_rare(
    terms: NDArray[np.uint32],
    weights: NDArray[np.float32],
    starts: NDArray[np.uint32],
    members: NDArray[np.uint16],
    values: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> None:
    """Add the other terms of one left row to the scores, through the rows that hold them."""
    for at in range(len(terms)):
        weight, term = weights[at], terms[at]
        first, last = starts[term], starts[term + np.uint32(1)]
        ids, parts = members[first:last], values[first:last]
        for place in range(len(ids)):
            scores[ids[place]] += weight * parts[place]


@_compiled
def _keep_best(
    row: int,
    base: int,
    scores: NDArray[np.float32],
    right_floor: NDArray[np.float32],
    left_indices: NDArray[np.int32],
    left_scores: NDArray[np.float32],
    right_indices: NDArray[np.int32],
    right_scores: NDArray[np.float32],
) -> None:
    """Enter one left row's scores into its own list and into those of the right rows."""
    floor = left_scores[-1]
    for block in range(0, len(scores), LANES):
        hits = 0
        for place in range(block, block + LANES):
            hits += (scores[place] > floor) | (scores[place] > right_floor[place])
        if hits == 0:
            continue
        for place in range(block, min(block + LANES, len(right_scores))):
            score = scores[place]
            if score > floor:
                _insert(left_indices, left_scores, base + place, score)
                floor = left_scores[-1]
            if score > right_floor[place]:
                _insert(right_indices[place], right_scores[place], row, score)
                right_floor[place] = right_scores[place, -1]


@_compiled
def scan(
    left_starts: NDArray[np.uint32],
    left_terms: NDArray[np.uint32],
    left_weights: NDArray[np.float32],
    dense: NDArray[np.float32],
    starts: NDArray[np.uint32],
    members: NDArray[np.uint16],
    weights: NDArray[np.float32],
    base: int,
    left_indices: NDArray[np.int32],
    left_scores: NDArray[np.float32],
    right_indices: NDArray[np.int32],
    right_scores: NDArray[np.float32],
) -> None:
    """Score every left row against one segment of right rows and keep the best of both sides.

    The first terms are common ones: `dense` holds their weights in the segment, shape (terms,
    rows of the segment, padded with zeros to whole lanes). `starts`, `members` and `weights`
    are the postings of the other terms: the right rows, counted from `base`, and their weights.
    The four tables hold the best so far, best first, and are updated in place; the right ones
    begin at the segment's first row.
    """
    common, padded = dense.shape
    scores = np.zeros(padded, dtype=np.float32)
    right_floor = np.full(padded, np.inf, dtype=np.float32)
    right_floor[: len(right_scores)] = right_scores[:, -1]
    for row in range(len(left_starts) - 1):
        part = slice(left_starts[row], left_starts[row + 1])
        terms, values = left_terms[part], left_weights[part]
        split = np.searchsorted(terms, common)
        scores[:] = 0
        _add_common(terms[:split], values[:split], dense, scores)
        _add_rare(
            terms[split:] - np.uint32(common), values[split:], starts, members, weights, scores
        )
        _keep_best(
            row,
            base,
            scores,
            right_floor,
            left_indices[row],
            left_scores[row],
            right_indices,
            right_scores,
        )
