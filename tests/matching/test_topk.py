"""Exact best partners: the compiled kernel, the plain path and full sorting agree."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matching import kernels, topk
from matching.topk import Best, best_of, compiled_best_pairs, plain_best_pairs
from matching.vectors import Rows


def _rows(count: int, terms: int, seed: int) -> Rows:
    """Return rows with few distinct values, so that ties are common."""
    rng = np.random.default_rng(seed)
    table = (rng.integers(-9, 4, (count, terms)).clip(0) / 4).astype(np.float32)
    row, term = np.nonzero(table)
    return csr_array((table[row, term], (row, term)), shape=(count, terms))


def _sorted_best(scores: np.ndarray, k: int) -> list[list[int]]:
    return [
        [int(i) for i in np.lexsort((np.arange(len(row)), -row))[:k] if row[i] > 0]
        for row in scores
    ]


def _filled(best: Best) -> list[list[int]]:
    return [[int(i) for i in row if i >= 0] for row in best.indices]


@given(
    left=st.integers(0, 40),
    right=st.integers(0, 150),
    k=st.integers(1, 12),
    seed=st.integers(0, 999),
    segment=st.sampled_from([7, 64, 1000]),
    threads=st.sampled_from([1, 2]),
)
@settings(max_examples=60, deadline=None)
def test_kernel_plain_path_and_full_sort_agree(
    left: int, right: int, k: int, seed: int, segment: int, threads: int
) -> None:
    one, other = _rows(left, 20, seed), _rows(right, 20, seed + 1)
    scores = (one @ other.T).toarray()
    compiled = compiled_best_pairs(one, other, k, threads=threads, segment=segment)
    plain = plain_best_pairs(one, other, k)
    for found in (compiled, plain):
        assert _filled(found[0]) == _sorted_best(scores, k)
        assert _filled(found[1]) == _sorted_best(scores.T, k)
    for mine, theirs in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(mine.scores, theirs.scores, atol=1e-6)


def test_one_and_two_threads_give_the_very_same_numbers() -> None:
    one, other = _rows(50, 200, 1), _rows(400, 200, 2)
    first = compiled_best_pairs(one, other, 10, threads=1, segment=64)
    second = compiled_best_pairs(one, other, 10, threads=2, segment=64)
    for mine, theirs in zip(first, second, strict=True):
        np.testing.assert_array_equal(mine.indices, theirs.indices)
        np.testing.assert_array_equal(mine.scores, theirs.scores)


def test_large_work_is_compiled_and_reports_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topk, "_WORTH_COMPILING", 1)
    steps: list[tuple[int, int]] = []
    topk.best_pairs(
        _rows(3, 5, 1), _rows(4, 5, 2), 2, progress=lambda done, whole: steps.append((done, whole))
    )
    assert steps == [(1, 1)]


def test_best_of_leaves_out_zeros_and_keeps_the_first_of_equals() -> None:
    assert best_of(np.array([0.5, 0, 0.7, 0.5, 0.5], np.float32), 3).tolist() == [2, 0, 3]


def test_a_machine_that_cannot_keep_compiled_code_compiles_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def njit(*, nogil: bool, cache: bool = False) -> Callable[[object], object]:
        if cache:
            raise RuntimeError("no locator available")
        return lambda function: (function, nogil)

    monkeypatch.setattr("matching.kernels.numba.njit", njit)
    compiled: object = kernels._compiled(test_warming_compiles_the_kernel)
    assert compiled == (test_warming_compiles_the_kernel, True)


def test_warming_compiles_the_kernel() -> None:
    topk.warm_kernel()
