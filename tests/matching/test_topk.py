"""Lists of the best: only scores above 0, equals in their order."""

import numpy as np

from matching.topk import Best, best_of


def test_best_of_leaves_out_zeros_and_keeps_the_first_of_equals() -> None:
    assert best_of(np.array([0.5, 0, 0.7, 0.5, 0.5], np.float32), 3).tolist() == [2, 0, 3]


def test_merged_lists_keep_the_best_of_both_and_the_first_before_its_equals() -> None:
    one = Best(np.array([[0, 3, -1]], np.int32), np.array([[0.9, 0.4, 0]], np.float32))
    other = Best(np.array([[0, 1, 2]], np.int32), np.array([[0.9, 0.5, 0.4]], np.float32))
    merged = one.merged(other.moved(5))
    assert merged.indices.tolist() == [[0, 5, 6]]
    assert merged.scores[0].tolist() == np.array([0.9, 0.9, 0.5], np.float32).tolist()


def test_moving_leaves_empty_places_empty() -> None:
    best = Best(np.array([[2, -1]], np.int32), np.array([[0.5, 0]], np.float32))
    assert best.moved(10).indices.tolist() == [[12, -1]]
    assert best.of(0)[0].tolist() == [2]
