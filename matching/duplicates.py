"""Which texts say the same thing in other words; no ranking, no storage."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby, pairwise
from typing import TypeAlias

import numpy as np

from matching.documents import FIELDS, Document
from matching.telling import rarity, telling
from matching.text import normalise
from matching.texts import Texts
from matching.vectors import FIELD_WEIGHTS, Rows, Vectorizer

LIKENESS = 0.7
"""From here on two texts count as one; chosen for precision on hand-made pairs."""

_THINGS_SHARE, _WORDING_SHARE, _FIGURES_SHARE = 0.5, 0.25, 0.25
_COPIED_RUN = 6
_SLACK = 0.05
_FEWEST_FIGURES = 2
_MOST_PASSAGES = 3
_MOST_CANDIDATES = 20
_LEAST_COSINE = 0.15
_BLOCK_ROWS = 1000
_THING = re.compile(r"(?<![a-z0-9])[0-9]*[a-z][a-z0-9]*|[^\W\d_a-z]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")

_Weights: TypeAlias = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A text that says the same, and why that is thought.

    `things`, `wording` and `figures` (0..1) say how much of one text is in the other: of its
    characters, outside what is copied; of its pairs of neighbouring characters; of its numbers
    (None where either text has fewer than two). `likeness` is their weighted mean, in which
    numbers may have been brought up to date: fewer of them than of the wording take nothing away.
    `passages` are the longest runs that are copied, in normalised form, which
    `matching.text.read(document).find` points at.
    """

    id: str
    likeness: float
    things: float
    wording: float
    figures: float | None
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _View:
    """What is compared of a text: its things (characters, Latin words) by place, pairs, numbers."""

    text: str
    things: tuple[tuple[int, str, float], ...]
    known: Set[str]
    runs: Set[str]
    wording: _Weights
    figures: Set[str]


class NearDuplicates:
    """Documents to compare with, and their rows of the vectorizer in the same order."""

    def __init__(
        self, vectorizer: Vectorizer, documents: Sequence[Document] | Texts, rows: Rows
    ) -> None:
        self._vectorizer = vectorizer
        self._documents = documents
        self._telling = telling(rows)
        self._postings = self._telling.T.tocsr()
        self._weight = lru_cache(maxsize=65536)(partial(rarity, vectorizer))
        self._view = lru_cache(maxsize=4096)(self._look_at)

    def of(self, document: Document) -> tuple[NearDuplicate, ...]:
        """Return the documents that say the same as this one, likest first, itself left out.

        Compared are the 20 documents whose heaviest columns are likest to its own.
        """
        row = telling(self._vectorizer.transform([document]))
        cosines = (row @ self._postings).toarray()[0]
        likely = np.flatnonzero(cosines >= _LEAST_COSINE)
        best = likely[np.lexsort((likely, -cosines[likely]))[:_MOST_CANDIDATES]]
        others = (self._documents[place] for place in best.tolist())
        found = [self._compared(document, other) for other in others if other.id != document.id]
        return tuple(sorted(filter(None, found), key=lambda same: (-same.likeness, same.id)))

    def pairs(self) -> Iterator[tuple[Document, NearDuplicate]]:
        """Yield every pair of documents that say the same: the earlier one, and what is like it."""
        for start in range(0, len(self._documents), _BLOCK_ROWS):
            block = (self._telling[start : start + _BLOCK_ROWS] @ self._postings).tocoo()
            first, second = block.row + start, block.col
            likely = (block.data >= _LEAST_COSINE) & (first < second)
            order = np.lexsort((second[likely], first[likely]))
            places = (first[likely][order].tolist(), second[likely][order].tolist())
            for one, two in zip(*places, strict=True):
                same = self._compared(self._documents[one], self._documents[two])
                if same:
                    yield self._documents[one], same

    def _compared(self, document: Document, other: Document) -> NearDuplicate | None:
        """Return how alike two texts are, None if they are not near-duplicates.

        Copied runs (of six characters and more) are the frame: a firm's introduction, a template's
        sentences. What stands between them says what the text is about; it must be in the other
        text, else a frame with 镁合金 in place of 铝合金 would pass.
        """
        one, two = self._view(document), self._view(other)
        copied = _copied(one, two)
        things = max(_held(one, copied, two), _held(two, _copied(two, one), one))
        wording = max(_covered(one.wording, two.wording), _covered(two.wording, one.wording))
        figures = _shared_figures(one, two)
        likeness = (
            _THINGS_SHARE * things
            + _WORDING_SHARE * wording
            + _FIGURES_SHARE * max(wording, figures or 0.0)
        )
        if likeness < LIKENESS:
            return None
        return NearDuplicate(
            other.id, likeness, things, wording, figures, _longest(one.text, copied)
        )

    def _look_at(self, document: Document) -> _View:
        things: list[tuple[int, str, float]] = []
        wording: dict[tuple[str, str], float] = {}
        texts = [normalise(document.text(field)) for field in FIELDS]
        start = 0
        for field, text in zip(FIELDS, texts, strict=True):
            found = [
                (start + match.start(), match.group(), self._weight(match.group()))
                for match in _THING.finditer(text)
            ]
            importance = FIELD_WEIGHTS[field]
            things += [(place, thing, importance * weight) for place, thing, weight in found]
            for (_, one, weight), (_, two, other_weight) in pairwise(found):
                pair_weight = importance * (weight + other_weight)
                wording[one, two] = wording.get((one, two), 0.0) + pair_weight
            start += len(text) + 1
        joined = "\n".join(texts)
        return _View(
            text=joined,
            things=tuple(things),
            known={thing for _, thing, _ in things},
            runs={joined[at : at + _COPIED_RUN] for at in range(len(joined) - _COPIED_RUN + 1)},
            wording=wording,
            figures=set(_FIGURE.findall(joined)),
        )


