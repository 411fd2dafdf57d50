"""Exact search: the compiled kernel, the plain path and full sorting agree to the last bit."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matching import index, kernels
from matching.index import SEGMENT, Index, best_of_table, pair_products
from matching.topk import Best
from matching.vectors import Rows

NONE = np.empty(0, np.int64)


def _rows(count: int, width: int, seed: int, *, values: int = 4) -> Rows:
    """Return unit rows whose first columns are common and whose last ones are rare.

    Few distinct values make ties common.
    """
    rng = np.random.default_rng(seed)
    share = np.minimum(0.9, 4 / (1 + np.arange(width)))
    table = (rng.integers(1, values + 1, (count, width)) * (rng.random((count, width)) < share)) / 8
    length = np.sqrt((table**2).sum(axis=1, keepdims=True))
    table = np.divide(table, length, out=table, where=length > 0).astype(np.float32)
    row, column = np.nonzero(table)
    return csr_array((table[row, column], (row, column)), shape=(count, width))


def _by_definition(asked: Rows, rows: Rows, k: int, without: tuple[int, ...] = ()) -> list[object]:
    """Return (place, score) lists by plain loops over dictionaries."""
    found: list[object] = []
    for one in _dictionaries(asked):
        scores = [
            (
                -float(
                    np.float32(sum(one[c] * other[c] for c in sorted(one.keys() & other.keys())))
                ),
                at,
            )
            for at, other in enumerate(_dictionaries(rows))
            if at not in without
        ]
        found.append([(at, -score) for score, at in sorted(scores)[:k] if score < 0])
    return found


def _dictionaries(rows: Rows) -> list[dict[int, float]]:
    table = rows.toarray()
    return [{int(c): float(row[c]) for c in np.flatnonzero(row)} for row in table]


def _listed(best: Best) -> list[object]:
    return [
        [(int(at), float(score)) for at, score in zip(*row, strict=True) if at >= 0]
        for row in zip(best.indices, best.scores, strict=True)
    ]


@given(
    asked=st.integers(0, 12),
    count=st.integers(0, 150),
    width=st.sampled_from([1, 20, 90, 700]),
    k=st.integers(1, 12),
    seed=st.integers(0, 999),
    gone=st.sets(st.integers(0, 149), max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_kernel_and_plain_path_are_the_definition_to_the_last_bit(
    asked: int, count: int, width: int, k: int, seed: int, gone: set[int]
) -> None:
    one, other = _rows(asked, width, seed), _rows(count, width, seed + 1)
    without = np.array(sorted(at for at in gone if at < count), np.int64)
    wanted = _by_definition(one, other, k, tuple(without.tolist()))
    assert _listed(best_of_table(one, other, k, without)) == wanted
    assert _listed(Index.of(other).scan(one, k, without)) == wanted


@pytest.fixture(scope="module")
def large() -> tuple[Rows, Index]:
    """More rows than a segment holds, and so many columns that some are pruned at each level."""
    rows = _rows(300, 1500, 3, values=40)
    copies = csr_array(rows[np.arange(SEGMENT + 500) * 7 % 300])
    return _rows(25, 1500, 4, values=40), Index.of(copies)


def test_pruning_across_segments_loses_nothing(large: tuple[Rows, Index]) -> None:
    asked, indexed = large
    wanted = best_of_table(asked, indexed.rows, 10)
    found = indexed.scan(asked, 10, NONE)
    np.testing.assert_array_equal(found.indices, wanted.indices)
    np.testing.assert_array_equal(found.scores, wanted.scores)


def test_one_and_two_threads_give_the_very_same_numbers(
    large: tuple[Rows, Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_BLOCK", 4)
    asked, indexed = large
    one, two = (indexed.scan(asked, 10, NONE, threads) for threads in (1, 2))
    np.testing.assert_array_equal(one.indices, two.indices)
    np.testing.assert_array_equal(one.scores, two.scores)


def test_a_row_found_from_either_side_scores_the_same(large: tuple[Rows, Index]) -> None:
    asked, indexed = large
    found = indexed.scan(asked, 5, NONE)
    back = Index.of(asked)
    for place in range(asked.shape[0]):
        for at, score in zip(found.indices[place], found.scores[place], strict=True):
            mirrored = back.scan(indexed.rows[[at]], asked.shape[0], NONE)
            assert score in mirrored.scores[0][mirrored.indices[0] == place]


def test_the_products_of_single_pairs_are_those_of_the_lists(large: tuple[Rows, Index]) -> None:
    asked, indexed = large
    found = indexed.scan(asked, 5, NONE)
    place, rank = np.nonzero(found.indices >= 0)
    at = found.indices[place, rank].astype(np.intp)
    single = pair_products(lambda p: asked[p], lambda p: indexed.rows[p], place, at)
    np.testing.assert_array_equal(single, found.scores[place, rank])


def test_a_table_too_large_for_the_plain_path_goes_through_the_kernel(
    large: tuple[Rows, Index],
) -> None:
    asked, indexed = large
    np.testing.assert_array_equal(
        indexed.best(asked, 3).indices, indexed.scan(asked, 3, NONE).indices
    )


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
    index.warm_kernel()
