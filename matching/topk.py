"""Lists of the best, best first: only scores above 0 count, of equals the lower index is first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Progress = Callable[[int, int], None]
"""Called with the work done and the whole work, in steps of its own."""


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

    def of(self, row: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return one row's partners and their scores, without the empty places."""
        filled = self.indices[row] >= 0
        return (
            self.indices[row][filled].astype(np.intp),
            self.scores[row][filled].astype(np.float64),
        )

    def moved(self, by: int) -> Self:
        """Return the same lists with `by` added to every index."""
        return replace(self, indices=np.where(self.indices < 0, -1, self.indices + by))

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
