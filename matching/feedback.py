"""What people judged of a need reshapes its other scores; nothing is remembered here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from matching.vectors import Rows

Floats = NDArray[np.float64]

COMMON_VARIANCE = 0.02
SIMILAR_VARIANCE = 0.2
NOISE_VARIANCE = 0.1


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the expected level of any result moves: `common` + its row · `direction`."""

    common: float
    direction: Rows

    def of(self, rows: Rows) -> Floats:
        """Return the shift of each row, in levels."""
        return self.common + (rows @ self.direction.T).toarray()[:, 0].astype(np.float64)


def learn_shift(judged: Rows, residuals: Floats) -> Shift:
    """Return the mean of a Gaussian process over results, given what is known of some of them.

    `judged` are the rows of the judged results and `residuals` their judged minus expected
    levels. Two results covary by COMMON_VARIANCE + SIMILAR_VARIANCE × cosine, a judgement has
    NOISE_VARIANCE. The kernel is linear, so the mean is one direction in term space and a
    whole corpus is shifted by one product (Rasmussen and Williams, 2006, §2.2).
    """
    similarity = (judged @ judged.T).toarray().astype(np.float64)
    covariance = COMMON_VARIANCE + SIMILAR_VARIANCE * similarity
    covariance[np.diag_indices_from(covariance)] += NOISE_VARIANCE
    weights = cho_solve(cho_factor(covariance), residuals)
    return Shift(
        common=float(COMMON_VARIANCE * weights.sum()),
        direction=csr_array((SIMILAR_VARIANCE * weights[None, :]).astype(np.float32)) @ judged,
    )
