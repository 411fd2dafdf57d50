"""Whether a ranker fitted to fresh judgements should replace the present one; no files here."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matching.documents import Document, Judgements, MatchingError, Scored
from matching.engine import Matcher
from matching.evaluation import evaluate
from matching.ranker import Ranker
from matching.training import FEWEST_OF_A_KIND, FOLDS, THRESHOLDS, fit, train

Floats = NDArray[np.float64]
Pair = tuple[str, str]
Levels = Mapping[Pair, int]

FEWEST_NEEDS = 20
RESAMPLES = 2000
NDCG_SLACK = 0.002
"""By how much nDCG may differ before it counts as fallen: less is the luck of single pairs."""

_MADE_BY = "matchmaker retrain: "


class Verdict(StrEnum):
    """What became of a retraining."""

    BETTER = "better"
    NOT_BETTER = "not_better"
    UNLEARNABLE = "unlearnable"


@dataclass(frozen=True, slots=True)
class Shortage:
    """How many more judgements are needed: of other needs, and of pairs by level.

    `reached` and `missed` say for each threshold how many more pairs are needed whose level
    reaches it and whose level does not; what is enough is left out.
    """

    needs: int
    reached: Mapping[int, int]
    missed: Mapping[int, int]


class TooFewError(MatchingError):
    """There are not enough judgements to compare rankers by; `shortage` says what lacks."""

    def __init__(self, shortage: Shortage) -> None:
        super().__init__(f"Too few judgements to retrain from: {shortage}")
        self.shortage = shortage


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a ranker foretells judged pairs; both figures are means over needs.

    `log_loss` is that of the three thresholds together (lower is better), `ndcg_at_10` as in
    `matching.evaluation`.
    """

    log_loss: float
    ndcg_at_10: float


@dataclass(frozen=True, slots=True)
class Retraining:
    """Both rankers on the same held-out pairs, and the verdict.

    `interval` holds the 95 % of trained minus present log loss. `trained` and `interval` are None
    where nothing could be fitted, `ranker` wherever the present one stays.
    """

    verdict: Verdict
    pairs: int
    needs: int
    present: Figures
    trained: Figures | None = None
    interval: tuple[float, float] | None = None
    ranker: Ranker | None = None


def retrain(
    needs: Sequence[Document],
    results: Sequence[Document],
    judgements: Judgements,
    present: Ranker,
    prior: Ranker | None = None,
) -> Retraining:
    """Fit a ranker to the judgements and compare it with the present one.

    The fit starts from `prior` and leaves it as far as the judgements say so: a few hundred of
    them alone would make a worse ranker than one that has seen thousands.

    Both score the same pairs, the fitted one from folds that share no need's text with what it
    learnt from. It replaces the present one only if the 95 % interval of the difference in log
    loss, from a paired bootstrap over need texts, lies below 0 and nDCG@10 has not fallen. Where
    the present ranker has learnt from these judgements before, the comparison is in its favour.

    Judgements of texts that are not given are left out. Deterministic.

    Raises:
        TooFewError: fewer than 20 needs, or a fold would leave fewer than 20 pairs on either side
            of a threshold to learn from.
    """
    levels = _at_hand(needs, results, judgements)
    texts = {need.id: (need.title, need.body, need.keywords) for need in needs}
    text_of = [texts[need] for need, _result in levels]
    fold = _folds(text_of)
    _refuse_too_few(levels, fold, len(set(text_of)))
    scored = Matcher(needs, results, present).score(list(levels))
    figures, present_losses = _measured(scored, levels, text_of)
    kept = Retraining(Verdict.UNLEARNABLE, len(levels), len(set(text_of)), figures)
    try:
        held_out = _held_out(needs, results, levels, fold, prior)
        ranker = train(needs, results, _by_need(levels), prior)
    except MatchingError:
        return kept
    trained, trained_losses = _measured(held_out, levels, text_of)
    interval = _interval(trained_losses - present_losses)
    kept = replace(kept, verdict=Verdict.NOT_BETTER, trained=trained, interval=interval)
    if interval[1] >= 0 or trained.ndcg_at_10 < figures.ndcg_at_10 - NDCG_SLACK:
        return kept
    named = replace(ranker, made_by=_MADE_BY + ranker.made_by.partition(": ")[2])
    return replace(kept, verdict=Verdict.BETTER, ranker=named)