def _copied(view: _View, other: _View) -> list[bool]:
    """Return for each character of a text whether it lies in a run that the other text has."""
    inside = [False] * len(view.text)
    for at in range(len(view.text) - _COPIED_RUN + 1):
        if view.text[at : at + _COPIED_RUN] in other.runs:
            inside[at : at + _COPIED_RUN] = [True] * _COPIED_RUN
    return inside


def _held(view: _View, copied: Sequence[bool], other: _View) -> float:
    """Return how much of the weight outside copied runs is of things that the other text has.

    A twentieth of the text is let pass, so that in a copied text another firm's name is.
    """
    own = [(thing, weight) for place, thing, weight in view.things if not copied[place]]
    slack = _SLACK * sum(weight for _, _, weight in view.things)
    held = sum(weight for thing, weight in own if thing in other.known)
    total = sum(weight for _, weight in own) + slack
    return (held + slack) / total if total else 0.0


def _covered(weights: _Weights, other: _Weights) -> float:
    """Return the part of the weight whose pairs the other text has."""
    held = sum(weight for pair, weight in weights.items() if pair in other)
    return held / (sum(weights.values()) or 1.0)


def _shared_figures(one: _View, two: _View) -> float | None:
    fewer = min(len(one.figures), len(two.figures))
    return len(one.figures & two.figures) / fewer if fewer >= _FEWEST_FIGURES else None


def _longest(text: str, copied: Sequence[bool]) -> tuple[str, ...]:
    """Return the longest copied runs of a text within one field, longest first."""
    spans = groupby(zip(text, copied, strict=True), key=lambda item: item[1] and item[0] != "\n")
    runs = {"".join(character for character, _ in span).strip() for inside, span in spans if inside}
    long = [run for run in runs if len(run) >= _COPIED_RUN]
    return tuple(sorted(long, key=lambda run: (-len(run), run))[:_MOST_PASSAGES])
