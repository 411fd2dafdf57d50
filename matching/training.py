"""Judged pairs to a ranker, with honest figures; it reads and writes no file."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.documents import Document, Judgements, MatchingError
from matching.engine import Matcher
from matching.evaluation import RELEVANT, evaluate
from matching.ranker import STRONG_FROM, Floats, Ranker, levels, scores

Levels = NDArray[np.int64]
_FOLDS = 5
_FEWEST_OF_A_KIND = 20
_MADE_BY = "matchmaker train: one logistic regression per threshold on the root of the text score"


def train(needs: Sequence[Document], results: Sequence[Document], judgements: Judgements) -> Ranker:
    """Fit the ranker to judged pairs; its metrics come from folds that share no need's text.

    Deterministic. Raises MatchingError where the judgements cannot carry a fit: an unknown id,
    a level outside 1 to 4, fewer than 20 pairs on either side of a threshold, or levels that
    do not rise with the text score.
    """
    pairs = [(need, result) for need, judged in judgements.items() for result in judged]
    level = np.array([judgements[need][result] for need, result in pairs], dtype=np.int64)
    _check(level, _FEWEST_OF_A_KIND)
    text_scores = np.array([s.text_score for s in Matcher(needs, results).score(pairs)])
    texts = {need.id: f"{need.title}\n{need.body}" for need in needs}
    fold = np.array([_fold(texts[need]) for need, _ in pairs])
    held_out = np.zeros((len(pairs), 3))
    for k in range(_FOLDS):
        _check(level[fold != k], 1)
        held_out[fold == k] = _fit(text_scores[fold != k], level[fold != k]).probabilities(
            text_scores[fold == k]
        )
    fitted = _fit(text_scores, level)
    return Ranker(
        fitted.intercepts,
        fitted.slopes,
        made_by=_MADE_BY,
        fingerprint=_fingerprint(judgements),
        metrics=_metrics([need for need, _ in pairs], held_out, level),
    )


def _check(level: Levels, fewest: int) -> None:
    """Refuse levels outside 1 to 4, or fewer than `fewest` pairs on a side of a threshold."""
    if not np.isin(level, [1, 2, 3, 4]).all():
        raise MatchingError("Levels must be whole numbers from 1 (none) to 4 (strong).")
    for threshold in (2, 3, 4):
        reached = int((level >= threshold).sum())
        if min(reached, len(level) - reached) < fewest:
            raise MatchingError(
                f"Too few judgements to learn from: {reached} of {len(level)} pairs have level "
                f"{threshold} or more; {fewest} with and without are needed."
            )


def _fit(text_scores: Floats, level: Levels) -> Ranker:
    """Fit one nearly unpenalised logistic regression per threshold."""
    from sklearn.linear_model import LogisticRegression  # takes a second to import

    x = np.sqrt(np.maximum(text_scores, 0.0))[:, None]
    models = [LogisticRegression(C=1e4).fit(x, level >= t) for t in (2, 3, 4)]
    intercepts = [float(model.intercept_[0]) for model in models]
    slopes = [float(model.coef_[0, 0]) for model in models]
    if min(slopes) <= 0:
        raise MatchingError("The judged levels do not rise with the likeness of the texts.")
    return Ranker((intercepts[0], intercepts[1], intercepts[2]), (slopes[0], slopes[1], slopes[2]))


def _fold(text: str) -> int:
    """Return a fold that depends on the text alone, so that equal texts stay together."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4]) % _FOLDS


def _fingerprint(judgements: Judgements) -> str:
    """Return the SHA-256 of the judgements as sorted lines `need,result,level`."""
    lines = sorted(
        f"{need},{result},{level}\n"
        for need, judged in judgements.items()
        for result, level in judged.items()
    )
    return hashlib.sha256("".join(lines).encode("utf-8", "replace")).hexdigest()


def _metrics(need_ids: list[str], probabilities: Floats, level: Levels) -> dict[str, float]:
    measured = evaluate(
        need_ids, scores(probabilities), level, levels(probabilities), probabilities[:, 1]
    )
    strong = probabilities[:, 1] >= STRONG_FROM
    figures = {
        "pairs": measured.pairs,
        "needs": measured.needs,
        "ndcg_at_10": measured.ndcg_at_10,
        "ndcg_at_5": measured.ndcg_at_5,
        "mean_average_precision": measured.mean_average_precision,
        "auc": measured.auc,
        "level_accuracy": measured.level_accuracy,
        "calibration_error": measured.calibration_error,
        "strong": int(strong.sum()),
        "strong_right": float((level[strong] >= RELEVANT).mean()) if strong.any() else float("nan"),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}
