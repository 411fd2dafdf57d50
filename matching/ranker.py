"""What is known of a pair to calibrated probabilities, score, level and grade; reads no text."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.documents import Grade, MatchingError

Floats = NDArray[np.float64]
Coefficients: TypeAlias = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]

FEATURES = (
    "one",
    "likeness",
    "length",
    "likeness × length",
    "shift",
    "known",
    "likeness × known",
)
STRONG_FROM = 0.5
FAIR_FROM = 0.2
FLOORS = {Grade.WEAK: 0.0, Grade.FAIR: FAIR_FROM, Grade.STRONG: STRONG_FROM}
"""The probability of level ≥ 3 from which a pair has each grade."""
_SHIPPED = Path(__file__).with_name("ranker.json")
_USUAL_LENGTH = 150.0


def features(
    text_scores: ArrayLike, lengths: ArrayLike, shifts: ArrayLike = 0.0, known: ArrayLike = 0.0
) -> Floats:
    """Return FEATURES of pairs, shape (pairs, 7).

    - likeness: the square root of the text score;
    - length: the logarithm of the need's length in characters over 150: three typed words and
      a page are not alike to a result in the same measure;
    - shift, known: what judgements of the same need say of the result, in levels, and how much
      of the doubt they remove, 0 to 1 (see feedback.py).
    """
    likeness = np.sqrt(np.maximum(np.asarray(text_scores, np.float64), 0.0))
    length = np.log(np.maximum(np.asarray(lengths, np.float64), 1.0) / _USUAL_LENGTH)
    sure = np.asarray(known, np.float64)
    columns = (1.0, likeness, length, likeness * length, shifts, sure, likeness * sure)
    return np.stack(np.broadcast_arrays(*columns), axis=-1).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Ranker:
    """One logistic curve per threshold over a few features of a pair.

    P(level ≥ t) = 1 / (1 + exp(-coefficients_t · features)), never above the probability of the
    threshold below; t = 2, 3, 4. Lengths count as within `lengths`, the range the curves were
    fitted on, in which they rise with the text score. `made_by`, `fingerprint` and `metrics` say
    where the coefficients come from.
    """

    coefficients: Coefficients
    lengths: tuple[float, float]
    made_by: str = ""
    fingerprint: str = ""
    metrics: Mapping[str, float] | None = None

    @classmethod
    def load(cls, path: Path = _SHIPPED) -> Self:
        """Read coefficients that `save` wrote.

        Raises MatchingError where the file is of another form.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            one, two, three = (tuple(map(float, row)) for row in stored.pop("coefficients"))
            low, high = map(float, stored.pop("lengths"))
            named = stored.pop("features")
            ranker = cls((one, two, three), (low, high), **stored)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MatchingError(f"{path.name} holds no ranker of this version.") from error
        if named != list(FEATURES) or {len(one), len(two), len(three)} != {len(FEATURES)}:
            raise MatchingError(f"{path.name} holds no ranker of this version.")
        return ranker

    def save(self, path: Path) -> None:
        """Write the coefficients, and how they were made, as readable JSON."""
        stored = {"features": FEATURES, **asdict(self)}
        path.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def probabilities(
        self,
        text_scores: ArrayLike,
        lengths: ArrayLike,
        shifts: ArrayLike = 0.0,
        known: ArrayLike = 0.0,
    ) -> Floats:
        """Return P(level ≥ 2), P(≥ 3), P(≥ 4) of each pair, shape (pairs, 3); see `features`."""
        within = np.clip(np.asarray(lengths, np.float64), *self.lengths)
        lines = features(text_scores, within, shifts, known) @ np.array(self.coefficients).T
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
