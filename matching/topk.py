"""Exact best partners by cosine, for one row or all pairs; rows in, indices and scores out.

Only scores above 0 count, and of two equal scores the lower index stands first.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.vectors import Rows

Progress = Callable[[int, int], None]
"""Called with the work done and the whole work, in steps of its own."""

_SEGMENT = 1024
_COMMON_SHARE = 0.15

_PLAIN_BLOCK = 256
_WORTH_COMPILING = 2_000_000


@dataclass(frozen=True, slots=True)
class Best:
    """The best partners of each row, best first; both arrays have shape (rows, k).

    Places that stay empty hold index -1 and score 0.
    """

    indices: NDArray[np.int32]
    scores: NDArray[np.float32]

    @classmethod
    def empty(cls, rows: int, k: int) -> Self:
        """Return lists with nothing in them yet."""
        return cls(np.full((rows, k), -1, np.int32), np.zeros((rows, k), np.float32))

    def merged(self, other: Self) -> Self:
        """Return the best of both, taking `self` to hold the lower indices."""
        indices = np.hstack([self.indices, other.indices])
        scores = np.hstack([self.scores, other.scores])
        order = np.argsort(-scores, axis=1, kind="stable")[:, : self.scores.shape[1]]
        return type(self)(
            np.take_along_axis(indices, order, axis=1), np.take_along_axis(scores, order, axis=1)
        )


def best_of(scores: NDArray[np.floating], k: int) -> NDArray[np.intp]:
    """Return the places of the k best scores above 0, best first."""
    found = np.flatnonzero(scores > 0)
    if len(found) > k:
        floor = np.partition(scores[found], len(found) - k)[len(found) - k]
        found = found[scores[found] >= floor]
    return found[np.argsort(-scores[found], kind="stable")[:k]]


def best_pairs(
    left: Rows, right: Rows, k: int, threads: int = 2, progress: Progress | None = None
) -> tuple[Best, Best]:
    """Return the k best right rows of each left row, and the k best left rows of each right row.

    Small work runs in numpy and scipy; larger work in a compiled kernel, on `threads` threads,
    with the same result on any number of them.
    """
    if left.shape[0] * right.shape[0] < _WORTH_COMPILING:
        return plain_best_pairs(left, right, k)
    return compiled_best_pairs(left, right, k, threads, progress)


def plain_best_pairs(left: Rows, right: Rows, k: int) -> tuple[Best, Best]:
    """`best_pairs` in numpy and scipy alone."""
    of_left, of_right = Best.empty(left.shape[0], k), Best.empty(right.shape[0], k)
    turned = right.T.tocsc()
    for start in range(0, left.shape[0], _PLAIN_BLOCK):
        scores = (left[start : start + _PLAIN_BLOCK] @ turned).toarray()
        found = _best_columns(scores, k, 0)
        of_left.indices[start : start + len(scores)] = found.indices
        of_left.scores[start : start + len(scores)] = found.scores
        of_right = of_right.merged(_best_columns(np.ascontiguousarray(scores.T), k, start))
    return of_left, of_right


def compiled_best_pairs(
    left: Rows,
    right: Rows,
    k: int,
    threads: int = 2,
    progress: Progress | None = None,
    segment: int = _SEGMENT,
) -> tuple[Best, Best]:
    """`best_pairs` by the compiled kernel, one task for each `segment` (≤ 65,536) right rows."""
    left, right, common = _shared_terms(left, right)
    bases = range(0, right.shape[0], segment)
    of_left, of_right = Best.empty(left.shape[0], k), Best.empty(right.shape[0], k)

    def search(base: int) -> Best:
        part = slice(base, base + segment)
        of_part = Best(of_right.indices[part], of_right.scores[part])
        return _scan_segment(left, right[part], common, base, of_part)

    with ThreadPoolExecutor(threads) as pool:
        for done, found in enumerate(pool.map(search, bases), start=1):
            of_left = of_left.merged(found)
            if progress:
                progress(done, len(bases))
    return of_left, of_right


def warm_kernel() -> None:
    """Compile the kernel or load it from disk, so that no later call waits for it."""
    one = csr_array(np.ones((1, 1), np.float32))
    compiled_best_pairs(one, one, 1, threads=1)


def _shared_terms(left: Rows, right: Rows) -> tuple[Rows, Rows, int]:
    """Keep the terms of both sides, the commonest on the right first; count the common ones.

    A common term is one that a dense column serves faster than a list of its rows.
    """
    frequency = np.bincount(right.indices, minlength=right.shape[1])
    shared = np.flatnonzero(frequency * np.bincount(left.indices, minlength=left.shape[1]))
    shared = shared[np.argsort(-frequency[shared], kind="stable")]
    common = int((frequency[shared] > _COMMON_SHARE * right.shape[0]).sum())
    kept = left[:, shared]
    kept.sort_indices()
    return kept, right[:, shared], common


def _scan_segment(left: Rows, right: Rows, common: int, base: int, of_right: Best) -> Best:
    """Fill the lists of one segment's rows in place; return its best for each left row."""
    from matching.kernels import LANES, scan  # numba takes half a second to import

    width, k = of_right.scores.shape
    dense = np.zeros((common, -(-width // LANES) * LANES), np.float32)
    dense[:, :width] = right[:, :common].toarray().T
    postings = right[:, common:].tocsc()
    found = Best.empty(left.shape[0], k)
    scan(
        left.indptr.astype(np.uint32),
        left.indices.astype(np.uint32),
        left.data,
        dense,
        postings.indptr.astype(np.uint32),
        postings.indices.astype(np.uint16),
        postings.data,
        base,
        found.indices,
        found.scores,
        of_right.indices,
        of_right.scores,
    )
    return found


def _best_columns(scores: NDArray[np.float32], k: int, base: int) -> Best:
    """Return the best columns of each row of a dense table, counting columns from `base`."""
    best = Best.empty(len(scores), k)
    for row, values in enumerate(scores):
        places = best_of(values, k)
        best.indices[row, : len(places)] = places + base
        best.scores[row, : len(places)] = values[places]
    return best
