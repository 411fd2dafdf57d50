"""How good a ranking is against judged pairs: pure figures, no files, no printing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Levels = NDArray[np.int64]

RELEVANT = 3
"""The level from which a pair counts as relevant (2 is only related)."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one ranking; NaN where no need or pair qualifies.

    Ranking is among the judged pairs of each need. Equal scores share their places: a figure is
    its mean over all orders of the tied pairs (McSherry and Najork, ECIR 2008), so neither luck
    nor the order of the input moves it. nDCG is the mean over `ndcg_needs` needs with any
    level above 1, MAP and P@1 over `map_needs` needs with any relevant pair, AUC is pooled
    over all pairs, `level_accuracy` is 1/(1+MAE) of the predicted level and
    `calibration_error` is that of P(relevant) in ten bins of equal mass.
    """

    pairs: int
    needs: int
    ndcg_needs: int
    map_needs: int
    ndcg_at_10: float
    ndcg_at_5: float
    mean_average_precision: float
    precision_at_1: float
    auc: float
    level_accuracy: float
    calibration_error: float


def evaluate(
    need_ids: Sequence[str],
    scores: ArrayLike,
    levels: ArrayLike,
    predicted_levels: ArrayLike,
    relevance_probabilities: ArrayLike,
) -> Evaluation:
    """Return the figures for judged pairs; all five arguments run over the same pairs."""
    score, level = np.asarray(scores, np.float64), np.asarray(levels, np.int64)
    needs = [(score[g], level[g]) for g in _by_need(need_ids)]
    gainful = [(s, v) for s, v in needs if v.max() > 1]
    relevant = [(s, v >= RELEVANT) for s, v in needs if v.max() >= RELEVANT]
    probabilities = np.asarray(relevance_probabilities, np.float64)
    return Evaluation(
        pairs=len(level),
        needs=len(needs),
        ndcg_needs=len(gainful),
        map_needs=len(relevant),
        ndcg_at_10=_mean([ndcg(s, v, 10) for s, v in gainful]),
        ndcg_at_5=_mean([ndcg(s, v, 5) for s, v in gainful]),
        mean_average_precision=_mean([average_precision(s, v) for s, v in relevant]),
        precision_at_1=_mean([precision_at_1(s, v) for s, v in relevant]),
        auc=auc(score, level >= RELEVANT),
        level_accuracy=level_accuracy(np.asarray(predicted_levels), level),
        calibration_error=calibration_error(probabilities, level >= RELEVANT),
    )


def ndcg(scores: Floats, levels: Levels, cut: int) -> float:
    """Return nDCG at `cut` of one need; gain 2^(level-1)-1, discount log2(place + 1)."""
    gains = np.exp2(levels - 1) - 1
    discounts = (1 / np.log2(np.arange(2, len(gains) + 2)))[:cut]
    ideal = np.sort(gains)[::-1][:cut] @ discounts
    shared = np.concatenate([np.full(len(tie), gains[tie].mean()) for tie in _ties(scores)])
    return float(shared[:cut] @ discounts / ideal)


def average_precision(scores: Floats, relevance: NDArray[np.bool_]) -> float:
    """Return the mean precision at the places of the relevant pairs of one need."""
    total, above, relevant_above = 0.0, 0, 0
    for tie in _ties(scores):
        size, relevant = len(tie), int(relevance[tie].sum())
        within = np.arange(size) * (relevant - 1) / max(size - 1, 1)
        precisions = (relevant_above + 1 + within) / (above + 1 + np.arange(size))
        total += relevant * float(precisions.mean())
        above, relevant_above = above + size, relevant_above + relevant
    return total / relevant_above


def precision_at_1(scores: Floats, relevance: NDArray[np.bool_]) -> float:
    """Return the chance that the first pair of one need is relevant."""
    return float(relevance[_ties(scores)[0]].mean())


def auc(scores: Floats, relevance: NDArray[np.bool_]) -> float:
    """Return how often a relevant pair outscores another one; a tie counts half."""
    relevant, other = np.sort(scores[relevance]), np.sort(scores[~relevance])
    if not len(relevant) or not len(other):
        return float("nan")
    below = np.searchsorted(other, relevant, side="left")
    not_above = np.searchsorted(other, relevant, side="right")
    return float((below + not_above).mean() / 2 / len(other))


def level_accuracy(predicted: ArrayLike, levels: Levels) -> float:
    """Return 1/(1+MAE) of predicted levels."""
    if not len(levels):
        return float("nan")
    return float(1 / (1 + np.abs(np.asarray(predicted, np.float64) - levels).mean()))


def calibration_error(probabilities: Floats, outcomes: NDArray[np.bool_], bins: int = 10) -> float:
    """Return the expected calibration error over bins of (nearly) equal numbers of pairs."""
    if not len(probabilities):
        return float("nan")
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(probabilities[part].mean() - outcomes[part].mean()) for part in parts]
    return float(np.average(gaps, weights=[len(part) for part in parts]))


def _ties(scores: Floats) -> list[NDArray[np.intp]]:
    """Return the places of each distinct score, best first."""
    order = np.argsort(-scores, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(scores[order])) + 1)


def _by_need(need_ids: Sequence[str]) -> list[NDArray[np.intp]]:
    """Return the places of each need's pairs."""
    places: dict[str, list[int]] = {}
    for place, need in enumerate(need_ids):
        places.setdefault(need, []).append(place)
    return [np.array(group, dtype=np.intp) for group in places.values()]


def _mean(figures: list[float]) -> float:
    return float(np.mean(figures)) if figures else float("nan")
