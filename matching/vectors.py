"""Documents to weighted vectors of character n-grams and topics; no words, no ranking."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Self, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csc_array, csr_array, hstack, vstack

from matching.documents import FIELDS, Document, Field
from matching.text import normalise
from matching.topics import topic_rows, topics
from matching.wordlists import BOILERPLATE

Rows: TypeAlias = csr_array[np.float32]
Keys: TypeAlias = NDArray[np.uint64]

# Chosen on real judgements (tests/benchmarks/quality.py) and flat around their values, but for
# the keywords, which those judgements lack.
FIELD_WEIGHTS: dict[Field, float] = {"title": 6.0, "keywords": 3.0, "body": 1.0}
BOILERPLATE_WEIGHT = 0.4
UNIGRAM_WEIGHT = 1.2
IDF_POWER = 1.25
TOPIC_SHARE = 0.1
"""The part that topics have in the product of two rows, where both texts speak of any."""

_SECOND_SHIFT, _KEY_SHIFT, _ROW_SHIFT = np.uint64(21), np.uint64(19), np.uint64(3)
_BLOCK_CHARACTERS = 1_000_000
_BLOCK_DOCUMENTS = 1 << 16
_KIND_WEIGHTS = np.array(
    [FIELD_WEIGHTS[field] * share for field in FIELDS for share in (1.0, BOILERPLATE_WEIGHT)]
)
_FIELD_WEIGHTS = np.array([FIELD_WEIGHTS[field] for field in FIELDS])
_BOILERPLATE = re.compile("|".join(sorted(map(re.escape, BOILERPLATE), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Vectorizer:
    """A frozen vocabulary of character 1- and 2-grams and what each weighs; topics besides.

    A gram is one or two letters or digits next to each other; its key is its code point, or
    `first << 21 | second`. In a document it weighs
    `sqrt(Σ field weight × boilerplate weight) × idf ** IDF_POWER`, one-character grams times
    UNIGRAM_WEIGHT, and the grams of a document are brought to length 1. scikit-learn's
    TfidfTransformer has the same smoothed idf but no power, and takes a second to import.

    `keys` ascend and `places` holds the column of each. The columns of the grams come by falling
    document frequency, as a search wants them (see index.py); `weights` are in their order.
    Behind them stand those of the topics (see topics.py). Where a document speaks of any, its row
    is √(1 - TOPIC_SHARE) × grams and √TOPIC_SHARE × topics.
    """

    keys: Keys
    places: NDArray[np.int32]
    weights: NDArray[np.float32]
    documents: int

    @classmethod
    def fit(cls, documents: Sequence[Document]) -> tuple[Self, Rows]:
        """Learn the vocabulary of `documents`; return it with their rows."""
        blocks = [_count(block) for block in _blocks(documents)]
        keys = np.sort(np.concatenate([np.empty(0, np.uint64), *(k for k, _, _ in blocks)]))
        keys = keys[_first_of_equals(keys)]
        counts = _stack(
            [_moved(c, np.searchsorted(keys, k), len(keys)) for k, c, _ in blocks], len(keys)
        )
        frequency = np.bincount(counts.indices, minlength=len(keys))
        weights = _idf(frequency, len(documents)) * np.where(
            keys >> _SECOND_SHIFT, 1.0, UNIGRAM_WEIGHT
        )
        order = np.argsort(-frequency, kind="stable")
        places = np.empty(len(keys), np.int32)
        places[order] = np.arange(len(keys), dtype=np.int32)
        fitted = cls(keys, places, weights[order].astype(np.float32), len(documents))
        counts = _moved(counts, places, len(keys))
        grams = fitted._weighted(counts, np.zeros(len(documents)))
        return fitted, _with_topics(grams, _stack([t for _, _, t in blocks], len(topics())))

    @classmethod
    def from_tables(cls, tables: Mapping[str, NDArray[Any]], documents: int) -> Self:
        """Return the vocabulary whose arrays these are, learnt from so many documents."""
        return cls(tables["keys"], tables["places"], tables["weights"], documents)

    def tables(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name; see `from_tables`."""
        return {"keys": self.keys, "places": self.places, "weights": self.weights}

    @property
    def width(self) -> int:
        """The number of columns: grams and topics."""
        return len(self.keys) + len(topics())

    def transform(self, documents: Sequence[Document]) -> Rows:
        """Return rows of shape (documents, width), float32, each of length 1 or empty.

        Grams outside the vocabulary have no column, yet they lengthen the row as grams of one
        document would, so that a typed text scores as it will once it is posted.
        """
        return _stack([self._transform_block(block) for block in _blocks(documents)], self.width)

    def _transform_block(self, documents: Sequence[Document]) -> Rows:
        keys, counts, spoken = _count(documents)
        columns, known = self.columns(keys)
        unseen = np.where(keys >> _SECOND_SHIFT, 1.0, UNIGRAM_WEIGHT) * _idf(1, self.documents)
        unseen_length = np.asarray(counts @ np.where(known, 0.0, unseen**2), np.float64)
        found = _moved(counts[:, known], columns[known], len(self.keys))
        return _with_topics(self._weighted(found, unseen_length), spoken)

    def columns(self, keys: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return the column of each key, and whether the key is known; others are meaningless."""
        at = np.searchsorted(self.keys, keys)
        known = at < len(self.keys)
        known[known] = self.keys[at[known]] == keys[known]
        columns = np.zeros(len(keys), np.intp)
        columns[known] = self.places[at[known]]
        return columns, known

    def _weighted(self, counts: Rows, unseen_length: NDArray[np.float64]) -> Rows:
        """Weigh the counts and bring rows to length 1; `unseen_length` is squared."""
        counts.data = np.sqrt(counts.data) * self.weights[counts.indices]
        length = np.sqrt(counts.multiply(counts).sum(axis=1) + unseen_length)
        scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
        counts.data *= np.repeat(scale, np.diff(counts.indptr)).astype(np.float32)
        return counts


def _idf(frequency: ArrayLike, documents: int) -> NDArray[np.float64]:
    """Return the smoothed inverse document frequency to IDF_POWER, ≥ 1."""
    idf: NDArray[np.float64] = (
        np.log((1 + documents) / (1 + np.asarray(frequency))) + 1
    ) ** IDF_POWER
    return idf


def _blocks(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    """Cut the work into about a million characters at a time, to bound the memory it takes."""
    block: list[Document] = []
    size = 0
    for document in documents:
        block.append(document)
        size += sum(len(document.text(field)) for field in FIELDS)
        if size >= _BLOCK_CHARACTERS or len(block) == _BLOCK_DOCUMENTS:
            yield block
            block, size = [], 0
    if block:
        yield block


def _with_topics(grams: Rows, spoken: Rows) -> Rows:
    """Return rows of both; where no topic is spoken of, the grams are the whole row."""
    share = np.where(np.diff(spoken.indptr) > 0, TOPIC_SHARE, 0.0)
    grams.data *= np.repeat(np.sqrt(1 - share), np.diff(grams.indptr)).astype(np.float32)
    spoken.data *= np.float32(np.sqrt(TOPIC_SHARE))
    spoken.indices, spoken.indptr = spoken.indices.astype(np.int32), spoken.indptr.astype(np.int32)
    return cast("Rows", hstack([grams, spoken], format="csr"))


def _stack(blocks: list[Rows], width: int) -> Rows:
    empty = csr_array((0, width), dtype=np.float32)
    return cast("Rows", vstack([empty, *blocks], format="csr"))


def _moved(counts: Rows, columns: NDArray[np.integer], width: int) -> Rows:
    """Return `counts` with its columns in other places of a wider table."""
    indices = columns.astype(np.int32)[counts.indices]
    moved: Rows = csr_array((counts.data, indices, counts.indptr), shape=(counts.shape[0], width))
    moved.sort_indices()
    return moved


def _count(documents: Sequence[Document]) -> tuple[Keys, Rows, Rows]:
    """Return the distinct grams of the documents, sorted, their weighted counts, and the topics.

    Shapes (grams,), (documents, grams) and (documents, topics). All texts lie in one array of
    code points; each gram becomes one number of key, document and kind of weight, and sorting
    those numbers brings together what is to be added up. Nothing here loops over characters.
    """
    texts = [normalise(document.text(field)) for document in documents for field in FIELDS]
    joined = "\n".join([*texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
    row, field = np.divmod(owner.astype(np.uint64), np.uint64(len(FIELDS)))
    boilerplate = _in_boilerplate(joined)
    place = row << _ROW_SHIFT | field << 1

    single = _is_gram_character()[codes]
    double = single[:-1] & single[1:]
    singles = codes << _KEY_SHIFT | place | boilerplate
    doubles = codes[:-1] << _KEY_SHIFT + _SECOND_SHIFT | singles[1:] | boilerplate[:-1]
    keys, counts = _added_up(np.concatenate([singles[single], doubles[double]]), len(documents))
    weight = _FIELD_WEIGHTS[field.astype(np.intp)]
    return keys, counts, topic_rows(codes, row, weight, len(documents))


def _added_up(grams: Keys, documents: int) -> tuple[Keys, Rows]:
    """Return keys and counts of grams given as key << 19 | document << 3 | kind of weight."""
    grams.sort()
    first = _first_of_equals(grams >> _ROW_SHIFT)
    sums = np.add.reduceat(_KIND_WEIGHTS[grams & 7], first) if len(grams) else np.empty(0)
    keys = grams[first] >> _KEY_SHIFT
    rows = (grams[first] >> _ROW_SHIFT & 0xFFFF).astype(np.int32)
    starts = _first_of_equals(keys)
    columns = (sums.astype(np.float32), rows, np.append(starts, len(keys)).astype(np.int32))
    return keys[starts], csc_array(columns, shape=(documents, len(starts))).tocsr()


def _first_of_equals(ordered: Keys) -> NDArray[np.intp]:
    """Return where each distinct value of a sorted array begins."""
    return np.flatnonzero(np.append(np.ones(len(ordered[:1]), bool), ordered[1:] != ordered[:-1]))


def _in_boilerplate(text: str) -> Keys:
    """Return 1 for each character inside a boilerplate phrase, 0 elsewhere."""
    inside = np.zeros(len(text) + 1, np.int8)
    spans = np.array([match.span() for match in _BOILERPLATE.finditer(text)], np.int64)
    if len(spans):
        inside[spans[:, 0]] += 1
        inside[spans[:, 1]] -= 1
    return np.cumsum(inside[:-1], dtype=np.int8).astype(np.uint64)


@cache
def _is_gram_character() -> NDArray[np.bool_]:
    """Return, for every code point, whether it is a letter or a digit of any script."""
    return np.char.isalnum(np.arange(0x110000, dtype=np.uint32).view("U1"))


@lru_cache(maxsize=65536)
def word_keys(word: str) -> tuple[int, ...]:
    """Return the keys of the distinct grams of one normalised word."""
    codes = [ord(character) if character.isalnum() else 0 for character in word]
    singles = [code for code in codes if code]
    doubles = [one << 21 | two for one, two in pairwise(codes) if one and two]
    return tuple(dict.fromkeys(singles + doubles))
