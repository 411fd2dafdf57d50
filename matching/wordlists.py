"""Word lists, one word a line in the files beside this one."""

from pathlib import Path


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="utf-8").split())


BOILERPLATE = _listed("boilerplate.txt")
"""Phrases of project titles and problem statements: they count less, and name no reason."""

STOPWORDS = BOILERPLATE | _listed("stopwords.txt")
"""Words that never appear as a reason."""

DOMAIN_WORDS = _listed("dictionary.txt")
"""Words of the industries that jieba's own dictionary cuts in pieces (石墨烯, 隔膜涂覆)."""
