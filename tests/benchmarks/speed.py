"""All-pairs top-10 against others on the same vectors, and typed texts, timed in one run.

Prints tables and exits 1 when a goal is missed; `make bench` runs it.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from click import echo
from scipy.sparse import csr_matrix
from sklearn.metrics.pairwise import linear_kernel
from sparse_dot_topn import sp_matmul_topn

from matching import Document, Matcher, warm
from matching.topk import compiled_best_pairs
from matching.vectors import Rows, Vectorizer
from tests.benchmarks.corpus import generate

TOP = 10
REPEATS = 2
SKLEARN_BLOCK = 500
SEARCHES = 200
SEARCH_GOAL_MS = 15.0


@dataclass(frozen=True, slots=True)
class Timing:
    """One contestant: its best time, MB above the start at its peak, and each need's places."""

    name: str
    threads: int
    seconds: float
    peak_mb: float
    indices: list[set[int]]


def run(needs: int = 2_000, results: int = 20_000) -> bool:
    """Print the tables; return whether every goal is met."""
    left, right = generate(needs, 320, 1, "n"), generate(results, 220, 2, "r")
    return all([compare_all_pairs(left, right), time_searches(left, right)])


def compare_all_pairs(needs: list[Document], results: list[Document]) -> bool:
    """Time every contestant on the vectors of one corpus; ours also fills the results' lists."""
    started = time.perf_counter()
    _, rows = Vectorizer.fit([*needs, *results])
    build = time.perf_counter() - started
    left, right = rows[: len(needs)], rows[len(needs) :]
    echo(f"{len(needs):,} needs × {len(results):,} results, exact top {TOP}; ", nl=False)
    echo(f"{rows.nnz / rows.shape[0]:.0f} terms a text, vectors built in {build:.1f} s")
    warm()
    timings = [
        _timed("ours, both sides", 1, partial(_ours, left, right, 1)),
        _timed("ours, both sides", 2, partial(_ours, left, right, 2)),
        _timed("sparse_dot_topn", 1, partial(_sparse_dot_topn, left, right, 1)),
        _timed("sparse_dot_topn", 2, partial(_sparse_dot_topn, left, right, 2)),
        _timed("scikit-learn blocked", 1, partial(_sklearn, left, right)),
    ]
    ours = {timing.threads: timing for timing in timings[:2]}
    echo(f"{'':22}{'threads':>8}{'seconds':>9}{'ours is':>10}{'peak MB':>9}{'recall':>8}")
    missed = 0
    for timing in timings:
        ratio = timing.seconds / ours[timing.threads].seconds
        recall = _recall(ours[timing.threads].indices, timing.indices)
        echo(
            f"{timing.name:22}{timing.threads:>8}{timing.seconds:>9.2f}{ratio:>9.2f}×"
            f"{timing.peak_mb:>9.0f}{recall:>8.4f}"
        )
        missed += ratio < 1 or recall < 1
    echo("goals met" if not missed else f"{missed} goals missed: slower, or not the same pairs")
    return not missed


def time_searches(needs: list[Document], results: list[Document]) -> bool:
    """Time typed texts, from text to ten ranked results with reasons."""
    matcher = Matcher([], results)
    matcher.search(needs[0])
    seconds = []
    for need in needs[1 : SEARCHES + 1]:
        started = time.perf_counter()
        matcher.search(need)
        seconds.append(time.perf_counter() - started)
    p50, p99 = (1000 * float(np.percentile(seconds, p)) for p in (50, 99))
    echo(f"one typed need against {len(results):,} results with reasons: ", nl=False)
    echo(f"p50 {p50:.1f} ms, p99 {p99:.1f} ms (goal p50 {SEARCH_GOAL_MS:.0f} ms)")
    return p50 <= SEARCH_GOAL_MS


def _timed(name: str, threads: int, run: Callable[[], list[set[int]]]) -> Timing:
    before = _start_peak()
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        indices = run()
        seconds.append(time.perf_counter() - started)
    return Timing(name, threads, min(seconds), _memory_mb("VmHWM") - before, indices)


def _ours(left: Rows, right: Rows, threads: int) -> list[set[int]]:
    best, _ = compiled_best_pairs(left, right, TOP, threads=threads)
    return [set(row[row >= 0].tolist()) for row in best.indices]


def _sparse_dot_topn(left: Rows, right: Rows, threads: int) -> list[set[int]]:
    turned = csr_matrix(right).T.tocsr()
    best = sp_matmul_topn(csr_matrix(left), turned, top_n=TOP, sort=True, n_threads=threads)
    return [set(row.tolist()) for row in np.split(best.indices, best.indptr[1:-1])]


def _sklearn(left: Rows, right: Rows) -> list[set[int]]:
    found: list[set[int]] = []
    for start in range(0, left.shape[0], SKLEARN_BLOCK):
        scores = linear_kernel(left[start : start + SKLEARN_BLOCK], right)
        best = np.argpartition(scores, -TOP, axis=1)[:, -TOP:]
        found += [set(row.tolist()) for row in best]
    return found


def _recall(found: list[set[int]], wanted: list[set[int]]) -> float:
    hits = sum(len(mine & theirs) for mine, theirs in zip(found, wanted, strict=True))
    return hits / max(1, sum(map(len, wanted)))


def _start_peak() -> float:
    """Reset the peak of this process's memory (Linux) and return its present size in MB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory_mb("VmRSS")


def _memory_mb(field: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in status if line.startswith(field)).split()[1]) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--needs", type=int, default=2_000)
    parser.add_argument("--results", type=int, default=20_000)
    sys.exit(not run(**vars(parser.parse_args())))
