"""Judged pairs to a ranker, with honest figures; it reads and writes no file."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from matching.documents import Document, Judgements, MatchingError
from matching.evaluation import RELEVANT, Evaluation, evaluate
from matching.feedback import learn_shift
from matching.ranker import (
    FEATURES,
    STRONG_FROM,
    Floats,
    Ranker,
    expected_levels,
    features,
    levels,
    scores,
)
from matching.vectors import Rows, Vectorizer

Levels = NDArray[np.int64]
Flags = NDArray[np.bool_]

FOLDS = 5
THRESHOLDS = (2, 3, 4)
FEWEST_OF_A_KIND = 20
_LOOSE, _PRIOR = 1e-3, 4.0
_DRAWS = ((2, 1.0), (6, 1.0), (2, 0.3), (2, 0.1))
"""How judgements become examples of feedback: parts the pairs of a need are dealt into, each
scored from the others, and the share of the others that is known."""
_MADE_BY = "matchmaker train: one logistic regression per threshold on the features named here"


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Judged pairs: what was judged, and the fold of the need's text."""

    need_ids: list[str]
    results: Rows
    text_scores: Floats
    title_scores: Floats
    lengths: Floats
    title_lengths: Floats
    level: Levels
    text: NDArray[np.intp]
    fold: NDArray[np.intp]


def fit(
    needs: Sequence[Document],
    results: Sequence[Document],
    judgements: Judgements,
    prior: Ranker | None = None,
) -> Ranker:
    """Fit the ranker to judged pairs.

    Each pair is an example by the need's whole text, by its title alone (as people type), and
    with some of the need's other judgements known. With `prior` the coefficients stay near
    that ranker's unless the pairs speak against them: for when there are few. Deterministic.

    Raises MatchingError where the judgements cannot carry a fit: an unknown id, a level outside
    1 to 4, fewer than 20 pairs on either side of a threshold, or levels that do not rise with
    the text score.
    """
    pairs = _pairs(needs, results, judgements)
    return _fitted(pairs, _examples(pairs, prior), np.ones(len(pairs.level), bool), prior)


def train(
    needs: Sequence[Document],
    results: Sequence[Document],
    judgements: Judgements,
    prior: Ranker | None = None,
) -> Ranker:
    """Fit as `fit` does, with metrics from folds that share no need's text; raises as it does."""
    pairs = _pairs(needs, results, judgements)
    examples = _examples(pairs, prior)
    held_out = np.zeros((len(pairs.level), 3))
    informed = np.zeros((len(pairs.level), 3))
    for k in range(FOLDS):
        at = pairs.fold == k
        fitted = _fitted(pairs, examples, ~at, prior)
        held_out[at] = fitted.probabilities(pairs.text_scores[at], pairs.lengths[at])
        shifts, known = examples[0]
        informed[at] = fitted.probabilities(
            pairs.text_scores[at], pairs.lengths[at], shifts[at], known[at]
        )
    return replace(
        _fitted(pairs, examples, np.ones(len(pairs.level), bool), prior),
        made_by=_MADE_BY,
        fingerprint=_fingerprint(judgements),
        metrics={
            **_ranking_metrics(pairs, held_out),
            **_certainty_metrics(pairs, held_out, ""),
            **_certainty_metrics(pairs, informed, "informed_"),
        },
    )


