"""Which industries a text speaks of, by the terms of the topic lexicon; no vectors, no ranking."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from math import log, sqrt

from matching.documents import FIELDS, Document
from matching.text import normalise
from matching.topics import find_terms, topics
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


def suggest_industries(document: Document) -> tuple[Suggestion, ...]:
    """Return the likeliest industries, at most two, best first; none where little says so.

    A term weighs the more, the fewer industries share it, the longer it is (up to four
    characters), the more often it stands there and the weightier the field: the title counts
    six times the body. The second industry must have a third of the evidence of the first.
    """
    evidence: dict[str, float] = defaultdict(float)
    terms: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for term, count in _counts(document).items():
        weight = sqrt(count) * _weight(term)
        for industry in _industries()[term]:
            evidence[industry] += weight
            terms[industry].append((-weight, term))
    ranked = sorted(evidence, key=lambda industry: (-evidence[industry], industry))[:2]
    return tuple(
        Suggestion(industry, evidence[industry], tuple(t for _, t in sorted(terms[industry])))
        for industry in ranked
        if evidence[industry] > LEAST_EVIDENCE
        and evidence[industry] >= _LEAST_OF_FIRST * evidence[ranked[0]]
    )


@cache
def _industries() -> dict[str, list[str]]:
    """Return the industries that each term of the lexicon speaks of."""
    found: dict[str, set[str]] = defaultdict(set)
    for topic in topics():
        for term in topic.terms:
            found[term].add(topic.industry)
    return {term: sorted(codes) for term, codes in found.items()}


@cache
def _count() -> int:
    return len({topic.industry for topic in topics()})


def _weight(term: str) -> float:
    """Return what one occurrence in the title is worth, 0 to 1."""
    rarity = log(1 + _count() / len(_industries()[term])) / log(1 + _count())
    return rarity * min(len(term), _FULL_TERM) / _FULL_TERM


def _counts(document: Document) -> dict[str, float]:
    """Return how often each term stands in the text, in the title counted as 1."""
    counts: dict[str, float] = defaultdict(float)
    for field in FIELDS:
        for _place, term in find_terms(normalise(document.text(field))):
            counts[term] += FIELD_WEIGHTS[field] / FIELD_WEIGHTS["title"]
    return counts
