"""The words of a search, as they are typed and as texts are searched."""

import re

from matchmaker.disclosure import fold

MOST_WORDS = 8
"""So many words of a search are looked for."""
_BETWEEN_WORDS = re.compile(r"(?:[\s、，；;]|,(?!\d))+")


def split_words(text: str) -> list[str]:
    """Return the words of a search: what stands between blanks, commas and semicolons."""
    return [word for word in _BETWEEN_WORDS.split(text) if word][:MOST_WORDS]


def search_words(text: str) -> list[str]:
    """Return the words of a search as `search_text` holds them."""
    return [part for word in split_words(text) for part in fold(word).split()][:MOST_WORDS]
