"""Text to normalised text, words and back to original offsets; no weights."""

import logging
import threading
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from matching.documents import FIELDS, Document, Field, Span
from matching.wordlists import DOMAIN_WORDS, STOPWORDS

if TYPE_CHECKING:
    import jieba
    import opencc

_LOADING = threading.RLock()
_FIRST_HAN = "\u3400"
_LONGEST_CLUSTER = 32
"""A starter and 31 marks; real scripts need fewer (UAX #15, Stream-Safe Text Format)."""
_LONGEST_WORD = 24
_MOST_SPANS = 20


class _CharacterForms(dict[int, str]):
    """Code point to its normalised form, filled on first use.

    `single` holds the code points of forms of one character at the same places, 0 for others
    and for those not met yet: looking a whole text up in it takes a quarter of the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.single = np.zeros(0x110000, np.uint32)

    def __missing__(self, code: int) -> str:
        self[code] = form = _form(chr(code))
        if len(form) == 1:
            self.single[code] = ord(form)
        return form


def _form(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Cs", "Zl", "Zp"}:
        return " "
    if category == "Cf" or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return ""
    plain = unicodedata.normalize("NFKC", character).lower()
    return "".join(map(_simplified, plain)) if plain >= _FIRST_HAN else plain


def _simplified(character: str) -> str:
    """Return the simplified form of a traditional Chinese character, any other as it is."""
    form: str = _converter().convert(character)
    return form if len(form) == 1 else character


@cache
def _converter() -> "opencc.OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


_FORMS = _CharacterForms()


def normalise(text: str) -> str:
    """Return `text` composed, in compatibility form (NFKC), lower case and simplified Chinese.

    Works character by character, so every normalised character comes from one place of the
    original: see `locate`. Controls become spaces; invisible formatting vanishes.
    """
    if not unicodedata.is_normalized("NFC", text):
        text = "".join(unicodedata.normalize("NFC", cluster) for cluster in _clusters(text))
    return text.translate(_FORMS)


class Located(NamedTuple):
    """A text in normal form, with the way back: its character i is `text[starts[i]:ends[i]]`."""

    text: str
    normalised: str
    starts: Sequence[int]
    ends: Sequence[int]


def locate(text: str) -> Located:
    """Return a text with its normal form and where each character of that comes from."""
    composed = unicodedata.is_normalized("NFC", text)
    if composed and (forms := _singles(text)).all():
        normalised = forms.tobytes().decode("utf-32-le")
        return Located(text, normalised, range(len(text)), range(1, len(text) + 1))
    normalised = normalise(text)
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    pieces = _uneven_characters(text) if composed else _uneven_clusters(text)
    for start, end, width in [*pieces, (len(text), len(text), 0)]:
        starts += [*range(position, start), *[start] * width]
        ends += [*range(position + 1, start + 1), *[end] * width]
        position = end
    return Located(text, normalised, starts, ends)


def _singles(text: str) -> NDArray[np.uint32]:
    return _FORMS.single[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)]


def _uneven_characters(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and width of every character met whose form is not one character."""
    for at in np.flatnonzero(_singles(text) == 0).tolist():
        yield at, at + 1, len(_FORMS[ord(text[at])])