def _pairs(
    needs: Sequence[Document], results: Sequence[Document], judgements: Judgements
) -> _Pairs:
    need_at = {need.id: at for at, need in enumerate(needs)}
    result_at = {result.id: at for at, result in enumerate(results)}
    ids = [(need, result) for need, judged in judgements.items() for result in judged]
    for need, result in ids:
        if need not in need_at or result not in result_at:
            raise MatchingError(f"The pair {need!r}, {result!r} is judged but not in the texts.")
    vectorizer, rows = Vectorizer.fit([*needs, *results])
    need_rows, result_rows = rows[: len(needs)], rows[len(needs) :]
    title_rows = vectorizer.transform([Document(need.id, need.title) for need in needs])
    at = np.array([need_at[need] for need, _ in ids], np.intp)
    judged = result_rows[np.array([result_at[result] for _, result in ids], np.intp)]
    texts = [f"{need.title}\n{need.body}" for need in needs]
    number = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return _Pairs(
        need_ids=[need for need, _ in ids],
        results=judged,
        text_scores=np.asarray(need_rows[at].multiply(judged).sum(axis=1), np.float64),
        title_scores=np.asarray(title_rows[at].multiply(judged).sum(axis=1), np.float64),
        lengths=np.array([need.length for need in needs], np.float64)[at],
        title_lengths=np.array([len(need.title) for need in needs], np.float64)[at],
        level=np.array([judgements[need][result] for need, result in ids], np.int64),
        text=np.array([number[text] for text in texts], np.intp)[at],
        fold=np.array([_fold(text) for text in texts], np.intp)[at],
    )


def _examples(pairs: _Pairs, prior: Ranker | None) -> list[tuple[Floats, Floats]]:
    """Return the pairs' feedback as `_with_feedback` draws it; refuse too few of them."""
    _check(pairs.level, FEWEST_OF_A_KIND)
    expected = np.zeros(len(pairs.level))
    for k in range(FOLDS):
        _check(pairs.level[pairs.fold != k], 1)
        expected[pairs.fold == k] = _expected(pairs, pairs.fold != k, prior)[pairs.fold == k]
    return list(_with_feedback(pairs, expected))


def _expected(pairs: _Pairs, which: Flags, prior: Ranker | None) -> Floats:
    """Return the expected level of every pair without feedback, as `which` of them teach it."""
    ranker = _fitted(pairs, [], which, prior)
    return expected_levels(ranker.probabilities(pairs.text_scores, pairs.lengths))


