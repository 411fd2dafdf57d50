"""Why a pair scores: the words both texts share, and what each contributes."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.documents import Document, Explanation, Reason
from matching.text import find_term, shared_words
from matching.vectors import Rows, Vectorizer, word_keys

_MOST_REASONS = 8


@dataclass(frozen=True, slots=True)
class Described:
    """A document with its row of the vector table: columns (ascending) and their values."""

    document: Document
    columns: NDArray[np.int32]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, document: Document, rows: Rows, place: int) -> Self:
        """Take the document's row out of a table, without copying."""
        part = slice(rows.indptr[place], rows.indptr[place + 1])
        return cls(document, rows.indices[part], rows.data[part])

    def cosine(self, other: Self) -> float:
        """Return the cosine of the two rows, which have length 1."""
        return float(self.values @ other.values_at(self.columns))

    def values_at(self, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the values at some columns, 0 where there is none."""
        if not len(self.columns):
            return np.zeros(len(columns))
        places = np.minimum(np.searchsorted(self.columns, columns), len(self.columns) - 1)
        return np.where(self.columns[places] == columns, self.values[places], 0.0)


def explain(
    vectorizer: Vectorizer, need: Described, result: Described, score: float
) -> Explanation:
    """Return the shared whole words with their part of the pair's cosine, greatest first.

    The cosine `score` is a sum over the grams both texts hold. A gram is credited to the
    longest shared word that contains it (several of one length divide it); a gram in no such
    word goes to the remainder, and so do reasons beyond the first eight.
    """
    owners = _owners(shared_words(need.document, result.document))
    if score <= 0 or not owners:
        return Explanation((), 1.0 if score > 0 else 0.0)
    columns, known = vectorizer.columns(np.fromiter(owners, np.uint64, len(owners)))
    parts = need.values_at(columns) * result.values_at(columns) * known / score
    shares: dict[str, float] = {}
    for words, part in zip(owners.values(), parts.tolist(), strict=True):
        for word in words:
            shares[word] = shares.get(word, 0.0) + part / len(words)
    reasons = _reasons(need.document, result.document, shares)
    return Explanation(reasons, max(0.0, 1.0 - sum(reason.share for reason in reasons)))


def _owners(words: frozenset[str]) -> dict[int, list[str]]:
    """Return, for each gram of the words, the longest words that hold it."""
    owners: dict[int, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        for key in word_keys(word):
            holders = owners.setdefault(key, [])
            if not holders or len(holders[0]) == len(word):
                holders.append(word)
    return owners


def _reasons(need: Document, result: Document, shares: dict[str, float]) -> tuple[Reason, ...]:
    """Return the greatest shares whose word can be pointed at in both texts."""
    reasons: list[Reason] = []
    for word, share in sorted(shares.items(), key=lambda item: (-item[1], item[0])):
        need_spans, result_spans = find_term(need, word), find_term(result, word)
        if share > 0 and need_spans and result_spans:
            reasons.append(Reason(word, min(share, 1.0), need_spans, result_spans))
        if len(reasons) == _MOST_REASONS:
            break
    return tuple(reasons)
