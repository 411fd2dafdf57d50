"""Why a pair scores: the words and topics both texts share, and what each contributes."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.documents import Document, Explanation, Reason, SharedTopic
from matching.text import Reading, read
from matching.topics import topics
from matching.vectors import Rows, Vectorizer, word_keys

_MOST_REASONS = 8
_MOST_TOPICS = 3


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
        places = self.columns.searchsorted(columns.astype(self.columns.dtype))
        here = self.columns.take(places, mode="clip") == columns
        return np.where(here, self.values.take(places, mode="clip"), 0.0)


def explain(
    vectorizer: Vectorizer, need: Described, result: Described, score: float
) -> Explanation:
    """Return the shared whole words and topics with their parts of the score, greatest first.

    The `score` is a sum over the columns both rows hold. A gram is credited to the longest shared
    word that contains it (several of one length divide it), a topic to itself. A gram in no such
    word goes to the remainder, and so do reasons beyond the first eight and topics beyond the
    first three.
    """
    if score <= 0:
        return Explanation((), (), 0.0)
    reasons = _reasons(vectorizer, need, result, score)
    spoken = _topics(vectorizer, need, result, score)
    named = sum(reason.share for reason in reasons) + sum(topic.share for topic in spoken)
    return Explanation(reasons, spoken, max(0.0, 1.0 - named))


def _topics(
    vectorizer: Vectorizer, need: Described, result: Described, score: float
) -> tuple[SharedTopic, ...]:
    """Return the greatest shares of topics; their columns stand behind those of the grams."""
    first = int(need.columns.searchsorted(len(vectorizer.keys)))
    columns = need.columns[first:]
    parts = need.values[first:] * result.values_at(columns) / score
    greatest = np.argsort(-parts, kind="stable")[:_MOST_TOPICS]
    return tuple(
        SharedTopic(
            topics()[int(columns[at]) - len(vectorizer.keys)].name, min(float(parts[at]), 1)
        )
        for at in greatest
        if parts[at] > 0
    )


def _reasons(
    vectorizer: Vectorizer, need: Described, result: Described, score: float
) -> tuple[Reason, ...]:
    """Return the greatest shares of words."""
    need_read, result_read = read(need.document), read(result.document)
    owners = _owners(need_read.shared_words(result_read))
    columns, known = vectorizer.columns(np.fromiter(owners, np.uint64, len(owners)))
    parts = need.values_at(columns) * result.values_at(columns) * known / score
    shares: dict[str, float] = {}
    for words, part in zip(owners.values(), parts.tolist(), strict=True):
        for word in words:
            shares[word] = shares.get(word, 0.0) + part / len(words)
    return _pointed_at(need_read, result_read, shares)


def _owners(words: frozenset[str]) -> dict[int, list[str]]:
    """Return, for each gram of the words, the longest words that hold it."""
    owners: dict[int, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        for key in word_keys(word):
            holders = owners.setdefault(key, [])
            if not holders or len(holders[0]) == len(word):
                holders.append(word)
    return owners


def _pointed_at(need: Reading, result: Reading, shares: dict[str, float]) -> tuple[Reason, ...]:
    """Return the greatest shares whose word can be pointed at in both texts."""
    reasons: list[Reason] = []
    for word, share in sorted(shares.items(), key=lambda item: (-item[1], item[0])):
        need_spans, result_spans = need.find(word), result.find(word)
        if share > 0 and need_spans and result_spans:
            reasons.append(Reason(word, min(share, 1.0), need_spans, result_spans))
        if len(reasons) == _MOST_REASONS:
            break
    return tuple(reasons)
