"""What tells one text from others: the heaviest columns of its row, and how rare a term is."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.vectors import Rows, Vectorizer, word_keys

COLUMNS_KEPT = 128


def telling(rows: Rows) -> Rows:
    """Return rows with the 128 heaviest entries of each, brought to length 1.

    They find like texts as well as all entries do, with a fraction of the products.
    """
    parts = [_heaviest(rows.data, start, end) for start, end in pairwise(rows.indptr.tolist())]
    kept = np.concatenate([np.empty(0, np.intp), *parts])
    indptr = np.cumsum([0, *map(len, parts)])
    lengths = np.array([np.linalg.norm(rows.data[part]) for part in parts], np.float32)
    data = rows.data[kept] / np.repeat(lengths, np.diff(indptr))
    return csr_array((data, rows.indices[kept], indptr), shape=rows.shape)


def rarity(vectorizer: Vectorizer, term: str) -> float:
    """Return the squared weight of a term's rarest gram; one never seen is as rare as any."""
    columns, known = vectorizer.columns(np.array(word_keys(term), np.uint64))
    weights = vectorizer.weights
    rarest = weights[columns].max() if known.all() else weights.max(initial=1.0)
    return float(rarest) ** 2


def _heaviest(data: NDArray[np.float32], start: int, end: int) -> NDArray[np.intp]:
    """Return the places of the heaviest entries between two places, in their order."""
    if end - start <= COLUMNS_KEPT:
        return np.arange(start, end)
    return start + np.sort(np.argsort(-data[start:end], kind="stable")[:COLUMNS_KEPT])