def _with_feedback(pairs: _Pairs, expected: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Yield shift and known of every pair, as some other judgements of its need would give."""
    rng = np.random.default_rng(0)
    order = np.argsort(pairs.text, kind="stable")
    of_needs = np.split(order, np.flatnonzero(np.diff(pairs.text[order])) + 1)
    for parts, share in _DRAWS:
        part = rng.integers(0, parts, len(expected))
        told = rng.random(len(expected)) <= share
        shifts, known = np.zeros(len(expected)), np.zeros(len(expected))
        for own in of_needs:
            for k in range(parts):
                asked, judged = own[part[own] == k], own[(part[own] != k) & told[own]]
                if len(asked) and len(judged):
                    learnt = learn_shift(
                        pairs.results[judged], pairs.level[judged] - expected[judged]
                    )
                    shifts[asked], known[asked] = learnt.of(pairs.results[asked])
        yield shifts, known


def _fitted(
    pairs: _Pairs,
    examples: Sequence[tuple[Floats, Floats]],
    which: Flags,
    prior: Ranker | None,
) -> Ranker:
    """Fit one logistic regression per threshold to `which` pairs, in every form they come in."""
    lengths = np.concatenate([pairs.lengths[which], pairs.title_lengths[which]])
    low, high = np.quantile(lengths, [0.01, 0.99]).tolist()
    clipped = np.clip(pairs.lengths, low, high)
    tables = [features(pairs.text_scores, clipped, *example) for example in examples]
    tables += [features(pairs.text_scores, clipped)] * max(1, len(examples) // 2)
    tables.append(features(pairs.title_scores, np.clip(pairs.title_lengths, low, high)))
    design = np.concatenate([table[which] for table in tables])
    outcomes = np.tile(pairs.level[which], len(tables))
    starts = prior.coefficients if prior else (None, None, None)
    one, two, three = (
        _regression(design, outcomes >= t, start)
        for t, start in zip(THRESHOLDS, starts, strict=True)
    )
    fitted = Ranker((one, two, three), (low, high))
    _check_rising(fitted)
    return fitted


def _regression(
    design: Floats, outcome: Flags, prior: tuple[float, ...] | None
) -> tuple[float, ...]:
    """Return the coefficients of least log loss, held loosely to 0 or more firmly to `prior`.

    scikit-learn's regression can only be held to 0.
    """
    centre = np.array(prior or [0.0] * len(FEATURES))
    stiffness = _PRIOR if prior else _LOOSE
    signs = np.where(outcome, 1.0, -1.0)

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        margins = signs * (design @ coefficients)
        away = coefficients - centre
        value = np.logaddexp(0, -margins).sum() + stiffness / 2 * away @ away
        slope = -(signs / (1 + np.exp(np.minimum(margins, 500)))) @ design + stiffness * away
        return float(value), slope

    found = minimize(loss, centre, jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    coefficients: list[float] = found.x.tolist()
    return tuple(coefficients)


def _check(level: Levels, fewest: int) -> None:
    """Refuse levels outside 1 to 4, or fewer than `fewest` pairs on a side of a threshold."""
    if not np.isin(level, [1, 2, 3, 4]).all():
        raise MatchingError("Levels must be whole numbers from 1 (none) to 4 (strong).")
    for threshold in THRESHOLDS:
        reached = int((level >= threshold).sum())
        if min(reached, len(level) - reached) < fewest:
            raise MatchingError(
                f"Too few judgements to learn from: {reached} of {len(level)} pairs have level "
                f"{threshold} or more; {fewest} with and without are needed."
            )


def _check_rising(ranker: Ranker) -> None:
    steps = np.linspace(0, 1, 50)
    for length in ranker.lengths:
        if (np.diff(ranker.probabilities(steps, length), axis=0) < 0).any():
            raise MatchingError("The judged levels do not rise with the likeness of the texts.")


def _fold(text: str) -> int:
    """Return a fold that depends on the text alone, so that equal texts stay together."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4]) % FOLDS


def _fingerprint(judgements: Judgements) -> str:
    """Return the SHA-256 of the judgements as sorted lines `need,result,level`."""
    lines = sorted(
        f"{need},{result},{level}\n"
        for need, judged in judgements.items()
        for result, level in judged.items()
    )
    return hashlib.sha256("".join(lines).encode("utf-8", "replace")).hexdigest()


def _ranking_metrics(pairs: _Pairs, probabilities: Floats) -> dict[str, float]:
    measured = _evaluated(pairs, probabilities)
    figures = {
        "pairs": measured.pairs,
        "needs": measured.needs,
        "ndcg_at_10": measured.ndcg_at_10,
        "ndcg_at_5": measured.ndcg_at_5,
        "mean_average_precision": measured.mean_average_precision,
        "auc": measured.auc,
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def _certainty_metrics(pairs: _Pairs, probabilities: Floats, prefix: str) -> dict[str, float]:
    """Return how well levels and probabilities are met; "informed" is with other judgements known.

    Informed pairs of one need were each scored knowing others of its pairs, which says nothing
    of how they rank among one another.
    """
    measured = _evaluated(pairs, probabilities)
    strong = probabilities[:, 1] >= STRONG_FROM
    right = float((pairs.level[strong] >= RELEVANT).mean()) if strong.any() else float("nan")
    figures = {
        "level_accuracy": measured.level_accuracy,
        "calibration_error": measured.calibration_error,
        "strong": int(strong.sum()),
        "strong_right": right,
    }
    return {f"{prefix}{name}": round(float(value), 4) for name, value in figures.items()}


def _evaluated(pairs: _Pairs, probabilities: Floats) -> Evaluation:
    return evaluate(
        pairs.need_ids,
        scores(probabilities),
        pairs.level,
        levels(probabilities),
        probabilities[:, 1],
    )
