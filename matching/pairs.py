"""Both sides' best lists as one table of pairs; scores are taken as they come."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.topk import Best

Places = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairTable:
    """Columns of equal length, one entry per pair.

    Ranks are 1-based, 0 where the pair is not in that side's list.
    """

    need: Places
    result: Places
    text_score: Floats
    need_rank: Places
    result_rank: Places


def union(of_needs: Best, of_results: Best) -> PairTable:
    """Return every pair that stands in at least one list, once, by need and result."""
    results = len(of_results.indices)
    need, need_partner, need_rank, need_score = _entries(of_needs)
    result, result_partner, result_rank, result_score = _entries(of_results)
    need_keys, result_keys = need * results + need_partner, result_partner * results + result
    keys = np.union1d(need_keys, result_keys)
    from_needs, from_results = np.searchsorted(keys, need_keys), np.searchsorted(keys, result_keys)
    table = PairTable(
        need=keys // max(results, 1),
        result=keys % max(results, 1),
        text_score=np.zeros(len(keys)),
        need_rank=np.zeros(len(keys), np.intp),
        result_rank=np.zeros(len(keys), np.intp),
    )
    table.text_score[from_results], table.result_rank[from_results] = result_score, result_rank
    table.text_score[from_needs], table.need_rank[from_needs] = need_score, need_rank
    return table


def of_need(results: Places, text_scores: Floats) -> PairTable:
    """Return the list of a single need, given best first."""
    none = np.zeros(len(results), np.intp)
    return PairTable(none, results, text_scores, np.arange(1, len(results) + 1), none)


def of_result(needs: Places, text_scores: Floats) -> PairTable:
    """Return the list of a single result, given best first."""
    none = np.zeros(len(needs), np.intp)
    return PairTable(needs, none, text_scores, none, np.arange(1, len(needs) + 1))


def chosen(table: PairTable, kept: NDArray[np.bool_]) -> PairTable:
    """Return the pairs that `kept`, one entry per pair, holds true for."""
    return PairTable(
        need=table.need[kept],
        result=table.result[kept],
        text_score=table.text_score[kept],
        need_rank=table.need_rank[kept],
        result_rank=table.result_rank[kept],
    )


def rerank_results(table: PairTable, scores: Floats) -> None:
    """Order each result's list by `scores` instead, in place; its members stay."""
    listed = np.flatnonzero(table.result_rank)
    ordered = listed[np.lexsort((-scores[listed], table.result[listed]))]
    owner = table.result[ordered]
    first = np.searchsorted(owner, owner)
    table.result_rank[ordered] = np.arange(len(ordered)) - first + 1


def _entries(best: Best) -> tuple[Places, Places, Places, NDArray[np.float32]]:
    """Return owner, partner, rank and score of every filled place."""
    owner, place = np.nonzero(best.indices >= 0)
    partner = best.indices[owner, place].astype(np.intp)
    return owner, partner, place + 1, best.scores[owner, place]
