"""Which industries a text speaks of, by the terms of the topic lexicon; no vectors, no ranking."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log, sqrt

from matching.documents import FIELDS, Document
from matching.text import normalise
from matching.topics import Topic
from matching.vectors import FIELD_WEIGHTS

LEAST_EVIDENCE = 0.5
"""What one two-letter term in the title amounts to; a suggestion needs more than that."""

_FULL_TERM = 4
_LEAST_OF_FIRST = 1 / 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An industry's code, and the terms of it that the text holds, weightiest first.

    `evidence` is 1 for a term of one industry alone, of four characters or more, named once in
    the title.
    """

    industry: str
    evidence: float
    terms: tuple[str, ...]


class IndustryTerms:
    """The terms of the industries, by which industries are suggested."""

    def __init__(
        self, lexicon: Iterable[Topic], keywords: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """Take the terms of topics, and further `keywords` by industry code."""
        industries: dict[str, set[str]] = defaultdict(set)
        for topic in lexicon:
            for term in topic.terms:
                industries[term].add(topic.industry)
        for industry, terms in (keywords or {}).items():
            for term in terms:
                industries[normalise(term)].add(industry)
        self._industries = {term: sorted(codes) for term, codes in industries.items()}
        self._count = len(set().union(*industries.values()))
        lengths: dict[str, set[int]] = defaultdict(set)
        for term in self._industries:
            lengths[term[:2]].add(len(term))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}

    def suggest(self, document: Document) -> tuple[Suggestion, ...]:
        """Return the likeliest industries, at most two, best first; none where little says so.

        A term weighs the more, the fewer industries share it, the longer it is (up to four
        characters), the more often it stands there and the weightier the field: the title counts
        six times the body. The second industry must have a third of the evidence of the first.
        """
        evidence: dict[str, float] = defaultdict(float)
        terms: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for term, count in self._counts(document).items():
            weight = sqrt(count) * self._weight(term)
            for industry in self._industries[term]:
                evidence[industry] += weight
                terms[industry].append((-weight, term))
        ranked = sorted(evidence, key=lambda industry: (-evidence[industry], industry))[:2]
        return tuple(
            Suggestion(industry, evidence[industry], tuple(t for _, t in sorted(terms[industry])))
            for industry in ranked
            if evidence[industry] > LEAST_EVIDENCE
            and evidence[industry] >= _LEAST_OF_FIRST * evidence[ranked[0]]
        )

    def _weight(self, term: str) -> float:
        rarity = log(1 + self._count / len(self._industries[term])) / log(1 + self._count)
        return rarity * min(len(term), _FULL_TERM) / _FULL_TERM

    def _counts(self, document: Document) -> dict[str, float]:
        """Return how often each term stands in the text, in the title counted as 1."""
        counts: dict[str, float] = defaultdict(float)
        for field in FIELDS:
            for term in self._found(normalise(document.text(field))):
                counts[term] += FIELD_WEIGHTS[field] / FIELD_WEIGHTS["title"]
        return counts

    def _found(self, text: str) -> Iterator[str]:
        """Yield the terms in a text from left to right, the longest at each place.

        A term that starts or ends in a Latin letter or a digit is found as a whole word only.
        """
        place = 0
        while place < len(text) - 1:
            for length in self._lengths.get(text[place : place + 2], ()):
                end = place + length
                term = text[place:end]
                if term in self._industries and not _cuts_word(text, place, end):
                    yield term
                    place = end
                    break
            else:
                place += 1


def _cuts_word(text: str, start: int, end: int) -> bool:
    return _in_word(text[start - 1 : start + 1]) or _in_word(text[end - 1 : end + 1])


def _in_word(pair: str) -> bool:
    """Return whether two neighbouring characters are of one Latin word or number."""
    return len(pair) > 1 and pair.isascii() and pair.isalnum()