def _at_hand(
    needs: Sequence[Document], results: Sequence[Document], judgements: Judgements
) -> Levels:
    """Return the level of each judged pair of the given texts."""
    need_ids, result_ids = {need.id for need in needs}, {result.id for result in results}
    return {
        (need, result): level
        for need, judged in judgements.items()
        for result, level in judged.items()
        if need in need_ids and result in result_ids
    }


def _by_need(levels: Levels) -> Judgements:
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    for (need, result), level in levels.items():
        judgements[need][result] = level
    return judgements


def _folds(text_of: Sequence[tuple[object, ...]]) -> NDArray[np.intp]:
    """Return the fold of each pair: the distinct texts are dealt out in an order of their own."""
    ordered = sorted(set(text_of), key=_digest)
    fold = {text: place % FOLDS for place, text in enumerate(ordered)}
    return np.array([fold[text] for text in text_of], dtype=np.intp)


def _digest(text: tuple[object, ...]) -> bytes:
    return hashlib.sha256(repr(text).encode("utf-8", "replace")).digest()


def _refuse_too_few(levels: Levels, fold: NDArray[np.intp], needs: int) -> None:
    level = np.array(list(levels.values()))
    learnt_from = [level[fold != k] for k in range(FOLDS)]
    counts = {t: [int((part >= t).sum()) for part in learnt_from] for t in THRESHOLDS}
    reached = {t: FEWEST_OF_A_KIND - min(count) for t, count in counts.items()}
    missed = {
        t: FEWEST_OF_A_KIND - min(len(part) - n for part, n in zip(learnt_from, count, strict=True))
        for t, count in counts.items()
    }
    shortage = Shortage(
        needs=max(0, FEWEST_NEEDS - needs),
        reached={t: lack for t, lack in reached.items() if lack > 0},
        missed={t: lack for t, lack in missed.items() if lack > 0},
    )
    if shortage.needs or shortage.reached or shortage.missed:
        raise TooFewError(shortage)


def _held_out(
    needs: Sequence[Document],
    results: Sequence[Document],
    levels: Levels,
    fold: NDArray[np.intp],
    prior: Ranker | None,
) -> list[Scored]:
    """Return each pair as scored by a ranker that has seen no judgement of its need's text."""
    found: dict[Pair, Scored] = {}
    for k in range(FOLDS):
        own = [pair for pair, place in zip(levels, fold, strict=True) if place == k]
        others = {pair: level for pair, level in levels.items() if pair not in set(own)}
        ranker = fit(needs, results, _by_need(others), prior)
        scored = Matcher(needs, results, ranker).score(own)
        found.update(zip(own, scored, strict=True))
    return [found[pair] for pair in levels]


def _measured(
    scored: Sequence[Scored], levels: Levels, text_of: Sequence[tuple[object, ...]]
) -> tuple[Figures, Floats]:
    """Return the figures of scored pairs, and the log loss of each need text."""
    level = np.array(list(levels.values()))
    probabilities = np.clip([pair.probabilities for pair in scored], 1e-6, 1 - 1e-6)
    reached = level[:, None] >= np.array(THRESHOLDS)
    losses = -np.log(np.where(reached, probabilities, 1 - probabilities)).sum(axis=1)
    place = {text: at for at, text in enumerate(dict.fromkeys(text_of))}
    owner = np.array([place[text] for text in text_of])
    by_text = np.bincount(owner, losses) / np.bincount(owner)
    ranking = evaluate(
        [pair.need_id for pair in scored],
        [pair.score for pair in scored],
        level,
        [pair.level for pair in scored],
        probabilities[:, 1],
    )
    return Figures(float(by_text.mean()), ranking.ndcg_at_10), by_text


def _interval(differences: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the mean, by resampling needs (Efron, 1979)."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
