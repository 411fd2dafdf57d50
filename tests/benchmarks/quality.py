"""The matcher against real judgements: the textbook recipe, ours, and ours with feedback.

Reads needs.csv, results.csv and judgements.csv from the folder MATCHMAKER_BENCHMARK names
(default ../shared/benchmark).
"""

import csv
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jieba
import numpy as np
from click import echo
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matching import Document, Evaluation, Matcher, evaluate, train
from matching.evaluation import RELEVANT, average_precision, ndcg

FOLDER = Path(os.environ.get("MATCHMAKER_BENCHMARK", "../shared/benchmark"))
KNOWN = (1, 3, 5, 10, 20)
LEFT_TO_RANK = 5
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Needs, results and the judged pairs with their levels, in the order of the file."""

    needs: list[Document]
    results: list[Document]
    pairs: list[Pair]
    levels: NDArray[np.int64]

    def judgements(self, which: NDArray[np.bool_]) -> dict[str, dict[str, int]]:
        """Return the judgements of some of the pairs."""
        found: dict[str, dict[str, int]] = {}
        for (need, result), level, wanted in zip(self.pairs, self.levels, which, strict=True):
            if wanted:
                found.setdefault(need, {})[result] = int(level)
        return found


def run() -> bool:
    """Print the tables; return whether ours beats both textbook recipes where they can be run."""
    if not (FOLDER / "judgements.csv").exists():
        echo(f"No benchmark in {FOLDER}; set MATCHMAKER_BENCHMARK to its folder.")
        return True
    benchmark = read_benchmark()
    matcher = Matcher(benchmark.needs, benchmark.results)
    echo(f"{len(benchmark.needs)} needs, {len(benchmark.results)} results,", nl=False)
    echo(f" {len(benchmark.pairs)} judged pairs; ties count as the mean over their orders")
    better = compare_recipes(benchmark, matcher)
    compare_feedback(benchmark, matcher)
    return better


def read_benchmark() -> Benchmark:
    """Read the three files."""
    judged = _read("judgements.csv")
    return Benchmark(
        needs=[Document(row["need_id"], row["title"], row["text"]) for row in _read("needs.csv")],
        results=[Document(row["result_id"], row["title"]) for row in _read("results.csv")],
        pairs=[(row["need_id"], row["result_id"]) for row in judged],
        levels=np.array([int(row["level"]) for row in judged], dtype=np.int64),
    )


def compare_recipes(benchmark: Benchmark, matcher: Matcher) -> bool:
    """Print the figures that need no judgement of the same need; return whether ours lead."""
    needs = [need for need, _ in benchmark.pairs]
    echo(f"\n{'no feedback':34}" + _HEADER)
    ours = _figures(benchmark, matcher, {})
    textbook = _textbook_scores(benchmark)
    better = True
    for name, scores in textbook.items():
        figures = evaluate(needs, scores, benchmark.levels, np.ones(len(scores)), scores)
        better = better and ours.ndcg_at_10 > figures.ndcg_at_10
        echo(f"{name:34}{_ranking(figures)}")
    echo(f"{'ours, shipped ranker':34}{_row(ours)}")
    for name, length in (
        ("ours, title of the need alone", 200),
        ("ours, its first 8 characters", 8),
    ):
        asked = [Document(need.id, need.title[:length]) for need in benchmark.needs]
        short = Matcher(asked, benchmark.results)
        echo(f"{name:34}{_row(_figures(benchmark, short, {}))}")
    own = np.array([pair.score for pair in matcher.score(benchmark.pairs)])
    for name, scores in textbook.items():
        echo(f"gain over {name:24}{_gain(benchmark, own, scores)}")
    ranker = train(benchmark.needs, benchmark.results, benchmark.judgements(benchmark.levels > 0))
    metrics = ranker.metrics or {}
    held_out = " ".join(f"{name} {value:g}" for name, value in metrics.items())
    echo(f"ranker trained here, five folds by need text: {held_out}")
    return better


def compare_feedback(benchmark: Benchmark, matcher: Matcher) -> None:
    """Print what a need's other judgements add, ranking only pairs that were held back."""
    rng = np.random.default_rng(0)
    for folds in (2, 5):
        fold = rng.integers(0, folds, len(benchmark.pairs))
        echo(f"\n{f'{folds} folds of the pairs, ranked inside':34}" + _HEADER)
        groups = [f"{need} {part}" for (need, _), part in zip(benchmark.pairs, fold, strict=True)]
        knowledge = [benchmark.judgements(fold != part) for part in range(folds)]
        for name, known in (("none known", [{}] * folds), ("the other folds known", knowledge)):
            scored = [matcher.score(benchmark.pairs, known[part]) for part in range(folds)]
            held = [scored[part][at] for at, part in enumerate(fold)]
            figures = evaluate(
                groups,
                [pair.score for pair in held],
                benchmark.levels,
                [pair.level for pair in held],
                [pair.probabilities[1] for pair in held],
            )
            echo(f"{name:34}{_row(figures)}")
    _learning_curve(benchmark, matcher, rng)


