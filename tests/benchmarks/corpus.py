"""Generated needs and results for timing: lengths and word statistics of Chinese, no meaning."""

import numpy as np
from numpy.typing import NDArray

from matching import Document

_CHARACTERS = 3500
_WORDS = 30_000
_WORD_LENGTHS = (1, 2, 3, 4)
_LENGTH_SHARES = (0.05, 0.65, 0.18, 0.12)
_CLAUSE = 9


def generate(count: int, mean_length: int, seed: int, prefix: str) -> list[Document]:
    """Return documents with titles of 3 to 9 words and bodies of about `mean_length` characters.

    Words are drawn by Zipf's law from one lexicon, whose characters are drawn by Zipf's law
    too; body lengths are lognormal. The same arguments give the same documents.
    """
    lexicon = _lexicon()
    rng = np.random.default_rng(seed)
    titles = rng.integers(3, 10, count)
    bodies = np.maximum(5, rng.lognormal(np.log(mean_length / 2.4), 0.5, count).astype(int))
    return [
        Document(
            f"{prefix}{number}",
            "".join(lexicon[word] for word in _zipf(rng, title, _WORDS)),
            _clauses([lexicon[word] for word in _zipf(rng, body, _WORDS)]),
        )
        for number, (title, body) in enumerate(zip(titles.tolist(), bodies.tolist(), strict=True))
    ]


def _lexicon() -> list[str]:
    rng = np.random.default_rng(0)
    alphabet = rng.permutation(np.arange(0x4E00, 0x4E00 + _CHARACTERS))
    lengths = rng.choice(_WORD_LENGTHS, _WORDS, p=_LENGTH_SHARES)
    characters = alphabet[_zipf(rng, int(lengths.sum()), _CHARACTERS)]
    text = "".join(map(chr, characters.tolist()))
    ends = np.cumsum(lengths).tolist()
    return [text[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def _zipf(rng: np.random.Generator, size: int, kinds: int) -> NDArray[np.int64]:
    """Draw ranks, rank r in proportion to about 1 / (r + 20), by inverting the distribution."""
    ranks = 20 * np.exp(rng.random(size) * np.log1p(kinds / 20)) - 20
    below: NDArray[np.int64] = np.minimum(ranks.astype(np.int64), kinds - 1)
    return below


def _clauses(words: list[str]) -> str:
    return "，".join("".join(words[at : at + _CLAUSE]) for at in range(0, len(words), _CLAUSE))
