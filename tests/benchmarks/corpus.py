"""Generated needs and results for timing: the statistics of Chinese technical texts, no meaning.

What is imitated: words of one to four characters that follow Zipf's law, characters that do too,
lognormal lengths, and topics. A text speaks mostly of one of TOPICS topics, each with a few hundred
words of its own: so the best partners of a text share its topic's rarer words, as they do in real
texts, while any two texts share the common ones. docs/benchmarks.md compares the outcome with real
texts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfTransformer

from matching import Document
from matching.vectors import Rows

CHARACTERS = 3_500
WORDS = 30_000
WORD_LENGTHS = (1, 2, 3, 4)
LENGTH_SHARES = (0.05, 0.65, 0.18, 0.12)
CHARACTERS_A_WORD = 2.4
FLAT = 8
TOPICS = 400
TOPIC_WORDS = 200
TOPIC_SHARES = (3.0, 4.0)
CLAUSE = 9


@dataclass(frozen=True, slots=True)
class Drawn:
    """Texts as numbers of words: text i is `words[starts[i]:starts[i + 1]]`, its title first."""

    words: NDArray[np.int64]
    starts: NDArray[np.int64]
    titles: NDArray[np.int64]

    def documents(self, prefix: str) -> list[Document]:
        """Return the texts written out, with ids prefix0, prefix1 and so on."""
        lexicon = np.array(_lexicon(), dtype=object)
        found = []
        for number, title in enumerate(self.titles.tolist()):
            text = lexicon[self.words[self.starts[number] : self.starts[number + 1]]].tolist()
            found.append(Document(f"{prefix}{number}", "".join(text[:title]), _body(text[title:])))
        return found

    def counts(self) -> Rows:
        """Return how often each text holds each word, shape (texts, WORDS)."""
        ones = np.ones(len(self.words), np.float32)
        table = csr_array((ones, self.words, self.starts), shape=(len(self.titles), WORDS))
        table.sum_duplicates()
        return table


def draw(count: int, mean_length: int, seed: int) -> Drawn:
    """Draw texts with titles of 3 to 9 words and bodies of about `mean_length` characters.

    The same arguments give the same texts.
    """
    rng = np.random.default_rng(seed)
    titles = rng.integers(3, 10, count)
    mean = np.log(mean_length / CHARACTERS_A_WORD) - 0.125
    bodies = np.maximum(5, rng.lognormal(mean, 0.5, count).astype(np.int64))
    starts = np.concatenate([[0], np.cumsum(titles + bodies)])
    words = _zipf(rng, int(starts[-1]), WORDS)
    topic = np.repeat(rng.integers(0, TOPICS, count), titles + bodies)
    share = np.repeat(rng.beta(*TOPIC_SHARES, count), titles + bodies)
    special = np.flatnonzero(rng.random(len(words)) < share)
    own = _topics()[topic[special], _zipf(rng, len(special), TOPIC_WORDS)]
    words[special] = own
    return Drawn(words, starts, titles)


def generate(count: int, mean_length: int, seed: int, prefix: str) -> list[Document]:
    """Return drawn texts as documents; see `draw`."""
    return draw(count, mean_length, seed).documents(prefix)


def word_rows(left: Drawn, right: Drawn) -> tuple[Rows, Rows]:
    """Return TF-IDF rows of whole words, brought to length 1, of two sets of texts.

    As in the product's own rows the commonest words have the first columns.
    """
    weigh = TfidfTransformer(sublinear_tf=True)
    counts = right.counts()
    order = np.argsort(-np.bincount(counts.indices, minlength=WORDS), kind="stable")
    rows = weigh.fit_transform(counts[:, order]), weigh.transform(left.counts()[:, order])
    for table in rows:
        table.sort_indices()
    return csr_array(rows[1]), csr_array(rows[0])


def _topics() -> NDArray[np.int64]:
    """Return the words of each topic, none of them among the commonest; shape (topics, words)."""
    rng = np.random.default_rng(1)
    return _zipf(rng, TOPICS * TOPIC_WORDS, WORDS - 500).reshape(TOPICS, TOPIC_WORDS) + 500


def _lexicon() -> list[str]:
    rng = np.random.default_rng(0)
    alphabet = rng.permutation(np.arange(0x4E00, 0x4E00 + CHARACTERS))
    lengths = rng.choice(WORD_LENGTHS, WORDS, p=LENGTH_SHARES)
    characters = alphabet[_zipf(rng, int(lengths.sum()), CHARACTERS)]
    text = "".join(map(chr, characters.tolist()))
    ends = np.cumsum(lengths).tolist()
    return [text[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def _zipf(rng: np.random.Generator, size: int, kinds: int) -> NDArray[np.int64]:
    """Draw ranks, rank r in proportion to 1 / (r + FLAT), by inverting the distribution."""
    ranks = FLAT * np.exp(rng.random(size) * np.log1p(kinds / FLAT)) - FLAT
    below: NDArray[np.int64] = np.minimum(ranks.astype(np.int64), kinds - 1)
    return below


def _body(words: list[str]) -> str:
    return "，".join("".join(words[at : at + CLAUSE]) for at in range(0, len(words), CLAUSE))