def _learning_curve(benchmark: Benchmark, matcher: Matcher, rng: np.random.Generator) -> None:
    """Print the figures over the same held-back pairs as more and more judgements are known."""
    needs = np.array([need for need, _ in benchmark.pairs])
    order = rng.permutation(len(needs))
    place = np.zeros(len(needs), dtype=np.int64)
    for need in set(needs):
        own = order[needs[order] == need]
        place[own] = np.arange(len(own)) if len(own) >= KNOWN[-1] + LEFT_TO_RANK else -1
    held = place >= KNOWN[-1]
    echo(f"\n{f'{len(set(needs[held]))} needs, judgements known':34}" + _HEADER)
    for known in (0, *KNOWN):
        judgements = benchmark.judgements((place >= 0) & (place < known))
        echo(f"{known:<34}{_row(_figures(benchmark, matcher, judgements, held))}")


def _gain(benchmark: Benchmark, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> str:
    """Return the gain in nDCG@10 and MAP with 95 % intervals, drawing need texts 2,000 times."""
    texts = {need.id: (need.title, need.body) for need in benchmark.needs}
    places: dict[str, list[int]] = {}
    for at, (need, _) in enumerate(benchmark.pairs):
        places.setdefault(need, []).append(at)
    gains: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for need, own in places.items():
        mine, other = (_of_need(scores[own], benchmark.levels[own]) for scores in (ours, theirs))
        gains.setdefault(texts[need], []).append((mine[0] - other[0], mine[1] - other[1]))
    by_text = [np.array(gain) for gain in gains.values()]
    rng = np.random.default_rng(0)
    drawn = [
        np.nanmean(np.concatenate([by_text[at] for at in draw]), axis=0)
        for draw in rng.integers(0, len(by_text), (2000, len(by_text)))
    ]
    mean = np.nanmean(np.concatenate(by_text), axis=0)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return "  ".join(
        f"{name} {mean[i]:+.4f} ({low[i]:+.4f} to {high[i]:+.4f})"
        for i, name in enumerate(("nDCG@10", "MAP"))
    )


def _of_need(scores: NDArray[np.float64], levels: NDArray[np.int64]) -> tuple[float, float]:
    return (
        ndcg(scores, levels, 10) if levels.max() > 1 else np.nan,
        average_precision(scores, levels >= RELEVANT) if levels.max() >= RELEVANT else np.nan,
    )


def _figures(
    benchmark: Benchmark,
    matcher: Matcher,
    judgements: dict[str, dict[str, int]],
    which: NDArray[np.bool_] | None = None,
) -> Evaluation:
    places = np.arange(len(benchmark.pairs)) if which is None else np.flatnonzero(which)
    scored = matcher.score([benchmark.pairs[at] for at in places], judgements)
    return evaluate(
        [pair.need_id for pair in scored],
        [pair.score for pair in scored],
        benchmark.levels[places],
        [pair.level for pair in scored],
        [pair.probabilities[1] for pair in scored],
    )


def _textbook_scores(benchmark: Benchmark) -> dict[str, NDArray[np.float64]]:
    """Return the cosines of scikit-learn's TF-IDF, with words and with character 1–2-grams."""
    jieba.setLogLevel(logging.ERROR)
    recipes = {
        "jieba word TF-IDF cosine": (1, TfidfVectorizer(analyzer=jieba.lcut)),
        "character 1-2-gram, title × 5": (5, TfidfVectorizer(analyzer="char", ngram_range=(1, 2))),
    }
    need_at = {need.id: at for at, need in enumerate(benchmark.needs)}
    result_at = {result.id: at for at, result in enumerate(benchmark.results)}
    found = {}
    for name, (title_weight, vectorizer) in recipes.items():
        needs = ["\n".join([need.title] * title_weight + [need.body]) for need in benchmark.needs]
        results = [result.title for result in benchmark.results]
        rows = vectorizer.fit_transform([*needs, *results])
        left = rows[[need_at[need] for need, _ in benchmark.pairs]]
        right = rows[[len(needs) + result_at[result] for _, result in benchmark.pairs]]
        found[name] = np.asarray(left.multiply(right).sum(axis=1)).ravel()
    return found


_HEADER = f"{'nDCG@10':>8}{'nDCG@5':>8}{'MAP':>8}{'P@1':>8}{'AUC':>8}{'1/(1+MAE)':>11}{'ECE':>8}"


def _row(figures: Evaluation) -> str:
    return f"{_ranking(figures)}{figures.level_accuracy:>11.4f}{figures.calibration_error:>8.4f}"


def _ranking(figures: Evaluation) -> str:
    columns: Sequence[float] = (
        figures.ndcg_at_10,
        figures.ndcg_at_5,
        figures.mean_average_precision,
        figures.precision_at_1,
        figures.auc,
    )
    return "".join(f"{figure:>8.4f}" for figure in columns)


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(not run())