def _uneven_clusters(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and width of every cluster that is not one character before and after."""
    position = 0
    for cluster in _clusters(text):
        width = len(normalise(cluster))
        if (len(cluster), width) != (1, 1):
            yield position, position + len(cluster), width
        position += len(cluster)


def _clusters(text: str) -> Iterator[str]:
    """Yield each character together with the combining marks that follow it.

    A longer heap of marks is cut, for ordering it takes the square of its length.
    """
    start = 0
    for end in range(1, len(text)):
        if not unicodedata.combining(text[end]) or end - start == _LONGEST_CLUSTER:
            yield text[start:end]
            start = end
    if text:
        yield text[start:]


class Cutter(Protocol):
    """What jieba and rjieba have in common."""

    def cut_for_search(self, text: str, hmm: bool, /) -> Iterable[str]:
        """Cut a text, compounds and their parts; with `hmm`, guess at words not in dictionary."""


def load_cutter() -> Cutter:
    """Return what cuts texts into words, loaded on first use.

    This is rjieba where it is installed (a fifth of a second), else jieba. Both have the same
    dictionary, and without guessing they cut every text alike.
    """
    with _LOADING:
        return _accelerator() or load_segmenter()


@cache
def _accelerator() -> Cutter | None:
    try:
        import rjieba
    except ImportError:
        return None
    cutter = rjieba.Jieba()
    for word in _domain_words():
        if cutter.cut(word, False) != [word]:
            cutter.add_word(word, None, None)
    return cutter


def load_segmenter() -> "jieba.Tokenizer":
    """Return jieba, the reference, with its dictionary, loaded on first use (about a second)."""
    with _LOADING:
        return _loaded_segmenter()


@cache
def _loaded_segmenter() -> "jieba.Tokenizer":
    """Load the dictionary past jieba's cache in the shared temporary folder.

    That cache is unmarshalled unchecked, and any local user can plant one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

        jieba.setLogLevel(logging.ERROR)
    segmenter = jieba.Tokenizer()
    segmenter.FREQ, segmenter.total = segmenter.gen_pfdict(segmenter.get_dict_file())
    segmenter.initialized = True
    for word in _domain_words():
        if segmenter.lcut(word, HMM=False) != [word]:
            before = segmenter.FREQ.get(word, 0)
            segmenter.add_word(word)
            segmenter.total -= before  # which rjieba's add_word takes away, and jieba's does not
    return segmenter


def _domain_words() -> list[str]:
    """Return the words of the trade in order: what one weighs depends on those added before."""
    return sorted(map(normalise, DOMAIN_WORDS))


def words(normalised: str) -> frozenset[str]:
    """Return the words of a normalised text that can serve as reasons.

    Compounds come with their parts (锂电池, 电池). Stop words, single characters and bare
    numbers are left out, and so are words in no dictionary: a guess depends on what surrounds
    it, and would name the same word in one text and not in the other.
    """
    return frozenset(filter(_can_be_reason, _cut(normalised)))


def _cut(normalised: str) -> frozenset[str]:
    return frozenset(load_cutter().cut_for_search(normalised, False))


@lru_cache(maxsize=65536)
def _can_be_reason(word: str) -> bool:
    return (
        1 < len(word) <= _LONGEST_WORD
        and word not in STOPWORDS
        and any(character.isalpha() for character in word)
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with its fields located and everything it was cut into."""

    fields: tuple[tuple[Field, Located], ...]
    pieces: frozenset[str]

    def shared_words(self, other: Self) -> frozenset[str]:
        """Return the words both documents have; see `words`."""
        return frozenset(filter(_can_be_reason, self.pieces & other.pieces))

    def find(self, term: str) -> tuple[Span, ...]:
        """Return where a normalised term stands in the original fields, 20 places in each at most.

        Every span satisfies `normalise(text[start:end]) == term`: a place where the term covers
        only half of an original character (one letter of a ligature) is passed over.
        """
        spans: list[Span] = []
        for field, (text, normalised, starts, ends) in self.fields:
            at = normalised.find(term)
            for _ in range(_MOST_SPANS):
                if at < 0:
                    break
                start, end = starts[at], ends[at + len(term) - 1]
                if isinstance(starts, range) or normalise(text[start:end]) == term:
                    spans.append((field, start, end))
                at = normalised.find(term, at + len(term))
        return tuple(spans)


@lru_cache(maxsize=2048)
def read(document: Document) -> Reading:
    """Locate and cut all fields of a document that hold anything."""
    texts = ((field, document.text(field)) for field in FIELDS)
    fields = tuple((field, locate(text)) for field, text in texts if text)
    return Reading(fields, _cut("\n".join(located.normalised for _, located in fields)))


def document_words(document: Document) -> frozenset[str]:
    """Return the words of all fields of a document; see `words`."""
    reading = read(document)
    return reading.shared_words(reading)
