"""The topics a text speaks of, by a lexicon of terms: what 锂电池 and 磷酸铁锂 share."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from matching.text import normalise

_FOLDER = Path(__file__).with_name("lexicon")
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BITS = np.uint64(20)
Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Topic:
    """One field of technology: the code of its industry, its name, and terms that speak of it."""

    industry: str
    name: str
    terms: tuple[str, ...]


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics of the lexicon, always in the same order.

    A file holds one topic a line: industry code, name and terms, separated by tabs; the terms by
    spaces. The name is a term too.
    """
    found = []
    for path in sorted(_FOLDER.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                industry, name, terms = line.split("\t")
                forms = map(normalise, [*terms.split(), name])
                found.append(Topic(industry, name, tuple(dict.fromkeys(forms))))
    return tuple(found)


@cache
def lexicon_version() -> str:
    """Return eight characters that change with the lexicon, and so with the rows of texts."""
    return hashlib.sha256(repr(topics()).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The terms, found by the hash of their characters, and the topics of each.

    `begins` says of the leading bits of a hash of two characters whether any term begins so.
    `by_length` holds, longest first, the hashes of the terms of one length, ascending, and their
    numbers. Term i belongs to the topics owners[starts[i]:starts[i + 1]].
    """

    terms: tuple[str, ...]
    begins: NDArray[np.bool_]
    by_length: tuple[tuple[int, Hashes, Places], ...]
    starts: Places
    owners: Places

    @classmethod
    def of(cls, found: Iterable[Topic]) -> Self:
        """Index the terms of some topics."""
        holders: dict[str, list[int]] = {}
        for place, topic in enumerate(found):
            for term in topic.terms:
                holders.setdefault(term, []).append(place)
        terms = tuple(holders)
        begins = np.zeros(1 << int(_BITS), bool)
        by_length = []
        for length in sorted({len(term) for term in terms}, reverse=True):
            numbers = np.array([i for i, term in enumerate(terms) if len(term) == length], np.intp)
            codes = np.array([[*map(ord, terms[i])] for i in numbers], np.uint64)
            begins[_leading_bits(_hashes(codes.ravel(), np.arange(len(codes)) * length, 2))] = True
            hashes = _hashes(codes.ravel(), np.arange(len(codes)) * length, length)
            order = np.argsort(hashes)
            by_length.append((length, hashes[order], numbers[order]))
        return cls(
            terms,
            begins,
            tuple(by_length),
            np.append(0, np.cumsum([len(places) for places in holders.values()])),
            np.array([place for places in holders.values() for place in places], np.intp),
        )

    def find(self, codes: Hashes) -> tuple[Places, Places]:
        """Return where terms stand in a text of code points and their numbers.

        At each place the longest counts. Equal hashes are taken for equal terms: among 20,000
        terms and a million places, two differ once in a thousand million texts.
        """
        longest = self.by_length[0][0]
        codes = np.append(codes, np.zeros(longest, np.uint64))  # nothing runs over the end
        latin = _is_latin(codes)
        left = np.flatnonzero(self.begins[_leading_bits(_hashes_of_pairs(codes))])
        places, numbers = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
        for length, hashes, of_length in self.by_length:
            asked = _hashes(codes, left, length)
            at = np.minimum(np.searchsorted(hashes, asked), len(hashes) - 1)
            hit = (hashes[at] == asked) & _stands_alone(latin, left, left + length)
            places.append(left[hit])
            numbers.append(of_length[at[hit]])
            left = left[~hit]
        return np.concatenate(places), np.concatenate(numbers)


def _stands_alone(latin: NDArray[np.bool_], starts: Places, ends: Places) -> NDArray[np.bool_]:
    """Return whether no Latin word or number runs on across either end: mes is not in times.

    `latin` says which characters are Latin; its last, before the first, is none.
    """
    return ~(latin[starts] & latin[starts - 1]) & ~(latin[ends - 1] & latin[ends])


def _is_latin(codes: Hashes) -> NDArray[np.bool_]:
    """Return whether each code point is a digit or a small letter of ASCII."""
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    letter = (codes >= ord("a")) & (codes <= ord("z"))
    either: NDArray[np.bool_] = digit | letter
    return either


def _hashes(codes: Hashes, places: Places, length: int) -> Hashes:
    """Return a hash of the `length` code points from each place on."""
    hashes = np.zeros(len(places), np.uint64)
    for step in range(length):
        hashes = (hashes + codes[places + step]) * _BASE
    return hashes


def _hashes_of_pairs(codes: Hashes) -> Hashes:
    """Return `_hashes` of every two neighbours."""
    return (codes[:-1] * _BASE + codes[1:]) * _BASE


def _leading_bits(hashes: Hashes) -> Hashes:
    return hashes >> np.uint64(64) - _BITS


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon.of(topics())


def find_terms(normalised: str) -> list[tuple[int, str]]:
    """Return where the terms of the lexicon stand in a normalised text, in order."""
    codes = np.frombuffer(normalised.encode("utf-32-le", "surrogatepass"), np.uint32)
    places, numbers = _lexicon().find(codes.astype(np.uint64))
    found = zip(places.tolist(), numbers.tolist(), strict=True)
    return sorted((place, _lexicon().terms[number]) for place, number in found)


def topic_rows(
    codes: Hashes, row: NDArray[np.integer], weight: NDArray[np.floating], rows: int
) -> csr_array[np.float32]:
    """Return what normalised texts speak of, shape (rows, topics), rows of length 1 or empty.

    All texts lie in one array of code points, with a line break between them; `row` and
    `weight` say of each code point whose text it is and what a term there counts. The count of
    a term is divided among its topics, by the root of their number; the entry is the root of
    the sum.
    """
    lexicon = _lexicon()
    places, terms = lexicon.find(codes)
    shares = np.diff(lexicon.starts)[terms]
    first = np.repeat(lexicon.starts[terms], shares)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(shares) - shares, shares)
    counts = np.repeat(weight[places] / np.sqrt(shares), shares)
    owner = np.repeat(row[places].astype(np.intp), shares)
    spoken = coo_array(
        (counts, (owner, lexicon.owners[first + nth])), shape=(rows, len(topics()))
    ).tocsr()
    length = np.sqrt(spoken.sum(axis=1))
    spoken.data = np.sqrt(spoken.data) / np.repeat(length, np.diff(spoken.indptr))
    return spoken.astype(np.float32)
