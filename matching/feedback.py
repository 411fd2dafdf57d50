"""What people judged of a need reshapes its other scores; nothing is remembered here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.vectors import Rows

Floats = NDArray[np.float64]

COMMON_VARIANCE = 0.2
SIMILAR_VARIANCE = 0.8
NOISE_VARIANCE = 0.3

_DRAWING_TERMS = 256


@dataclass(frozen=True, slots=True)
class Shift:
    """What judgements of some results say of any other: a Gaussian process over results.

    Two results covary by COMMON_VARIANCE + SIMILAR_VARIANCE × the product of their rows, a
    judgement has NOISE_VARIANCE (Rasmussen and Williams, 2006, §2.2). Few judgements are believed
    in part (`_trust`), which `weights` have in them. The kernel is linear, so
    the mean is `common` + row · `direction`, and a corpus can be searched along `direction`.
    """

    judged: Rows
    weights: Floats
    precision: Floats

    @property
    def common(self) -> float:
        """How far the expected level of every result moves."""
        return float(COMMON_VARIANCE * self.weights.sum())

    @property
    def direction(self) -> Rows:
        """How far each term moves it besides, shape (1, terms)."""
        return (
            csr_array((SIMILAR_VARIANCE * self.weights[None, :]).astype(np.float32)) @ self.judged
        )

    @property
    def attraction(self) -> Rows:
        """The heaviest terms of `direction` that draw results up, at length 1; shape (1, terms).

        They find the results to score in full; all terms would take ten times as long.
        """
        direction = self.direction
        drawn = np.sort(np.argsort(-direction.data, kind="stable")[:_DRAWING_TERMS])
        drawn = drawn[direction.data[drawn] > 0]
        weights = direction.data[drawn]
        length = np.float32(np.linalg.norm(weights) or 1.0)
        found = csr_array(
            (weights / length, direction.indices[drawn], [0, len(drawn)]), direction.shape
        )
        found.sort_indices()
        return found

    def of(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return by how many levels each row moves, and what part of its doubt is gone, 0..1."""
        covariance = _covariance(rows, self.judged)
        explained = ((covariance @ self.precision) * covariance).sum(axis=1)
        known = explained / (COMMON_VARIANCE + SIMILAR_VARIANCE)
        return covariance @ self.weights, _trust(len(self.weights)) * known


def learn_shift(judged: Rows, residuals: Floats) -> Shift:
    """Learn from the rows of judged results and their judged minus expected levels."""
    covariance = _covariance(judged, judged)
    covariance[np.diag_indices_from(covariance)] += NOISE_VARIANCE
    precision: Floats = np.linalg.inv(covariance).astype(np.float64)
    return Shift(judged, _trust(len(residuals)) * (precision @ residuals), precision)


def _trust(count: int) -> float:
    """Return how far so many judgements of a need are believed: one half, more with each.

    The first to be judged are the best of a list and no fair sample. Taken at its word, one pair
    that was agreed on lifted all others of its need; see "How good it is" in docs/matching.md.
    """
    return (count + 1) / (count + 3)


def _covariance(rows: Rows, others: Rows) -> Floats:
    return COMMON_VARIANCE + SIMILAR_VARIANCE * (rows @ others.T).toarray().astype(np.float64)
