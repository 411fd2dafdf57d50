"""The figures equal those worked out by hand."""

import math
from itertools import permutations

import numpy as np
import pytest

from matching import evaluate
from matching.evaluation import auc, average_precision, calibration_error, level_accuracy, ndcg


def test_ndcg_by_hand() -> None:
    scores, levels = np.array([3.0, 2.0, 1.0]), np.array([1, 4, 2])
    found = 7 / math.log2(3) + 1 / 2
    ideal = 7 + 1 / math.log2(3)
    assert ndcg(scores, levels, 10) == pytest.approx(found / ideal)
    assert ndcg(scores, levels, 1) == 0


def test_average_precision_by_hand() -> None:
    scores, relevance = np.array([4.0, 3.0, 2.0, 1.0]), np.array([True, False, True, False])
    assert average_precision(scores, relevance) == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_tied_pairs_score_the_mean_over_all_their_orders() -> None:
    scores, levels = np.array([2.0, 1.0, 1.0, 1.0, 0.5]), np.array([1, 4, 1, 3, 2])
    orders = [
        np.array([5.0, *(order[i] for i in range(3)), 0.0])
        for order in permutations([2.0, 3.0, 4.0])
    ]
    mean_ndcg = np.mean([ndcg(order, levels, 3) for order in orders])
    mean_precision = np.mean([average_precision(order, levels >= 3) for order in orders])
    assert ndcg(scores, levels, 3) == pytest.approx(mean_ndcg)
    assert average_precision(scores, levels >= 3) == pytest.approx(mean_precision)


def test_auc_by_hand_with_a_tie() -> None:
    scores, relevance = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    assert auc(scores, relevance) == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_level_accuracy_by_hand() -> None:
    assert level_accuracy([1, 3, 4], np.array([1, 2, 2])) == pytest.approx(1 / (1 + 1))


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([0.1, 0.3, 0.6, 0.8])
    outcomes = np.array([False, True, True, True])
    expected = (abs(0.2 - 0.5) + abs(0.7 - 1.0)) / 2
    assert calibration_error(probabilities, outcomes, bins=2) == pytest.approx(expected)


def test_needs_count_only_where_a_figure_means_something() -> None:
    found = evaluate(
        ["a", "a", "b", "b", "c"],
        [2, 1, 1, 2, 1],
        [4, 1, 2, 1, 1],
        [4, 1, 2, 1, 1],
        [0.9, 0, 0, 0, 0],
    )
    assert (found.pairs, found.needs, found.ndcg_needs, found.map_needs) == (5, 3, 2, 1)
    assert found.ndcg_at_10 == pytest.approx((1 + 1 / math.log2(3)) / 2)
    assert found.mean_average_precision == found.precision_at_1 == found.level_accuracy == 1


def test_the_order_of_the_input_moves_nothing() -> None:
    rng = np.random.default_rng(3)
    needs = rng.integers(0, 5, 200).astype(str)
    scores, levels = rng.integers(0, 6, 200) / 6, rng.integers(1, 5, 200)
    shuffled = rng.permutation(200)
    first = evaluate(needs.tolist(), scores, levels, levels, scores)
    again = evaluate(
        needs[shuffled].tolist(),
        scores[shuffled],
        levels[shuffled],
        levels[shuffled],
        scores[shuffled],
    )
    assert first.ndcg_at_10 == pytest.approx(again.ndcg_at_10)
    assert first.mean_average_precision == pytest.approx(again.mean_average_precision)
    assert first.auc == pytest.approx(again.auc)


def test_nothing_judged_gives_no_figure_and_no_error() -> None:
    found = evaluate([], [], [], [], [])
    assert found.pairs == found.needs == 0
    assert math.isnan(found.ndcg_at_10)
    assert math.isnan(found.auc)
