"""Word lists, one word a line in the files beside this one, and the words of the lexicon."""

import re
from pathlib import Path

_HAN_WORD = re.compile(r"[\u4e00-\u9fd5]{2,8}")
"""Characters that jieba looks up in its dictionary."""


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="utf-8").split())


def _lexicon_words() -> frozenset[str]:
    """Return the Chinese terms and names of all topics; see topics.py for the files."""
    listed = (
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("lexicon/*.txt")
    )
    return frozenset(word for text in listed for word in text.split() if _HAN_WORD.fullmatch(word))


BOILERPLATE = _listed("boilerplate.txt")
"""Phrases of project titles and problem statements: they count less, and name no reason."""

STOPWORDS = BOILERPLATE | _listed("stopwords.txt")
"""Words that never appear as a reason."""

DOMAIN_WORDS = _listed("dictionary.txt") | _lexicon_words()
"""Words of the industries that jieba's own dictionary cuts in pieces (石墨烯, 隔膜涂覆)."""
