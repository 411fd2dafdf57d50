"""The text score by dictionaries and loops, written from its definition and nothing else."""

import json
import math
import unicodedata
from collections import Counter
from pathlib import Path

import matching
from matching import Document
from matching.topics import topics
from matching.wordlists import BOILERPLATE

Vector = dict[str, float]
"""Weights by gram, and by "topic " and its place."""

TERMS: dict[str, list[int]] = {}
for place, topic in enumerate(topics()):
    for term in topic.terms:
        TERMS.setdefault(term, []).append(place)
LONGEST = max(map(len, TERMS))


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
        found.append(_unit(vector))
    return [_with_topics(*pair) for pair in zip(found, map(_spoken, documents), strict=True)]


def _with_topics(grams: Vector, spoken: Vector) -> Vector:
    if not spoken:
        return grams
    part = {gram: value * math.sqrt(0.9) for gram, value in grams.items()}
    return part | {topic: value * math.sqrt(0.1) for topic, value in _unit(spoken).items()}


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(value**2 for value in vector.values()))
    return {key: value / length for key, value in vector.items()}


def _spoken(document: Document) -> Vector:
    """Return the root of what the text says of each topic: at each place the longest term."""
    counts: dict[str, float] = {}
    for text, weight in _fields(document):
        for at in range(len(text)):
            ends = range(min(at + LONGEST, len(text)), at + 1, -1)
            held = [text[at:end] for end in ends if text[at:end] in TERMS and _alone(text, at, end)]
            for place in TERMS[held[0]] if held else []:
                share = weight / math.sqrt(len(TERMS[held[0]]))
                counts[f"topic {place}"] = counts.get(f"topic {place}", 0) + share
    return {topic: math.sqrt(count) for topic, count in counts.items()}


def _alone(text: str, start: int, end: int) -> bool:
    latin = [character.isascii() and character.isalnum() for character in f" {text} "]
    return not (latin[start] and latin[start + 1]) and not (latin[end] and latin[end + 1])


def cosine(one: Vector, other: Vector) -> float:
    return sum(value * other[gram] for gram, value in one.items() if gram in other)


def score(text_score: float, length: int, shift: float = 0.0, known: float = 0.0) -> float:
    """Return the mean of the three chances, none above the one before, by the shipped figures."""
    shipped = json.loads(Path(matching.__file__).with_name("ranker.json").read_text("utf-8"))
    low, high = shipped["lengths"]
    likeness, size = math.sqrt(text_score), math.log(min(max(length, low), high) / 150)
    facts = [1, likeness, size, likeness * size, shift, known, likeness * known]
    chance, total = 1.0, 0.0
    for coefficients in shipped["coefficients"]:
        line = sum(c * fact for c, fact in zip(coefficients, facts, strict=True))
        chance = min(chance, 1 / (1 + math.exp(-line)))
        total += chance
    return total / 3


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
    for normal, weight in _fields(document):
        shares = _boilerplate_shares(normal)
        for at, character in enumerate(normal):
            if not character.isalnum():
                continue
            counts[character] = counts.get(character, 0) + weight * shares[at]
            if at + 1 < len(normal) and normal[at + 1].isalnum():
                pair = normal[at : at + 2]
                counts[pair] = counts.get(pair, 0) + weight * min(shares[at], shares[at + 1])
    return counts


def shared_topics(one: Vector, other: Vector) -> dict[str, float]:
    """Return what each topic both speak of contributes, by its name."""
    return {
        topic.name: one[f"topic {place}"] * other[f"topic {place}"]
        for place, topic in enumerate(topics())
        if f"topic {place}" in one and f"topic {place}" in other
    }


def _fields(document: Document) -> list[tuple[str, int]]:
    fields = ((document.title, 6), (" ".join(document.keywords), 3), (document.body, 1))
    return [(unicodedata.normalize("NFKC", text).lower(), weight) for text, weight in fields]


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
