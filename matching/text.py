"""Text to normalised text, words and back to original offsets; no weights."""

import logging
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from matching.documents import FIELDS, Document, Span
from matching.wordlists import DOMAIN_WORDS, STOPWORDS

if TYPE_CHECKING:
    import jieba
    import opencc

_LOADING = threading.Lock()
_CLAUSE = re.compile(r"[\u4e00-\u9fd5a-z0-9+#&._%\-]{1,200}")
"""What jieba cuts in one piece, at most 200 characters of it."""
_FIRST_HAN = "\u3400"
_LONGEST_WORD = 24
_MOST_SPANS = 20


class _CharacterForms(dict[int, str]):
    """Code point to its normalised form, filled on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = form = _form(chr(code))
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
    original: see `original_offsets`. Controls become spaces; invisible formatting vanishes.
    """
    if not unicodedata.is_normalized("NFC", text):
        text = "".join(unicodedata.normalize("NFC", cluster) for cluster in _clusters(text))
    return text.translate(_FORMS)


def original_offsets(text: str) -> tuple[Sequence[int], Sequence[int]]:
    """Return where each character of `normalise(text)` starts and ends in `text`."""
    composed = unicodedata.is_normalized("NFC", text)
    if composed and all(len(_FORMS[ord(character)]) == 1 for character in set(text)):
        return range(len(text)), range(1, len(text) + 1)
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for cluster in text if composed else _clusters(text):
        width = len(normalise(cluster))
        starts += [position] * width
        position += len(cluster)
        ends += [position] * width
    return starts, ends


def _clusters(text: str) -> Iterator[str]:
    """Yield each character together with the combining marks that follow it."""
    start = 0
    for end in range(1, len(text)):
        if not unicodedata.combining(text[end]):
            yield text[start:end]
            start = end
    if text:
        yield text[start:]


def load_segmenter() -> "jieba.Tokenizer":
    """Return jieba with its dictionary, loaded on first use (about a second)."""
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
    for word in DOMAIN_WORDS:
        segmenter.add_word(word)
    return segmenter


def words(normalised: str) -> frozenset[str]:
    """Return the words of a normalised text that can serve as reasons.

    Compounds come with their parts (锂电池, 电池). Stop words, single characters and bare
    numbers are left out.
    """
    return frozenset().union(*map(_clause_words, _CLAUSE.findall(normalised)))


@lru_cache(maxsize=16384)
def _clause_words(clause: str) -> frozenset[str]:
    cut = (token[0] for token in load_segmenter().tokenize(clause, mode="search"))
    return frozenset(word for word in cut if _can_be_reason(word))


@lru_cache(maxsize=65536)
def _can_be_reason(word: str) -> bool:
    return (
        1 < len(word) <= _LONGEST_WORD
        and word not in STOPWORDS
        and any(character.isalpha() for character in word)
    )


@lru_cache(maxsize=4096)
def document_words(document: Document) -> frozenset[str]:
    """Return the words of all fields of a document; see `words`."""
    return frozenset().union(*(words(normalise(document.text(field))) for field in FIELDS))


def shared_words(need: Document, result: Document) -> frozenset[str]:
    """Return the words both documents have, cutting no more of the result than can matter."""
    text = "\n".join(normalise(result.text(field)) for field in FIELDS)
    wanted = [word for word in document_words(need) if word in text]
    clauses = _CLAUSE.findall(text) if wanted else []
    holding = (clause for clause in clauses if any(word in clause for word in wanted))
    return frozenset(wanted) & frozenset().union(*map(_clause_words, holding))


def find_term(document: Document, term: str) -> tuple[Span, ...]:
    """Return where a normalised term stands in the original fields, at most 20 places in each.

    Every span satisfies `normalise(text[start:end]) == term`: a place where the term covers
    only half of an original character (one letter of a ligature) is passed over.
    """
    spans: list[Span] = []
    for field in FIELDS:
        text = document.text(field)
        if not text:
            continue
        normalised, starts, ends = _located(text)
        for at in islice(_occurrences(term, normalised), _MOST_SPANS):
            start, end = starts[at], ends[at + len(term) - 1]
            if isinstance(starts, range) or normalise(text[start:end]) == term:
                spans.append((field, start, end))
    return tuple(spans)


def _occurrences(term: str, text: str) -> Iterator[int]:
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + len(term))


@lru_cache(maxsize=2048)
def _located(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    return normalise(text), *original_offsets(text)
