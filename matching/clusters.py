"""Groups of texts about one technology, and the terms that name them; no ranking, no storage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.documents import FIELDS, Document
from matching.telling import rarity, telling
from matching.text import normalise, read, words
from matching.vectors import Rows, Vectorizer

LIKENESS = 0.12
"""The mean cosine down to which two groups become one; chosen on generated and on demo texts."""

_FEWEST_TERMS, _MOST_TERMS = 3, 5
_BLOCK_ROWS = 500

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Cluster:
    """At least two documents about one technology.

    `members` are their ids, the most typical first: the likest to all others. `terms` are three
    to five whole words that most members hold and few other texts do; fewer where the members'
    titles and keywords have no more.
    """

    members: tuple[str, ...]
    terms: tuple[str, ...]


def clusters(documents: Sequence[Document], background: Sequence[Document] = ()) -> list[Cluster]:
    """Group documents by average linkage; the largest group first, then the earliest.

    Two groups become one while the mean cosine of their members is at least LIKENESS. How many
    groups there are follows from that; what is like nothing else is in none. `background` holds
    further texts by which rare is told from common: a handful of documents does not say.
    Takes 8 bytes times the square of the documents: 32 MB for 2,000, 0.8 GB for 10,000.
    """
    if not documents:
        return []
    vectorizer, rows = Vectorizer.fit([*documents, *background])
    own = telling(rows[: len(documents)])
    groups = [_most_typical_first(own, places) for places in _linked(own)]
    groups.sort(key=lambda places: (-len(places), int(places.min())))
    found = []
    for places in groups:
        members = [documents[place] for place in places.tolist()]
        names = tuple(member.id for member in members)
        found.append(Cluster(names, _terms(vectorizer, members)))
    return found


def _linked(rows: Rows) -> list[Places]:
    """Return the places of the rows of each group of two and more."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if rows.shape[0] < 2:
        return []
    tree = linkage(_distances(rows), "average")
    labels = fcluster(tree, 1 - LIKENESS, "distance")
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return [places for places in groups if len(places) > 1]


def _distances(rows: Rows) -> NDArray[np.float64]:
    """Return 1 - cosine of each pair of rows, in the order of `itertools.combinations`."""
    count = rows.shape[0]
    columns = rows.T.tocsr()
    distances = np.empty(count * (count - 1) // 2)
    filled = 0
    for start in range(0, count, _BLOCK_ROWS):
        block = (rows[start : start + _BLOCK_ROWS] @ columns).toarray()
        for place, cosines in enumerate(block, start + 1):
            end = filled + count - place
            distances[filled:end] = 1 - cosines[place:]
            filled = end
    return np.maximum(distances, 0.0, out=distances)


def _most_typical_first(rows: Rows, places: Places) -> Places:
    """Return the places of a group by the mean cosine to the group, greatest first."""
    members = rows[places]
    likeness = members @ np.asarray(members.sum(axis=0))
    return places[np.lexsort((places, -likeness))]


def _terms(vectorizer: Vectorizer, members: Sequence[Document]) -> tuple[str, ...]:
    """Return the words of titles and keywords that the most members hold and few other texts do.

    A word weighs its rarity times the squared share of the members that hold it anywhere. The
    first three are taken, two more if they weigh a quarter of the first at least; of words within
    one another, the weightier.
    """
    texts = [normalise("\n".join(map(member.text, FIELDS))) for member in members]
    candidates = frozenset().union(
        *(words(normalise(f"{m.title}\n{m.text('keywords')}")) for m in members)
    )
    shares = {word: sum(word in text for text in texts) / len(texts) for word in candidates}
    weights = {word: share**2 * rarity(vectorizer, word) for word, share in shares.items()}
    chosen: list[str] = []
    for word in sorted(weights, key=lambda word: (-weights[word], -len(word), word)):
        if any(word in other or other in word for other in chosen):
            continue
        if len(chosen) >= _FEWEST_TERMS and weights[word] < weights[chosen[0]] / 4:
            break
        chosen.append(word)
        if len(chosen) == _MOST_TERMS:
            break
    return tuple(_as_written(word, members) for word in chosen)


def _as_written(word: str, members: Sequence[Document]) -> str:
    """Return a Latin word with the capitals it has where it first stands: VOC, not voc."""
    if word.isascii():
        for member in members:
            for field, start, end in read(member).find(word)[:1]:
                return member.text(field)[start:end]
    return word
