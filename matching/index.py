"""Rows made ready for exact search for the best products; knows no text and no file."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from matching.topk import Best, best_of
from matching.vectors import Rows

Places = NDArray[np.intp]

SEGMENT = 1 << 14
"""Rows of one segment: their scores fit the nearest caches, their numbers 16 bits."""
LANES = 128
"""Scores compared at a time; the last segment is padded to whole lanes."""
LEVELS = (512, 256, 128, 64, 0)
"""Columns before which the terms of a level are common; columns come commonest first."""

_BLOCK = 512
_SMALL = 2048


@dataclass(frozen=True)
class Index:
    """Rows and their postings, read-only; a search finds the best rows for other rows, exactly.

    Weights are not negative. Columns stand about commonest first: what is right does not depend
    on that, how soon it is found does.

    `starts` has a line for each segment, one start for each column and the end. `members` are row
    numbers within the segment and `weights` theirs, both in the order of `starts` from the
    segment's first entry on. `norms` has a line for each level but the last: the length of what a
    row holds before the level's column; shape (levels - 1, rows padded to whole lanes).
    """

    rows: Rows
    starts: NDArray[np.uint32]
    members: NDArray[np.uint16]
    weights: NDArray[np.float32]
    norms: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """Index the rows of a table whose columns ascend in each row."""
        count, width = rows.shape
        bases = range(0, count, SEGMENT)
        starts = np.zeros((len(bases), width + 1), np.uint32)
        members = np.empty(rows.nnz, np.uint16)
        weights = np.empty(rows.nnz, np.float32)
        norms = np.zeros((len(LEVELS) - 1, -(-count // LANES) * LANES), np.float32)
        for segment, base in enumerate(bases):
            part = rows[base : base + SEGMENT]
            turned = part.tocsc()
            entries = slice(rows.indptr[base], rows.indptr[base] + rows.indptr.dtype.type(part.nnz))
            starts[segment] = turned.indptr
            members[entries], weights[entries] = turned.indices, turned.data
            for line, level in zip(norms, LEVELS, strict=False):
                line[base : base + part.shape[0]] = _lengths(turned[:, :level], part.shape[0])
        return cls(rows, starts, members, weights, norms)

    def best(
        self,
        asked: Rows,
        k: int,
        *,
        without: NDArray[np.int64] | None = None,
        threads: int = 1,
    ) -> Best:
        """Return the k best rows for each asked row: highest product first, then lowest number.

        Products are added up in double precision by ascending column and rounded to float32, on
        any path and any number of threads; only those above 0 count. `without` are the numbers of
        rows to pass over, ascending.

        Small work runs in scipy, larger work in a compiled kernel.
        """
        passed = np.empty(0, np.int64) if without is None else without
        if max(asked.shape[0], self.rows.shape[0]) <= _SMALL:
            return best_of_table(asked, self.rows, k, passed)
        return self.scan(asked, k, passed, threads)

    def scan(
        self,
        asked: Rows,
        k: int,
        without: NDArray[np.int64],
        threads: int = 1,
    ) -> Best:
        """`best` by the compiled kernel."""
        from matching.kernels import scan  # numba takes half a second to import

        best = Best.empty(asked.shape[0], k)
        passed = _read_only(without)

        def search(part: slice) -> None:
            block = _compressed(asked[part])
            scan(block, *self._kernel_tables, passed, best.indices[part], best.scores[part])

        parts = [slice(start, start + _BLOCK) for start in range(0, asked.shape[0], _BLOCK)]
        if threads == 1 or len(parts) == 1:
            for part in parts:
                search(part)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(search, parts))
        return best

    def tables(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name; see `from_tables`."""
        return {
            "row_starts": self.rows.indptr,
            "row_columns": self.rows.indices,
            "row_weights": self.rows.data,
            "starts": self.starts,
            "members": self.members,
            "weights": self.weights,
            "norms": self.norms,
        }

    @classmethod
    def from_tables(cls, tables: Mapping[str, NDArray[Any]], width: int) -> Self:
        """Return the index whose arrays these are; `width` is the number of columns."""
        parts = (tables["row_weights"], tables["row_columns"], tables["row_starts"])
        rows = csr_array(parts, shape=(len(tables["row_starts"]) - 1, width), copy=False)
        return cls(rows, *(tables[name] for name in ("starts", "members", "weights", "norms")))

    @cached_property
    def _kernel_tables(self) -> tuple[Any, Any, Any]:
        postings = tuple(map(_read_only, (self.starts, self.members, self.weights)))
        return _compressed(self.rows), postings, _read_only(self.norms)


def warm_kernel() -> None:
    """Compile the kernel or load it from disk, so that no later call waits for it."""
    one = csr_array(np.ones((1, 1), np.float32))
    Index.of(one).scan(one, 1, np.empty(0, np.int64))


def products(asked: Rows, rows: Rows) -> NDArray[np.float32]:
    """Return the products of all pairs, shape (asked, rows); see `Index.best`."""
    if asked.shape[0] == 1:
        dense = np.zeros(asked.shape[1])
        dense[asked.indices] = asked.data
        found = np.asarray(rows @ dense)[None]
    else:
        found = (asked.astype(np.float64) @ rows.T.astype(np.float64)).toarray()
    rounded: NDArray[np.float32] = found.astype(np.float32)
    return rounded


def pair_products(
    left: Callable[[Places], Rows], right: Callable[[Places], Rows], one: Places, other: Places
) -> NDArray[np.float64]:
    """Return the product of row one[i] on the left with row other[i] on the right.

    `left` and `right` return the rows at some places. Rounded as in `Index.best`.
    """
    found = np.zeros(len(one), np.float32)
    for start in range(0, len(one), _BLOCK):
        part = slice(start, start + _BLOCK)
        rows, others = left(one[part]).astype(np.float64), right(other[part])
        found[part] = rows.multiply(others).sum(axis=1)
    return found.astype(np.float64)


def best_of_table(
    asked: Rows, rows: Rows, k: int, without: NDArray[np.int64] | None = None
) -> Best:
    """`Index.best` for rows without an index, in scipy, for tables that are small."""
    best = Best.empty(asked.shape[0], k)
    for start in range(0, asked.shape[0], _BLOCK):
        table = products(asked[start : start + _BLOCK], rows)
        if without is not None:
            table[:, without] = 0
        for place, scores in enumerate(table, start=start):
            found = best_of(scores, k)
            best.indices[place, : len(found)] = found
            best.scores[place, : len(found)] = scores[found]
    return best


def _lengths(turned: csc_array[np.float32], rows: int) -> NDArray[np.float64]:
    """Return the length of each of some rows, given with its columns outermost."""
    squares = np.square(turned.data, dtype=np.float64)
    return np.sqrt(np.bincount(turned.indices, squares, minlength=rows))


def _compressed(rows: Rows) -> tuple[Any, Any, Any]:
    """Return the starts, columns and weights of rows as the kernel wants them."""
    columns = rows.indices.astype(np.int32, copy=False).view(np.uint32)
    starts = rows.indptr.astype(np.int64)
    return _read_only(starts), _read_only(columns), _read_only(rows.data)


def _read_only(table: Any) -> NDArray[Any]:
    """Return a plain view that cannot be written: one compiled form serves files and memory."""
    view = np.asarray(table)[:]
    view.flags.writeable = False
    return view
