"""The words of a search, and the condition that a column holds one of them."""

import re
from typing import Any

import sqlalchemy as sa

from matchmaker.disclosure import fold
from models import holds

MOST_WORDS = 8
"""So many words of a search are looked for."""
_BETWEEN_WORDS = re.compile(r"(?:[\s、，；;]|(?<!\d),|,(?!\d))+")


def split_words(text: str) -> list[str]:
    """Return the words of a search: what stands between blanks, commas and semicolons.

    A comma between two digits is part of a number.
    """
    return [word for word in _BETWEEN_WORDS.split(text) if word][:MOST_WORDS]


def search_words(text: str) -> list[str]:
    """Return the words of a search as `search_text` holds them."""
    return [part for word in split_words(text) for part in fold(word).split()][:MOST_WORDS]


def stands_in(text: sa.SQLColumnExpression[Any], word: str) -> sa.ColumnElement[bool]:
    """Return the condition that a text holds a word as typed or folded, in upper or lower case.

    To look past upper and lower case takes three times as long, and Chinese has none. SQLite looks
    past that of Latin letters alone, so the word is handed over as it was typed.
    """
    spellings = (word,) if fold(word) == word.lower() else (word, fold(word))
    return sa.or_(*(_holds_cased(text, each) for each in spellings))


def _holds_cased(text: sa.SQLColumnExpression[Any], word: str) -> sa.ColumnElement[bool]:
    cased = word.lower() != word.upper()
    return text.icontains(word, autoescape=True) if cased else holds(text, word)
