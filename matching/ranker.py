"""Text score to calibrated probabilities, score, level and grade; reads no text."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.documents import Grade

Floats = NDArray[np.float64]

STRONG_FROM = 0.5
FAIR_FROM = 0.2
FLOORS = {Grade.WEAK: 0.0, Grade.FAIR: FAIR_FROM, Grade.STRONG: STRONG_FROM}
"""The probability of level ≥ 3 from which a pair has each grade."""
_SHIPPED = Path(__file__).with_name("ranker.json")
_GRID = np.linspace(-4.0, 8.0, 12001)


@dataclass(frozen=True, slots=True)
class Ranker:
    """One logistic curve per threshold over x, the square root of the text score.

    P(level ≥ t) = 1 / (1 + exp(-(intercept_t + slope_t × x))), never above the probability of
    the threshold below; t = 2, 3, 4. Slopes are above 0, so everything rises with the text
    score. `made_by`, `fingerprint` and `metrics` say where the coefficients come from.
    """

    intercepts: tuple[float, float, float]
    slopes: tuple[float, float, float]
    made_by: str = ""
    fingerprint: str = ""
    metrics: Mapping[str, float] | None = None

    @classmethod
    def load(cls, path: Path = _SHIPPED) -> Self:
        """Read coefficients that `save` wrote."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        stored["intercepts"] = tuple(stored["intercepts"])
        stored["slopes"] = tuple(stored["slopes"])
        return cls(**stored)

    def save(self, path: Path) -> None:
        """Write the coefficients, and how they were made, as readable JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def probabilities(self, text_scores: ArrayLike) -> Floats:
        """Return P(level ≥ 2), P(≥ 3), P(≥ 4) of each pair, shape (pairs, 3)."""
        return self._curves(np.sqrt(np.maximum(np.asarray(text_scores, np.float64), 0.0)))

    def probabilities_at(self, expected: Floats) -> Floats:
        """Return the probabilities at the point of the curves where the expected level is given.

        Where feedback moves an expected level, probabilities, score and grade move with it.
        """
        return self._curves(np.interp(expected, expected_levels(self._curves(_GRID)), _GRID))

    def _curves(self, x: Floats) -> Floats:
        lines = np.array(self.intercepts) + np.multiply.outer(x, self.slopes)
        curves: Floats = 1 / (1 + np.exp(-lines))
        return np.minimum.accumulate(curves, axis=1)


def expected_levels(probabilities: Floats) -> Floats:
    """Return the expected level, 1 to 4."""
    levels: Floats = 1 + probabilities.sum(axis=1)
    return levels


def scores(probabilities: Floats) -> Floats:
    """Return (expected level - 1) / 3, 0 to 1."""
    return (expected_levels(probabilities) - 1) / 3


def levels(probabilities: Floats) -> NDArray[np.int64]:
    """Return the median level, which errs least by the mean absolute error."""
    reached: NDArray[np.int64] = (probabilities >= 0.5).sum(axis=1)
    return 1 + reached


def grades(probabilities: Floats) -> list[Grade]:
    """Return strong where level ≥ 3 is at least as likely as not, else fair or weak."""
    names = np.array([Grade.WEAK, Grade.FAIR, Grade.STRONG], dtype=object)
    steps = np.digitize(probabilities[:, 1], [FAIR_FROM, STRONG_FROM])
    found: list[Grade] = names[steps].tolist()
    return found
