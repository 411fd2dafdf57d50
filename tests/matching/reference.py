"""The text score by dictionaries and loops, written from its definition and nothing else."""

import math
import unicodedata
from collections import Counter

from matching import Document
from matching.wordlists import BOILERPLATE

Vector = dict[str, float]


def vectors(documents: list[Document]) -> list[Vector]:
    """Return the weighted grams of each document of a corpus, brought to length 1."""
    counts = [_counts(document) for document in documents]
    frequency = Counter(gram for count in counts for gram in count)
    found: list[Vector] = []
    for count in counts:
        vector = {
            gram: math.sqrt(value)
            * (math.log((1 + len(documents)) / (1 + frequency[gram])) + 1) ** 1.25
            * (1.2 if len(gram) == 1 else 1.0)
            for gram, value in count.items()
        }
        length = math.sqrt(sum(value**2 for value in vector.values()))
        found.append({gram: value / length for gram, value in vector.items()})
    return found


def cosine(one: Vector, other: Vector) -> float:
    return sum(value * other[gram] for gram, value in one.items() if gram in other)


def contributions(one: Vector, other: Vector, words: set[str]) -> dict[str, float]:
    """Return what each shared word contributes: its grams go to the longest word around them."""
    found = dict.fromkeys(words, 0.0)
    for gram in one.keys() & other.keys():
        holders = [word for word in words if gram in word]
        longest = [w for w in holders if len(w) == max(map(len, holders))]
        for word in longest:
            found[word] += one[gram] * other[gram] / len(longest)
    return found


def _counts(document: Document) -> dict[str, float]:
    counts: dict[str, float] = {}
    fields = ((document.title, 6), (" ".join(document.keywords), 3), (document.body, 1))
    for text, weight in fields:
        normal = unicodedata.normalize("NFKC", text).lower()
        shares = _boilerplate_shares(normal)
        for at, character in enumerate(normal):
            if not character.isalnum():
                continue
            counts[character] = counts.get(character, 0) + weight * shares[at]
            if at + 1 < len(normal) and normal[at + 1].isalnum():
                pair = normal[at : at + 2]
                counts[pair] = counts.get(pair, 0) + weight * min(shares[at], shares[at + 1])
    return counts


def _boilerplate_shares(text: str) -> list[float]:
    """Return 0.4 for characters in a boilerplate phrase (leftmost, longest first), else 1."""
    shares = [1.0] * len(text)
    at = 0
    while at < len(text):
        found = [phrase for phrase in BOILERPLATE if text.startswith(phrase, at)]
        width = max(map(len, found), default=0)
        shares[at : at + width] = [0.4] * width
        at += width or 1
    return shares
